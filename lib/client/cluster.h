// A Kafka cluster as its users ask it: `auto reply = cluster.call(msg::XRequest{...})` finds the
// broker (any, controller, coordinator, or the one given), the version, and retries what time can
// heal, under one deadline. Connections open when needed, are kept, and are reopened silently. Safe
// to use from several threads, each of which has connections of its own while it asks.
//
// Requests whose route is `leader` name partitions of several brokers: call_leaders() splits them.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "client/connection.h"
#include "client/metadata.h"
#include "client/options.h"
#include "client/request.h"
#include "client/verdict.h"

namespace kt {

/// What a call may ask for beyond its request.
struct CallOptions {
  std::optional<int32_t> broker;     ///< this broker, whatever the route of the API
  std::optional<Route> route;        ///< instead of the route of the API
  std::string coordinator_of;        ///< the group or transactional id, where the route needs one
  int16_t at_least = 0;              ///< the lowest version that carries what is asked
  int16_t at_most = 0x7fff;          ///< the highest version that may be used
  std::optional<Deadline> deadline;  ///< instead of the cluster's
  bool retry = true;
};

/// The answer of one of several brokers, or why there is none.
template <class M>
struct BrokerReply {
  int32_t broker_id = -1;
  std::optional<Reply<typename M::Response>> reply;
  std::optional<Error> error;
};

/// Kinds of coordinator, with the numbers of FindCoordinator.
enum class CoordinatorKind : int8_t { group = 0, transaction = 1, share = 2 };

/// The broker that coordinates a group, or the error code that the cluster gave instead.
struct Coordinator {
  int32_t broker_id = -1;
  int16_t error_code = 0;
};

class Cluster {
 public:
  explicit Cluster(ClientOptions options);
  ~Cluster();
  Cluster(const Cluster&) = delete;

  /// Asks one broker. Throws where nobody can answer, never because of an error code in the answer.
  template <class M>
  Reply<typename M::Response> call(const M& request, CallOptions options = {});

  /// The same where fields depend on the version: `make(version)` gives the request. A route to a
  /// coordinator needs `options.coordinator_of`.
  template <class M, class Make>
  Reply<typename M::Response> call_by_version(const Make& make, CallOptions options = {});

  /// Asks several brokers in one round trip: all are written to before any is read. A broker that
  /// fails costs its own answer only.
  template <class M>
  std::vector<BrokerReply<M>> call_each(const std::vector<std::pair<int32_t, M>>& requests,
                                        const CallOptions& options = {});
  /// Asks every broker of the cluster the same.
  template <class M>
  std::vector<BrokerReply<M>> call_all_brokers(const M& request, const CallOptions& options = {});

  /// What is known now; brokers and controller at least.
  std::shared_ptr<const Metadata> metadata();
  /// Metadata with these topics, asked for unless known. Never creates a topic; one that does not
  /// exist has UNKNOWN_TOPIC_OR_PARTITION.
  std::shared_ptr<const Metadata> metadata_for(const std::vector<std::string>& topics);
  /// The same, asked for in any case.
  std::shared_ptr<const Metadata> refresh(const std::vector<std::string>& topics);
  std::shared_ptr<const Metadata> refresh_all_topics();
  /// Takes over what somebody else asked for: of its topics those named, or all. Throws where the
  /// answer comes from another cluster than the one allowed.
  std::shared_ptr<const Metadata> learn(const msg::MetadataResponse& response,
                                        const std::vector<std::string>* names);

  /// The broker that coordinates each key, for several in one round trip where the brokers can.
  std::map<std::string, Coordinator> coordinators(CoordinatorKind kind,
                                                  const std::vector<std::string>& keys);
  /// Forget it: it said it is not the one.
  void forget_coordinator(CoordinatorKind kind, const std::string& key);

  /// What a broker speaks; connects to it unless it is known.
  BrokerApis apis_of(int32_t broker_id);
  /// The same of whichever broker answered first.
  BrokerApis apis_of_any();

  /// A connection of one's own to a broker, for pipelines.
  std::unique_ptr<Connection> open(int32_t broker_id, Deadline deadline);

  /// The cluster's ZooKeeper, opened on first use. Throws where none is named: `what` is kept
  /// there. For one thread at a time.
  zk::Session& zookeeper(std::string_view what);
  bool names_zookeeper() const { return options_->names_zookeeper; }
  /// 0.8 lists only brokers that hold a replica of the topics asked about: takes over the others
  /// from ZooKeeper, where one is named.
  void learn_all_brokers();

  const ClientOptions& options() const { return *options_; }
  Deadline deadline() const;
  /// A streaming job got on: its limit counts from now again.
  void progress();
  /// Tells of the rights that an answer says are missing; it was about the group, transactional id
  /// or topic `key` where it names nothing itself.
  void tell_denials(const Api& api, const std::vector<Denial>& denials, const std::string& key,
                    const BrokerApis& apis) const;
  /// The time to wait before try number `attempt` (from 1), with jitter.
  Milliseconds backoff(int attempt) const;

 private:
  struct Lease;
  struct Target {
    Route route;
    std::optional<int32_t> broker;
    std::string key;
  };
  using Decoder = std::function<Examination(ResponseFrame&&)>;
  /// Where an answer is read to, whatever its type.
  struct Destination {
    ResponseFrame* frame;
    void* message;
    void (*renew)(void* message);  ///< makes it a fresh one: there may be several answers
  };
  struct EachRequest {
    int32_t broker_id;
    AnyRequest request;
    Decoder decode;
    std::optional<Error> error;
    bool again = false;
  };

  template <class Response>
  static Destination into(Reply<Response>& reply) {
    return {&reply.frame, &reply.message, [](void* message) {
              std::destroy_at(static_cast<Response*>(message));
              std::construct_at(static_cast<Response*>(message));
            }};
  }
  static Decoder decoder(const Destination& destination);
  void run_into(const Destination& destination, const AnyRequest& request, std::string key,
                const CallOptions& options);
  void run(const AnyRequest& request, const Target& target, const CallOptions& options,
           const Decoder& decode);
  void run_each(std::vector<EachRequest>& requests, const CallOptions& options);
  void run_each_once(const std::vector<EachRequest*>& requests, const CallOptions& options,
                     Deadline deadline);
  static void ask_on(Lease& lease, const std::vector<EachRequest*>& requests,
                     const CallOptions& options, Deadline deadline, size_t& sent);
  void check_cluster_id(const Api& api);
  void refuse_other_cluster(const std::string& actual) const;
  bool no_broker_ever_answered() const;
  /// Empty where it is not known.
  std::string topic_name(const Uuid& id) const;
  /// The broker that the target means now; nothing where any will do.
  std::optional<int32_t> choose(const Target& target, Deadline deadline);
  void forget(const Target& target);

  Lease lease(int32_t broker_id, Deadline deadline);
  Lease lease_any(Deadline deadline);
  std::unique_ptr<Connection> take_idle(int32_t broker_id);
  /// Connections made before brokers were known belong to the broker at their address. Under
  /// mutex_.
  void adopt_bootstrap_connections(int32_t broker_id);
  void give_back(std::unique_ptr<Connection> connection);
  Metadata::Broker broker(int32_t broker_id);
  /// Under mutex_.
  std::shared_ptr<const Metadata> merge(const msg::MetadataResponse& response,
                                        const std::vector<std::string>* names);
  std::shared_ptr<const Metadata> ask_metadata(const std::vector<std::string>* topics);
  std::map<std::string, Coordinator> find_until(CoordinatorKind kind,
                                                const std::vector<std::string>& keys,
                                                Deadline deadline);
  std::vector<std::pair<std::string, Coordinator>> find_coordinators(
      CoordinatorKind kind, const std::vector<std::string>& keys, Deadline deadline);

  std::shared_ptr<const ClientOptions> options_;
  mutable std::mutex mutex_;
  Deadline deadline_;
  std::shared_ptr<const Metadata> metadata_;
  std::vector<Metadata::Broker> told_brokers_;  ///< of ZooKeeper
  std::unique_ptr<zk::Session> zookeeper_;
  std::map<int32_t, std::vector<std::unique_ptr<Connection>>> idle_;
  std::atomic<bool> may_be_old_ = true;  ///< no broker of it told its versions yet
  std::map<std::pair<CoordinatorKind, std::string>, int32_t> coordinators_;
};

/// The group or transactional id that a request is about; empty where the API has none.
template <class M>
std::string coordinator_key(const M& request) {
  if constexpr (requires { request.transactional_id.value_or(""); })
    return request.transactional_id.value_or("");
  else if constexpr (requires { std::string(request.transactional_id); })
    return request.transactional_id;
  else if constexpr (requires {
                       request.groups.front().group_id;
                       request.group_id;
                     })
    return request.groups.empty() ? request.group_id : request.groups.front().group_id;
  else if constexpr (requires { std::string(request.group_id); })
    return request.group_id;
  else if constexpr (requires { std::string(request.groups.front()); })
    return request.groups.empty() ? std::string() : request.groups.front();
  else if constexpr (requires { std::string(request.group_ids.front()); })
    return request.group_ids.empty() ? std::string() : request.group_ids.front();
  else if constexpr (requires { std::string(request.groups_names.front()); })
    return request.groups_names.empty() ? std::string() : request.groups_names.front();
  else
    return {};
}

template <class M>
Reply<typename M::Response> Cluster::call(const M& request, CallOptions options) {
  Reply<typename M::Response> reply;
  run_into(into(reply), any_request(request),
           options.coordinator_of.empty() ? coordinator_key(request) : options.coordinator_of,
           options);
  return reply;
}

template <class M, class Make>
Reply<typename M::Response> Cluster::call_by_version(const Make& make, CallOptions options) {
  Reply<typename M::Response> reply;
  run_into(into(reply), any_request_by_version<M>(make), options.coordinator_of, options);
  return reply;
}

template <class M>
std::vector<BrokerReply<M>> Cluster::call_each(const std::vector<std::pair<int32_t, M>>& requests,
                                               const CallOptions& options) {
  std::vector<BrokerReply<M>> replies(requests.size());
  std::vector<EachRequest> each;
  for (size_t i = 0; i < requests.size(); ++i) {
    auto& slot = replies[i];
    slot.broker_id = requests[i].first;
    each.push_back({slot.broker_id, any_request(requests[i].second),
                    decoder(into(slot.reply.emplace())), std::nullopt});
  }
  run_each(each, options);
  for (size_t i = 0; i < requests.size(); ++i) {
    replies[i].error = std::move(each[i].error);
    if (replies[i].error) replies[i].reply.reset();
  }
  return replies;
}

template <class M>
std::vector<BrokerReply<M>> Cluster::call_all_brokers(const M& request,
                                                      const CallOptions& options) {
  std::vector<std::pair<int32_t, M>> requests;
  for (const auto& [id, broker] : metadata()->brokers) requests.emplace_back(id, request);
  return call_each(requests, options);
}

}  // namespace kt
