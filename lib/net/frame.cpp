#include "net/frame.h"

#include <fmt/format.h>

#include <array>
#include <vector>

#include "base/bytes.h"
#include "net/error.h"

namespace kt::net {
namespace {

void read_exactly(Transport& transport, char* out, size_t size, Deadline deadline, size_t before,
                  size_t total) {
  size_t done = 0;
  while (done < size) try {
      done += transport.read_some(out + done, size - done, deadline);
    } catch (const NetError& error) {
      if (before + done == 0) throw;
      throw NetError(error.failure(), fmt::format("{}, {} bytes into an answer of {}",
                                                  error.message(), before + done, total));
    }
}

/// What the first four bytes of an answer tell about a peer that is no Kafka broker.
void recognise(const Transport& transport, std::string_view first) {
  constexpr char kTlsAlert = 0x15, kTlsHandshake = 0x16;
  if ((first[0] == kTlsAlert || first[0] == kTlsHandshake) && first[1] == 0x03)
    throw NetError(Failure::tls, transport.peer() + " speaks TLS, and was spoken to in plain text",
                   "set security.protocol=SSL, or use the port of a plain-text listener");
  if (first == "HTTP")
    throw NetError(Failure::not_kafka, transport.peer() + " answers in HTTP: it is no Kafka port",
                   "use the broker's Kafka listener, usually port 9092");
  if (first == "SSH-")
    throw NetError(Failure::not_kafka, transport.peer() + " answers in SSH: it is no Kafka port",
                   "use the broker's Kafka listener, usually port 9092");
}

}  // namespace

void read_frame(Transport& transport, Buffer& out, Deadline deadline, size_t max_bytes,
                int32_t min_bytes) {
  std::array<char, 4> head;
  read_exactly(transport, head.data(), head.size(), deadline, 0, 4);
  auto length = load_big_endian<int32_t>(head.data());
  if (length < min_bytes || static_cast<size_t>(length) > max_bytes) {
    recognise(transport, {head.data(), head.size()});
    if (length < min_bytes)
      throw NetError(Failure::not_kafka,
                     fmt::format("{} answers with a frame of {} bytes: it is no Kafka broker",
                                 transport.peer(), length));
    throw NetError(Failure::too_large,
                   fmt::format("{} announces an answer of {} bytes, above the limit of {}",
                               transport.peer(), length, max_bytes),
                   "is this a Kafka port?");
  }
  out.resize(0);
  out.resize(static_cast<size_t>(length));
  read_exactly(transport, out.data(), out.size(), deadline, 4, out.size() + 4);
}

void write_frame(Transport& transport, std::span<const std::string_view> pieces,
                 Deadline deadline) {
  size_t length = 0;
  for (auto piece : pieces) length += piece.size();
  std::array<char, 4> head;
  store_big_endian(head.data(), static_cast<int32_t>(length));
  std::vector<std::string_view> all{{head.data(), head.size()}};
  all.insert(all.end(), pieces.begin(), pieces.end());
  transport.write_all(all, deadline);
}

}  // namespace kt::net
