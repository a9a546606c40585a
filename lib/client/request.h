// Requests and responses between typed messages and bytes: what the client's machinery works on.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/buffer.h"
#include "protocol/message.h"

namespace kt {

/// A request whose type is forgotten: its API and how to write its body. Refers to the message it
/// was made from.
struct AnyRequest {
  /// Notes in `gaps` where the bytes of `records` belong, in order.
  using Encode = std::function<void(std::string& out, int16_t version, std::vector<size_t>& gaps)>;

  const Api* api;
  Encode encode_body;
  std::vector<std::string_view> records = {};  ///< not in the body: they leave from where they are
};

AnyRequest any_request(const Api& api, const void* message);

template <class M>
AnyRequest any_request(const M& message) {
  return any_request(M::api(), &message);
}

/// The same for a request whose `records` are large and are not copied: those of all its fields, in
/// their order.
AnyRequest any_request_around(const Api& api, const void* message,
                              std::vector<std::string_view> records);

template <class M>
AnyRequest any_request_around(const M& message, std::vector<std::string_view> records) {
  return any_request_around(M::api(), &message, std::move(records));
}

/// The same for a request whose fields depend on the version it is sent in: `make(version)`.
template <class M, class Make>
AnyRequest any_request_by_version(const Make& make) {
  return {&M::api(), [&make](std::string& out, int16_t version, std::vector<size_t>&) {
            M message = make(version);
            encode(out, message, version);
          }};
}

/// The bytes of an answer.
struct ResponseFrame {
  Buffer bytes;
  size_t body_offset = 0;  ///< where the body starts, behind the header
  const Api* api = nullptr;
  int16_t version = 0;
  int32_t broker_id = -1;

  std::string_view body() const { return bytes.view().substr(body_offset); }
};

/// A decoded answer together with the bytes that its views look into.
template <class Response>
struct Reply {
  ResponseFrame frame;
  Response message;

  Response* operator->() { return &message; }
  const Response* operator->() const { return &message; }
  Response& operator*() { return message; }
  int16_t version() const { return frame.version; }
  int32_t broker_id() const { return frame.broker_id; }
};

/// Ends with exit code 4: an answer that cannot be read comes from a peer that cannot be talked to.
[[noreturn]] void throw_unreadable(const ResponseFrame& frame, const std::string& why);

/// Reads all of the body into a fresh `message`.
void decode_body(const ResponseFrame& frame, const MessageTable& table, void* message);

template <class Response>
Reply<Response> decode_reply(ResponseFrame frame) {
  Reply<Response> reply{std::move(frame), {}};
  decode_body(reply.frame, Response::table(), &reply.message);
  return reply;
}

}  // namespace kt
