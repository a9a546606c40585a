#include "legacy/broker.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.h"
#include "net/error.h"
#include "net/frame.h"

namespace kt::legacy {
namespace {

constexpr int16_t kFetch = 1, kOffsets = 4;
constexpr int64_t kLatest = -1;
constexpr int32_t kMostOffsets = 1 << 20;
constexpr size_t kErrorBytes = sizeof(int16_t);
constexpr Milliseconds kPause{200};

std::string request(int16_t key, const std::string& topic, int32_t partition, int64_t number,
                    int32_t most) {
  if (topic.size() > INT16_MAX) throw Error("a topic's name is too long for Kafka 0.7");
  std::string bytes;
  ByteWriter writer(bytes);
  writer.integer(key);
  writer.integer(static_cast<int16_t>(topic.size()));
  writer.bytes(topic);
  writer.integer(partition);
  writer.integer(number);
  writer.integer(most);
  return bytes;
}

std::string_view name_of(int16_t error) {
  switch (error) {
    case 1:
      return "the position is outside of what it has";
    case 2:
      return "the message is invalid";
    case 3:
      return "it has no such partition";
    case 4:
      return "the size asked for is wrong";
    default:
      return "an unknown error";
  }
}

void read_exactly(net::Transport& transport, char* out, size_t size_bytes, Deadline deadline) {
  while (size_bytes > 0) {
    auto got = transport.read_some(out, size_bytes, deadline);
    out += got;
    size_bytes -= got;
  }
}

/// Answers here may be as short as their error, shorter than any of later releases.
void read_answer(net::Transport& transport, Buffer& out, size_t most_bytes, Deadline deadline) {
  char raw[sizeof(int32_t)];
  read_exactly(transport, raw, sizeof raw, deadline);
  auto size = load_big_endian<int32_t>(raw);
  if (size < static_cast<int32_t>(kErrorBytes) || static_cast<size_t>(size) > most_bytes)
    throw net::NetError(net::Failure::not_kafka,
                        fmt::format("{} answers with {} bytes, which no 0.7 broker does to that",
                                    transport.peer(), size));
  out.resize(static_cast<size_t>(size));
  read_exactly(transport, out.data(), out.size(), deadline);
}

}  // namespace

/// The answer behind its error, good until the next request. Asks again where the connection was
/// lost.
std::string_view Broker::ask(const std::string& request, size_t most_bytes) {
  constexpr int kMostTries = 3;  // of new connections that are closed without an answer
  Deadline deadline(timeout_);
  for (int tries = 0;;) {
    bool is_new = !transport_;
    try {
      if (!transport_) transport_ = net::connect_tcp(address_, deadline);
      std::string_view piece = request;
      net::write_frame(*transport_, {&piece, 1}, deadline);
      read_answer(*transport_, answer_, most_bytes + kErrorBytes, deadline);
      break;
    } catch (const net::NetError& error) {
      transport_.reset();
      bool may_pass =
          error.failure() == net::Failure::refused ||
          (error.failure() == net::Failure::closed && (!is_new || ++tries < kMostTries));
      if (!may_pass || deadline.remaining() < kPause) throw;
      if (is_new) Clock::system().sleep(kPause);
    }
  }
  ByteReader reader(answer_.view());
  auto error = reader.integer<int16_t>();
  if (error != 0)
    throw Error(
        fmt::format("0.7 broker {}: error {}: {}", address_.to_string(), error, name_of(error)));
  return reader.rest();
}

std::vector<int64_t> Broker::offsets(const std::string& topic, int32_t partition) {
  constexpr size_t kMostBytes = sizeof(int32_t) + sizeof(int64_t) * kMostOffsets;
  ByteReader reader(ask(request(kOffsets, topic, partition, kLatest, kMostOffsets), kMostBytes));
  auto count = reader.integer<int32_t>();
  if (count < 0 || static_cast<size_t>(count) * sizeof(int64_t) > reader.remaining())
    throw DecodeError(fmt::format("{} offsets in {} bytes", count, reader.remaining()));
  std::vector<int64_t> offsets;
  for (int32_t i = 0; i < count; ++i) offsets.push_back(reader.integer<int64_t>());
  return offsets;
}

void Broker::fetch(const std::string& topic, int32_t partition, int64_t position,
                   int32_t most_bytes, std::string& out) {
  out +=
      ask(request(kFetch, topic, partition, position, most_bytes), static_cast<size_t>(most_bytes));
}

int32_t Broker::count_partitions(const std::string& topic) {
  constexpr int32_t kMostPartitions = 100'000;
  int32_t count = 0;
  try {
    while (count < kMostPartitions) {
      offsets(topic, count);
      ++count;
    }
  } catch (const net::NetError& error) {
    if (error.failure() != net::Failure::closed || count == 0) throw;
    offsets(topic, 0);  // it is the partition that is missing, not the broker
  }
  return count;
}

BrokerLog::BrokerLog(PartitionId id, net::HostPort address, Milliseconds timeout)
    : id_(std::move(id)), broker_(std::move(address), timeout) {
  bounds_ = broker_.offsets(id_.topic, id_.partition);
  if (bounds_.empty()) bounds_.push_back(0);
  std::sort(bounds_.begin(), bounds_.end());
  if (bounds_.front() < 0)
    throw Error(fmt::format("a log that begins with byte {}", bounds_.front()));
}

int64_t BrokerLog::segment_end(int64_t position) const {
  auto next = std::upper_bound(bounds_.begin(), bounds_.end(), position);
  return next == bounds_.end() ? end() : *next;
}

void BrokerLog::read(int64_t position, size_t most_bytes, std::string& out) {
  constexpr size_t kMostAtOnce = 32 << 20;
  auto before = out.size();
  broker_.fetch(id_.topic, id_.partition, position,
                static_cast<int32_t>(std::min(most_bytes, kMostAtOnce)), out);
  if (out.size() == before)
    throw Error(
        fmt::format("0.7 broker {} gave nothing at byte {}, before the end", id_.broker, position));
}

}  // namespace kt::legacy
