// Opening a connection: which versions the broker speaks. ApiVersions is asked for in our highest
// version; 2.4 and later refuse an unknown one by naming theirs, 0.10 to 2.3 by an empty list, both
// in the layout of v0. 0.8 closes, as each release closes on the APIs that the next one added; 0.9
// must not be asked: it loses what other connections sent at the moment of an unknown API, and
// never answers. So the first question is one that all releases know.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "client/connection.h"
#include "client/dial.h"
#include "net/error.h"
#include "protocol/errors.h"
#include "protocol/msg/api_versions.h"
#include "protocol/msg/heartbeat.h"
#include "protocol/msg/list_groups.h"
#include "protocol/msg/metadata.h"
#include "protocol/msg/offset_fetch.h"
#include "protocol/releases.h"

namespace kt {
namespace {

using Options = std::shared_ptr<const ClientOptions>;

/// A broker that has not told its versions after so long is asked in another way beside.
constexpr Milliseconds kSuspiciousSilence{400};

template <class M>
ResponseFrame ask(Connection& connection, const M& request, int16_t version, Deadline deadline) {
  connection.send(any_request(request), version, deadline);
  return connection.receive(deadline);
}

void ask_versions(Connection& connection, int16_t version, Deadline deadline) {
  msg::ApiVersionsRequest request;
  request.client_software_name = "kt";
  request.client_software_version = KT_VERSION;
  connection.send(any_request(request), version, deadline);
}

msg::ApiVersionsResponse receive_versions(Connection& connection, Deadline deadline) {
  ResponseFrame frame = connection.receive(deadline);
  bool refused =
      frame.body().size() >= 2 && load_big_endian<int16_t>(frame.body().data()) ==
                                      static_cast<int16_t>(ErrorCode::unsupported_version);
  if (refused) frame.version = 0;
  return std::move(decode_reply<msg::ApiVersionsResponse>(std::move(frame)).message);
}

/// Takes the answer to an ApiVersions in our highest version, and asks again where it was refused.
BrokerApis negotiate(Connection& connection, Deadline deadline) {
  constexpr auto kUnsupported = static_cast<int16_t>(ErrorCode::unsupported_version);
  const Api& api = msg::ApiVersionsRequest::api();
  auto response = receive_versions(connection, deadline);
  if (response.error_code == kUnsupported) {
    int16_t highest = 0;
    for (const auto& entry : response.api_keys)
      if (entry.api_key == api.key) highest = std::min(entry.max_version, api.max_version);
    ask_versions(connection, highest, deadline);
    response = receive_versions(connection, deadline);
  }
  if (response.error_code != 0)
    throw Error(fmt::format("{} refused to tell its versions: {}", connection.transport().peer(),
                            error_name(response.error_code)),
                Exit::unreachable);
  BrokerApis apis;
  for (const auto& entry : response.api_keys)
    apis.add(entry.api_key, {entry.min_version, entry.max_version});
  apis.correct_known_lies();
  return apis;
}

/// Whether a fresh connection answers the request instead of closing.
template <class M>
bool answers(const Options& options, const net::HostPort& address, const M& request,
             Deadline deadline) {
  auto connection = dial(options, address, -1, deadline);
  try {
    ask(*connection, request, 0, deadline);
    return true;
  } catch (const net::NetError& error) {
    if (error.failure() == net::Failure::closed) return false;
    throw;
  }
}

std::string probe_release(const Options& options, const net::HostPort& address, Deadline deadline) {
  if (answers(options, address, msg::ListGroupsRequest{}, deadline)) return "0.9.0";
  if (answers(options, address, msg::HeartbeatRequest{}, deadline)) return "0.8.2";
  if (answers(options, address, msg::OffsetFetchRequest{}, deadline)) return "0.8.1";
  if (answers(options, address, msg::MetadataRequest{}, deadline)) return "0.8.0";
  refuse_if_tls(*options, address, deadline);
  throw net::NetError(
      net::Failure::closed,
      address.to_string() + " takes connections and closes each at the first request",
      "a listener that wants SASL, a tunnel without its far end, or no Kafka");
}

/// Whether a broker is older than 0.10: these read any version of Metadata as v0, and so they
/// answer. Who closes instead is no such broker, and `connection` is a new one then.
bool is_before_0_10(const Options& options, std::unique_ptr<Connection>& connection,
                    Deadline deadline) {
  constexpr int16_t kNamesNoTopics = 1;
  msg::MetadataRequest request;
  request.topics.emplace();
  try {
    auto frame = ask(*connection, request, kNamesNoTopics, deadline);
    return !decode<msg::MetadataResponse>(frame.body(), kNamesNoTopics).topics.empty();
  } catch (const DecodeError&) {
    return true;
  } catch (const net::NetError& error) {
    if (error.failure() != net::Failure::closed) throw;
    connection = dial(options, connection->address(), connection->broker_id(), deadline);
    return false;
  }
}

/// A connection that has told its versions; nothing where it is closed, or stays silent.
std::unique_ptr<Connection> ask_again(const Options& options, const net::HostPort& address,
                                      int32_t broker_id, Deadline deadline) {
  auto connection = dial(options, address, broker_id, deadline);
  try {
    ask_versions(*connection, msg::ApiVersionsRequest::api().max_version, deadline);
    if (!connection->transport().wait_readable(deadline.sooner(kSuspiciousSilence))) return nullptr;
    connection->set_apis(negotiate(*connection, deadline));
  } catch (const net::NetError& error) {
    if (error.failure() != net::Failure::closed) throw;
    return nullptr;
  }
  return connection;
}

BrokerApis apis_of_release(const std::string& release) {
  BrokerApis apis;
  for (const auto& entry : find_release(release)->apis)
    apis.add(entry.key, {entry.min_version, entry.max_version});
  apis.set_probed_release(release);
  return apis;
}

/// Connected, and the broker's versions learnt.
std::unique_ptr<Connection> open_anonymously(const Options& options, const net::HostPort& address,
                                             int32_t broker_id, Deadline deadline,
                                             bool may_be_old) {
  auto connection = dial(options, address, broker_id, deadline);
  std::string release;
  if (may_be_old && is_before_0_10(options, connection, deadline)) {
    release = probe_release(options, address, deadline);
  } else
    try {
      ask_versions(*connection, msg::ApiVersionsRequest::api().max_version, deadline);
      auto& transport = connection->transport();
      if (transport.wait_readable(deadline.sooner(kSuspiciousSilence)) ||
          !answers(options, address, msg::ListGroupsRequest{}, deadline) || transport.readable()) {
        connection->set_apis(negotiate(*connection, deadline));
        return connection;
      }
      release = "0.9.0";
    } catch (const net::NetError& error) {
      if (error.failure() != net::Failure::closed) throw;
      release = probe_release(options, address, deadline);
      // What was cut on the way looks the same: only who closes again does not know the request.
      if (auto after_all = ask_again(options, address, broker_id, deadline)) return after_all;
    }
  connection = dial(options, address, broker_id, deadline);
  connection->set_apis(apis_of_release(release));
  return connection;
}

}  // namespace

std::unique_ptr<Connection> Connection::open(std::shared_ptr<const ClientOptions> options,
                                             const net::HostPort& address, int32_t broker_id,
                                             Deadline deadline, bool may_be_old) {
  // Before who we are is said, brokers with SASL take nothing else. Cluster ids came with 0.10.1.
  may_be_old = may_be_old && !options->sasl && options->expected_cluster_id.empty();
  auto connection = open_anonymously(options, address, broker_id, deadline, may_be_old);
  connection->authenticate(deadline);
  connection->fresh_ = true;
  return connection;
}

int16_t Connection::version_for(const Api& api, int16_t at_least, int16_t at_most) const {
  if (auto version = apis_.best(api, at_least, at_most)) return *version;
  if (!apis_.range(msg::MetadataRequest::api().key))
    throw Error(transport_->peer() + " is a KRaft controller, which serves no clients",
                Exit::unreachable, "use the address of a broker's listener");
  std::string has = "does not have it";
  if (auto range = apis_.range(api.key))
    has = fmt::format("has v{} to v{}", range->min, range->max);
  int16_t wanted = std::max(api.min_version, at_least);
  auto* release = first_release(api.key, wanted);
  throw Error(fmt::format("{} v{} is needed, and {} {}", api.name, wanted, transport_->peer(), has),
              Exit::failed,
              release == nullptr ? "" : fmt::format("that takes Kafka {} or later", release->name));
}

}  // namespace kt
