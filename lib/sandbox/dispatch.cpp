#include "sandbox/dispatch.h"

#include <array>
#include <map>
#include <utility>

#include "base/bytes.h"
#include "protocol/msg/api_versions.h"
#include "protocol/schema.h"
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

/// Kafka answers a version of ApiVersions that it lacks in v0, naming what it has, so that the client can ask again.
void refuse_api_versions(Call& call) {
  msg::ApiVersionsResponse response;
  response.error_code = static_cast<int16_t>(ErrorCode::unsupported_version);
  call.version = 0;
  if (call.cluster.release().answers_unknown_api_versions_with_range())
    response.api_keys.push_back({.api_key = call.api->key,
                                 .min_version = 0,
                                 .max_version = call.cluster.api_range(*call.api)->last});
  send_response(call, response);
}

void serve(Call& call, std::string_view body) {
  try {
    handlers().at(call.api->key).serve(call, body);
  } catch (const DecodeError&) {
    call.connection->close();
  } catch (const Error&) {
    call.connection->close();
  }
}

}  // namespace

void dispatch(Broker& broker, const std::shared_ptr<Connection>& connection, std::string_view frame) {
  Cluster& cluster = broker.cluster();
  try {
    RequestKind kind = peek_request(frame);
    const Api* api = find_api(kind.api_key);
    auto range = api ? cluster.api_range(*api) : std::nullopt;
    if (!range || !handlers().contains(kind.api_key)) return connection->close();
    ByteReader reader(frame);
    RequestHeader header = decode_request_header(reader, *api);
    Call call{broker, cluster, connection, api, kind.api_version, header.correlation_id,
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

void send_reply(const Call& call, std::string_view body) {
  std::string bytes(4, '\0');
  encode_header(bytes, *call.api, call.version, {.correlation_id = call.correlation_id});
  bytes.append(body);
  store_big_endian(bytes.data(), static_cast<int32_t>(bytes.size() - 4));
  Output output;
  output.add(std::move(bytes));
  call.connection->reply(std::move(output));
}

}  // namespace kt::sandbox
