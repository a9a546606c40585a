// One request in work, and how its handler answers: at once by returning the response, or later
// through a Reply.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocol/header.h"
#include "protocol/message.h"
#include "sandbox/broker.h"
#include "sandbox/cluster.h"

namespace kt::sandbox {

struct Call {
  Broker& broker;
  Cluster& cluster;
  std::shared_ptr<Connection> connection;
  const Api* api;
  int16_t version;
  int32_t correlation_id;
  std::string client_id;
  int16_t injected_error = 0;  // what a fault wants every part of this request to fail with
};

/// Answers later; may be kept and called from the loop at any time, once.
template <class Request>
using Reply = std::function<void(const typename Request::Response&)>;

/// Sends a response as the request's version wants it.
void send_reply(const Call& call, std::string_view body);

void send_response(const Call& call, const MessageTable& table, void* response);

template <class Response>
void send_response(const Call& call, Response response) {
  send_response(call, Response::table(), &response);
}

/// What stands in the place of a `records` field: a range of a file, or bytes where there is no
/// file.
struct RecordsPart {
  std::shared_ptr<const SharedFile> file;
  int64_t position = 0;
  size_t size_bytes = 0;
  std::string bytes;
};

/// Sends a body that has records in its gaps, one each.
void send_reply(const Call& call, std::string_view body, const std::vector<size_t>& gaps,
                std::vector<RecordsPart> parts);

/// Sends a response whose `records` fields, in order, are given apart; their views count for their
/// sizes only.
void send_around_records(const Call& call, const MessageTable& table, void* response,
                         std::vector<RecordsPart> parts);

template <class Response>
void send_around_records(const Call& call, Response response, std::vector<RecordsPart> parts) {
  send_around_records(call, Response::table(), &response, std::move(parts));
}

/// The entry of one API in the dispatch table.
struct Handler {
  const Api* api;
  void (*serve)(Call& call, std::string_view body);
};

/// A handler that answers at once.
template <class Request, typename Request::Response (*handle)(Call&, const Request&)>
Handler immediate() {
  return {&Request::api(), [](Call& call, std::string_view body) {
            send_response(call, handle(call, decode<Request>(body, call.version)));
          }};
}

/// A handler that answers when it can. Views in the request are good until then.
template <class Request, void (*handle)(Call&, const Request&, Reply<Request>)>
Handler delayed() {
  return {&Request::api(), [](Call& call, std::string_view body) {
            handle(call, decode<Request>(body, call.version),
                   [call](const typename Request::Response& response) {
                     send_response(call, response);
                   });
          }};
}

}  // namespace kt::sandbox
