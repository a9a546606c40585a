#include "jmx/rmi.h"

#include <algorithm>
#include <array>

#include "jmx/java_reader.h"
#include "net/error.h"

namespace kt::jmx {
namespace {

constexpr uint32_t kProtocolMagic = 0x4A524D49;  // JRMI
constexpr int16_t kVersion = 2;
constexpr uint8_t kStreamProtocol = 0x4B, kAcknowledged = 0x4E, kTlsAlert = 0x15;
constexpr uint8_t kCall = 0x50, kReturn = 0x51;
constexpr uint32_t kStreamHeader = 0xACED0005;
constexpr uint8_t kNormal = 1;
constexpr size_t kObjectIdBytes = 22;
constexpr size_t kMaxMessageBytes = size_t{512} << 20;
/// Calls sent ahead: their bytes fit what sockets hold, so that neither side waits for the other.
constexpr size_t kAhead = 64;
constexpr uint64_t kStringArrayUid = 0xADD256E7E91D7B47;
constexpr uint64_t kObjectNameUid = 0x0F03A71BEB6D15CF;

void append_utf(std::string& out, std::string_view modified) {
  ByteWriter(out).integer(static_cast<uint16_t>(modified.size()));
  out += modified;
}

/// Where an object is served, and whether by TLS; its id follows, behind a description of the
/// socket factory where there is one. Throws DecodeError.
RemoteObject endpoint(ByteReader& in, bool may_have_factory) {
  RemoteObject found;
  if (may_have_factory) found.tls = in.integer<uint8_t>() != 0;
  found.address.host = std::string(in.take(in.integer<uint16_t>()));
  auto port = in.integer<int32_t>();
  if (port < 1 || port > UINT16_MAX) throw DecodeError("a stub without a port");
  found.address.port = static_cast<uint16_t>(port);
  return found;
}

/// A class description without fields, annotation or ancestor.
void append_class(std::string& out, std::string_view name, uint64_t uid, char flags) {
  out += '\x72';
  append_utf(out, name);
  ByteWriter(out).integer(uid);
  out += flags;
  out.append("\0\0\x70\x78\x70", 5);
}

}  // namespace

std::string null_argument() { return "\x70"; }

std::string text_argument(std::string_view utf8) {
  auto bytes = to_modified_utf8(utf8);
  std::string out;
  if (bytes.size() > UINT16_MAX) {
    out = "\x7C";
    ByteWriter(out).integer(static_cast<uint64_t>(bytes.size()));
    return out + bytes;
  }
  out = "\x74";
  append_utf(out, bytes);
  return out;
}

std::string texts_argument(const std::vector<std::string>& texts) {
  std::string out = "\x75";
  append_class(out, "[Ljava.lang.String;", kStringArrayUid, 2);
  ByteWriter(out).integer(static_cast<int32_t>(texts.size()));
  for (const auto& text : texts) out += text_argument(text);
  return out;
}

std::string object_name_argument(std::string_view name) {
  std::string out = "\x73";
  append_class(out, "javax.management.ObjectName", kObjectNameUid, 3);
  return out + text_argument(name) + '\x78';
}

std::string registry_id() { return std::string(kObjectIdBytes, '\0'); }

RemoteObject remote_object_of(const JavaMessage& message) {
  for (const auto& object : message.objects)
    for (const auto& level : object.levels)
      for (size_t i = 0; i < level.written.size(); ++i) {
        const auto* block = std::get_if<std::string>(&level.written[i]);
        if (!block) continue;
        ByteReader in(*block);
        if (in.remaining() < 2) continue;
        auto length = in.integer<uint16_t>();
        if (length > in.remaining()) continue;
        auto kind = in.take(length);
        if (kind != "UnicastRef" && kind != "UnicastRef2") continue;
        auto found = endpoint(in, kind == "UnicastRef2");
        if (!found.tls) {
          found.id = std::string(in.take(kObjectIdBytes));
          return found;
        }
        const auto* rest = i + 2 < level.written.size()
                               ? std::get_if<std::string>(&level.written[i + 2])
                               : nullptr;
        if (!rest) throw DecodeError("a stub without an id");
        found.id = std::string(ByteReader(*rest).take(kObjectIdBytes));
        return found;
      }
  throw DecodeError("the answer holds no stub");
}

RmiConnection::RmiConnection(const net::HostPort& target, const net::TlsContext* tls,
                             Deadline deadline)
    : transport_(net::connect_tcp(target, deadline)),
      deadline_(deadline),
      feed_([this](char* out, size_t size) { return transport_->read_some(out, size, deadline_); },
            kMaxMessageBytes) {
  if (tls) transport_ = tls->secure(std::move(transport_), target.host, deadline);
  std::string hello;
  ByteWriter out(hello);
  out.integer(kProtocolMagic);
  out.integer(kVersion);
  out.integer(kStreamProtocol);
  try {
    transport_->write_all(std::array{std::string_view(hello)}, deadline_);
    auto answer = feed_.byte();
    if (answer == kTlsAlert)
      throw net::NetError(net::Failure::tls, transport_->peer() + " speaks TLS on its JMX port");
    if (answer != kAcknowledged)
      throw net::NetError(net::Failure::not_kafka, transport_->peer() + " is no JMX port");
    // Who we are to the peer: its own words, given back.
    std::string host(feed_.take(feed_.integer<uint16_t>()));
    auto port = feed_.integer<int32_t>();
    std::string endpoint;
    append_utf(endpoint, host);
    ByteWriter(endpoint).integer(port);
    transport_->write_all(std::array{std::string_view(endpoint)}, deadline_);
  } catch (const net::NetError& error) {
    if (error.failure() != net::Failure::closed) throw;
    throw net::NetError(net::Failure::closed,
                        transport_->peer() + " closes what JMX begins with: it is no JMX port");
  }
}

std::string RmiConnection::write(const std::string& object_id, const Call& call) const {
  std::string bytes;
  ByteWriter out(bytes);
  out.integer(kCall);
  out.integer(kStreamHeader);
  out.bytes("\x77\x22");
  out.bytes(object_id);
  out.integer(call.operation);
  out.integer(call.hash);
  out.bytes(call.arguments);
  return bytes;
}

std::vector<Reply> RmiConnection::call(const std::string& object_id, const std::vector<Call>& calls,
                                       Deadline deadline) {
  deadline_ = deadline;
  std::vector<Reply> replies;
  size_t sent = 0;
  while (replies.size() < calls.size()) {
    std::string bytes;
    if (sent - replies.size() <= kAhead / 2)
      while (sent < calls.size() && sent - replies.size() < kAhead)
        bytes += write(object_id, calls[sent++]);
    if (!bytes.empty()) transport_->write_all(std::array{std::string_view(bytes)}, deadline_);
    replies.push_back(receive());
  }
  return replies;
}

void RmiConnection::call_and_leave(const std::string& object_id, const Call& call,
                                   Deadline deadline) {
  auto bytes = write(object_id, call);
  transport_->write_all(std::array{std::string_view(bytes)}, deadline);
}

Reply RmiConnection::receive() {
  feed_.begin_message();
  if (feed_.byte() != kReturn)
    throw net::NetError(net::Failure::not_kafka, transport_->peer() + " answers no call");
  Reply reply;
  reply.message = read_java(feed_);
  const auto& blocks = reply.message->blocks;
  if (blocks.empty() || blocks.front().empty()) throw DecodeError("a return without a head");
  reply.failed = static_cast<uint8_t>(blocks.front()[0]) != kNormal;
  return reply;
}

}  // namespace kt::jmx
