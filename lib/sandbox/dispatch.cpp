#include "sandbox/dispatch.h"

#include <array>
#include <exception>
#include <map>
#include <utility>

#include "base/bytes.h"
#include "protocol/msg/api_versions.h"
#include "protocol/msg/metadata.h"
#include "protocol/msg/sasl_authenticate.h"
#include "protocol/msg/sasl_handshake.h"
#include "protocol/schema.h"
#include "sandbox/authorizer.h"
#include "sandbox/call.h"
#include "sandbox/handlers/handlers.h"

namespace kt::sandbox {
namespace {

const std::map<int16_t, Handler>& handlers() {
  static const auto table = [] {
    std::map<int16_t, Handler> by_key;
    for (const Handler& handler : all_handlers()) by_key[handler.api->key] = handler;
    return by_key;
  }();
  return table;
}

/// Kafka answers a version of ApiVersions that it lacks in v0, naming what it has, so that the
/// client can ask again.
void refuse_api_versions(Call& call) {
  msg::ApiVersionsResponse response;
  response.error_code = static_cast<int16_t>(ErrorCode::unsupported_version);
  call.version = 0;
  if (call.cluster.release().answers_unknown_api_versions_with_range())
    response.api_keys.push_back({.api_key = call.api->key,
                                 .min_version = 0,
                                 .max_version = call.cluster.release().range(*call.api)->last});
  send_response(call, response);
}

/// After SaslHandshake v0 a frame is a token, and so is its answer.
void take_token(Connection& connection, SaslSession& session, std::string_view token) {
  std::string answer(4, '\0');
  answer += session.step(token);
  store_big_endian(answer.data(), static_cast<int32_t>(answer.size() - 4));
  if (session.state() == SaslSession::State::refused) return connection.close();
  Output output;
  output.add(std::move(answer));
  connection.reply(std::move(output));
}

/// Whether the request may be served: of who is not known, only what makes them known.
bool is_admitted(const Cluster& cluster, const Connection& connection, const Api& api) {
  if (cluster.options().users.empty() || &api == &msg::ApiVersionsRequest::api() ||
      &api == &msg::SaslHandshakeRequest::api() || &api == &msg::SaslAuthenticateRequest::api())
    return true;
  const auto* session = connection.sasl.get();
  return session != nullptr && session->state() == SaslSession::State::accepted &&
         (session->until_ms == 0 || cluster.now_ms() <= session->until_ms);
}

void serve(Call& call, std::string_view body) {
  try {
    if (call.injected_error == 0)
      call.injected_error = static_cast<int16_t>(check_cluster_right(call));
    if (!fail_as_a_whole(call)) handlers().at(call.api->key).serve(call, body);
  } catch (const std::exception&) {  // one client's trouble must not end the others
    call.connection->close();
  }
}

}  // namespace

void dispatch(Broker& broker, const std::shared_ptr<Connection>& connection,
              std::string_view frame) {
  Cluster& cluster = broker.cluster();
  try {
    auto* session = connection->sasl.get();
    if (session && session->takes_bare_tokens()) return take_token(*connection, *session, frame);
    RequestKind kind = peek_request(frame);
    const Api* api = find_api(kind.api_key);
    auto range = api ? cluster.release().range(*api) : std::nullopt;
    if (!range || !handlers().contains(kind.api_key)) {
      if (!cluster.release().is_silent_on_unknown()) connection->close();
      return;
    }
    if (cluster.release().reads_metadata_as_v0() && api == &msg::MetadataRequest::api())
      kind.api_version = 0;
    if (!is_admitted(cluster, *connection, *api)) return connection->close();
    ByteReader reader(frame);
    RequestHeader header = decode_request_header(reader, *api);
    Call call{broker,
              cluster,
              connection,
              api,
              kind.api_version,
              header.correlation_id,
              header.client_id.value_or("")};
    if (!range->contains(kind.api_version)) {
      if (api == &msg::ApiVersionsRequest::api()) return refuse_api_versions(call);
      return connection->close();
    }
    std::string_view body = frame.substr(reader.position());
    cluster.faults().apply(call, [body](Call& allowed) { serve(allowed, body); });
  } catch (const DecodeError&) {
    connection->close();
  }
}

void send_reply(const Call& call, std::string_view body) { send_reply(call, body, {}, {}); }

void send_response(const Call& call, const MessageTable& table, void* response) {
  if (call.injected_error != 0) set_error_codes(table, response, call.injected_error);
  std::string body;
  encode(body, table, response, call.version);
  send_reply(call, body);
}

void send_around_records(const Call& call, const MessageTable& table, void* response,
                         std::vector<RecordsPart> parts) {
  if (call.injected_error != 0) set_error_codes(table, response, call.injected_error);
  std::string body;
  std::vector<size_t> gaps;
  encode_around_records(body, table, response, call.version, gaps);
  send_reply(call, body, gaps, std::move(parts));
}

void send_reply(const Call& call, std::string_view body, const std::vector<size_t>& gaps,
                std::vector<RecordsPart> parts) {
  size_t size = body.size();
  for (const auto& part : parts) size += part.size_bytes;
  std::string head(4, '\0');
  encode_header(head, *call.api, call.version, {.correlation_id = call.correlation_id});
  store_big_endian(head.data(), static_cast<int32_t>(size + head.size() - 4));
  Output output;
  size_t done = 0;
  for (size_t i = 0; i < gaps.size(); ++i) {
    head.append(body.substr(done, gaps[i] - done));
    done = gaps[i];
    if (parts[i].size_bytes == 0) continue;
    output.add(std::exchange(head, {}));
    if (parts[i].file)
      output.add(parts[i].file, parts[i].position, parts[i].size_bytes);
    else
      output.add(std::move(parts[i].bytes));
  }
  head.append(body.substr(done));
  output.add(std::move(head));
  call.connection->reply(std::move(output));
}

}  // namespace kt::sandbox
