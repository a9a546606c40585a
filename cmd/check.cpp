#include <algorithm>
#include <filesystem>
#include <optional>

#include "base/text.h"
#include "broker/handover.h"
#include "chosen.h"
#include "client/admin_configs.h"
#include "client/admin_reassignments.h"
#include "client/group_lag.h"
#include "client/health.h"
#include "client/zookeeper_groups.h"
#include "connect.h"
#include "protocol/errors.h"
#include "protocol/msg/describe_configs.h"
#include "protocol/msg/describe_log_dirs.h"
#include "protocol/msg/describe_quorum.h"
#include "protocol/msg/elect_leaders.h"
#include "protocol/msg/list_partition_reassignments.h"
#include "zookeeper/brokers.h"
#include "zookeeper/partition_states.h"
#include "zookeeper/topics.h"

namespace kt {
namespace {

constexpr Milliseconds kBetweenLooks{500};

class Check : public Invocation {
  std::vector<std::string> ignored_;
  std::optional<int64_t> max_lag_;
  bool wait_ = false;

  std::vector<Argument> arguments() override {
    return {
        {"--ignore",
         "KIND",
         "A kind of finding that does not count",
         &ignored_,
         {},
         {std::begin(kFindingKinds), std::end(kFindingKinds)}},
        {"--max-lag", "N", "Look at all groups too: none may be more records behind", &max_lag_},
        {"--wait", "", "Look again until nothing is found, or --timeout is over", &wait_}};
  }

  /// Whether a partition has fewer replicas in sync than it has, or than `least`.
  static bool lags(const msg::MetadataResponse::Topic& topic, size_t least = 0) {
    return std::any_of(topic.partitions.begin(), topic.partitions.end(), [&](const auto& one) {
      return one.isr_nodes.size() < std::max(one.replica_nodes.size(), least);
    });
  }

  /// The limits of topics with a replica out of sync, or with too few replicas, where brokers tell.
  static std::map<std::string, int64_t> min_isr_of(Cluster& cluster,
                                                   const msg::MetadataResponse& metadata) {
    std::map<std::string, int64_t> limits;
    if (!cluster.apis_of_any().best(msg::DescribeConfigsRequest::api())) return limits;
    std::vector<ConfigResource> resources;
    for (const auto& topic : metadata.topics)
      if (lags(topic, 2)) resources.push_back({ConfigScope::topic, topic.name.value_or("")});
    if (resources.empty()) return limits;
    for (const auto& configs : describe_configs(cluster, resources, {{"min.insync.replicas"}}))
      if (const auto* entry = configs.find("min.insync.replicas"))
        parse_int64(entry->value.value_or("1"), limits[configs.resource.name]);
    return limits;
  }

  /// Brokers that cannot be talked to, and those whose address leads into another cluster.
  static std::map<int32_t, std::string> unreachable(Cluster& cluster, const std::string& cluster_id,
                                                    std::map<int32_t, std::string>& elsewhere) {
    std::map<int32_t, std::string> failures;
    msg::MetadataRequest nothing;
    CallOptions options;
    options.at_least = 1;
    options.retry = false;
    if (!cluster.apis_of_any().best(msg::MetadataRequest::api(), 1)) options.at_least = 0;
    for (const auto& answer : cluster.call_all_brokers(nothing, options)) {
      if (answer.error) failures[answer.broker_id] = answer.error->message();
      if (!answer.reply) continue;
      auto id = answer.reply->message.cluster_id.value_or("");
      if (!id.empty() && !cluster_id.empty() && id != cluster_id)
        elsewhere[answer.broker_id] = "its address leads to cluster " + id;
    }
    return failures;
  }

  /// What moves that go on bring, where a replica is out of sync and the controller tells.
  static std::map<TopicPartition, std::vector<int32_t>> adding(
      Cluster& cluster, const msg::MetadataResponse& metadata) {
    std::map<TopicPartition, std::vector<int32_t>> adding;
    bool any_lags = std::any_of(metadata.topics.begin(), metadata.topics.end(),
                                [](const auto& topic) { return lags(topic); });
    if (!any_lags || !cluster.apis_of_any().best(msg::ListPartitionReassignmentsRequest::api()))
      return adding;
    try {
      for (auto& move : list_reassignments(cluster)) adding[move.at] = std::move(move.adding);
    } catch (const Error&) {  // no controller, or no right to ask: what lags is told as it is
    }
    return adding;
  }

  using Reached = std::vector<int32_t>;

  /// A broker refuses to tell the settings of another one: its address leads to the wrong broker.
  static void find_strangers(Cluster& cluster, const Reached& reached,
                             std::map<int32_t, std::string>& elsewhere) {
    std::vector<std::pair<int32_t, msg::DescribeConfigsRequest>> requests;
    for (auto id : reached) {
      auto& resource =
          requests.emplace_back(id, msg::DescribeConfigsRequest{}).second.resources.emplace_back();
      resource.resource_type = static_cast<int8_t>(ConfigScope::broker);
      resource.resource_name = std::to_string(id);
      resource.configuration_keys.emplace().push_back("advertised.listeners");
    }
    for (const auto& answer : cluster.call_each(requests))
      if (answer.reply)
        for (const auto& result : (*answer.reply)->results)
          if (result.error_code == ErrorCode::invalid_request)
            elsewhere[answer.broker_id] =
                "its address leads to another broker: " +
                error_text(result.error_code, result.error_message.value_or(""));
  }

  static std::map<int32_t, int64_t> bytes_of(Cluster& cluster, const Reached& reached) {
    std::map<int32_t, int64_t> bytes;
    if (!cluster.apis_of_any().best(msg::DescribeLogDirsRequest::api())) return bytes;
    msg::DescribeLogDirsRequest request;
    request.topics.reset();
    std::vector<std::pair<int32_t, msg::DescribeLogDirsRequest>> requests;
    for (auto id : reached) requests.emplace_back(id, request);
    for (const auto& answer : cluster.call_each(requests)) {
      if (!answer.reply || (*answer.reply)->results.empty()) continue;
      auto& total = bytes[answer.broker_id];
      for (const auto& directory : (*answer.reply)->results)
        for (const auto& topic : directory.topics)
          for (const auto& replica : topic.partitions) total += replica.partition_size;
    }
    return bytes;
  }

  /// KRaft: how long ago each voter, and each living broker, had all that the leader has. Returns
  /// the leader, -1 where there is none, nothing where brokers do not tell (before 3.3, or without
  /// the right to ask).
  static std::optional<int32_t> quorum_leader(Cluster& cluster,
                                              std::map<int32_t, int64_t>& lag_ms) {
    if (!cluster.apis_of_any().best(msg::DescribeQuorumRequest::api())) return std::nullopt;
    msg::DescribeQuorumRequest request;
    auto& topic = request.topics.emplace_back();
    topic.topic_name = "__cluster_metadata";
    topic.partitions.emplace_back().partition_index = 0;
    CallOptions options;
    // Brokers pass the question on to a leader for as long as it takes: the rest of the time is for
    // what else is looked at.
    options.deadline = Deadline(cluster.deadline().remaining() / 2);
    std::optional<Reply<msg::DescribeQuorumResponse>> reply;
    try {
      reply = cluster.call(request, options);
    } catch (const Error& error) {
      if (error.exit() != Exit::unreachable) throw;
      return -1;
    }
    for (const auto& answered : (*reply)->topics)
      for (const auto& partition : answered.partitions) {
        if (partition.error_code != 0) continue;
        int64_t now = 0;
        for (const auto& one : partition.current_voters)
          now = std::max(now, one.last_caught_up_timestamp);
        auto look_at = [&](const auto& replicas, auto&& counts) {
          for (const auto& one : replicas)
            if (one.last_caught_up_timestamp > 0 && counts(one.replica_id))
              lag_ms[one.replica_id] = now - one.last_caught_up_timestamp;
        };
        auto known = cluster.metadata();
        look_at(partition.current_voters, [](int32_t) { return true; });
        look_at(partition.observers, [&](int32_t id) { return known->brokers.contains(id); });
        return partition.leader_id;
      }
    return std::nullopt;
  }

  /// Of groups in Kafka, and in ZooKeeper where it is named.
  std::vector<GroupBehind> groups_behind(const Context& context, Cluster& cluster) const {
    std::vector<GroupBehind> behind;
    if (!max_lag_) return behind;
    std::vector<StoredGroup> groups;
    if (keeps_groups(cluster)) {
      std::vector<std::string> names;
      for (const auto& group : list_groups(cluster).groups) names.push_back(group.group);
      groups = kafka_groups(cluster, names);
    }
    if (names_zookeeper(context)) {
      auto session = zookeeper_of(context, "groups of consumers before 0.9");
      for (auto& group : zookeeper_groups(*session, zk::group_names(*session)))
        if (group.is_there()) groups.push_back(std::move(group));
    }
    measure_lag(cluster, groups, false, [&](const GroupLag& one) {
      if (auto lag = one.total(); lag && *lag > *max_lag_)
        behind.push_back({one.group->description.group, *lag, *max_lag_});
    });
    return behind;
  }

  /// What shutdowns of this cluster's brokers left in the current directory.
  static std::vector<RollbackState> rollbacks(const msg::MetadataResponse& metadata) {
    std::vector<RollbackState> found;
    for (const auto& broker : metadata.brokers) {
      auto path = rollback_name(broker.node_id);
      if (!std::filesystem::exists(path)) continue;
      auto file = read_partition_file(path);
      if (file.broker != broker.node_id || file.cluster_id != metadata.cluster_id) continue;
      auto& one = found.emplace_back();
      one.path = path;
      one.broker = broker.node_id;
      for (const auto& [at, state] : compare_with(file, metadata)) {
        one.moved += state == Restorable::changed;
        one.as_before += state == Restorable::restored;
      }
    }
    return found;
  }

  /// What ZooKeeper says of living brokers, leaders, replicas in sync, and the order of replicas:
  /// brokers of 0.8 keep telling what was, and those before 0.11 list replicas in any order.
  static void correct(zk::Session& zookeeper, msg::MetadataResponse& metadata) {
    metadata.brokers.clear();
    for (const auto& living : zk::brokers(zookeeper))
      metadata.brokers.emplace_back().node_id = living.id;
    std::vector<std::string> names;
    std::vector<zk::Partition> places;
    for (const auto& topic : metadata.topics) {
      names.push_back(topic.name.value_or(""));
      for (const auto& one : topic.partitions)
        places.emplace_back(names.back(), one.partition_index);
    }
    auto topics = zk::topics(zookeeper, names);
    auto states = zk::partition_states(zookeeper, places);
    size_t place = 0;
    for (size_t i = 0; i < topics.size(); ++i)
      for (auto& one : metadata.topics[i].partitions) {
        if (const auto& state = states[place++]) {
          one.leader_id = state->leader;
          one.isr_nodes = state->isr;
        }
        if (!topics[i]) continue;
        auto replicas = topics[i]->replicas.find(one.partition_index);
        if (replicas != topics[i]->replicas.end()) one.replica_nodes = replicas->second;
      }
  }

  std::vector<Finding> look(const Context& context, const ClientOptions& options) const {
    Cluster cluster(options);
    auto metadata = describe_topics(cluster);
    if (cluster.metadata()->brokers.empty()) cluster.refresh({});
    bool since_0_11 = cluster.apis_of_any().best(msg::DescribeConfigsRequest::api()).has_value();
    bool corrected = !since_0_11 && names_zookeeper(context);
    if (corrected) correct(*zookeeper_of(context, "the state of partitions"), metadata);
    std::map<int32_t, std::string> elsewhere;
    auto failures = unreachable(cluster, metadata.cluster_id.value_or(""), elsewhere);
    if (corrected)
      std::erase_if(failures, [&](const auto& failure) {
        return std::none_of(metadata.brokers.begin(), metadata.brokers.end(),
                            [&](const auto& living) { return living.node_id == failure.first; });
      });
    Reached reached;
    for (const auto& [id, broker] : cluster.metadata()->brokers)
      if (!failures.contains(id) && !elsewhere.contains(id)) reached.push_back(id);
    if (since_0_11) find_strangers(cluster, reached, elsewhere);
    ClusterView view{metadata, min_isr_of(cluster, metadata), std::move(failures),
                     since_0_11 || corrected,
                     cluster.apis_of_any().best(msg::MetadataRequest::api(), 1).has_value()};
    view.mis_advertised = std::move(elsewhere);
    if (auto leader = quorum_leader(cluster, view.quorum_lag_ms))
      metadata.controller_id = *leader;  // else KRaft names any broker as its controller
    view.bytes = bytes_of(cluster, reached);
    view.tells_log_dirs =
        cluster.apis_of_any().best(msg::DescribeLogDirsRequest::api()).has_value();
    view.elects_unclean =
        cluster.apis_of_any().best(msg::ElectLeadersRequest::api(), 1).has_value();
    view.adding = adding(cluster, metadata);
    view.groups = groups_behind(context, cluster);
    view.rollbacks = rollbacks(metadata);
    auto found = find_problems(view);
    std::erase_if(found, [&](const Finding& finding) {
      return std::find(ignored_.begin(), ignored_.end(), finding.kind) != ignored_.end();
    });
    return found;
  }

  /// The last look's findings. A cluster that cannot be reached is waited for too.
  std::vector<Finding> look_until_well(const Context& context, ClientOptions options) const {
    Deadline deadline(options.timeout);
    while (true) {
      options.timeout = std::max(deadline.remaining(), kBetweenLooks);
      bool last = deadline.remaining() <= 2 * kBetweenLooks;
      try {
        auto found = look(context, options);
        if (found.empty() || last) return found;
      } catch (const Error& error) {
        if (error.exit() != Exit::unreachable || last) throw;
      }
      Clock::system().sleep(kBetweenLooks);
    }
  }

  Exit run(Context& context) override {
    auto options = client_options(context);
    auto findings = wait_ ? look_until_well(context, options) : look(context, options);
    auto& report = context.report();
    for (auto& finding : findings)
      report.row({finding.kind, finding.topic, finding.partition, finding.broker,
                  std::move(finding.message), std::move(finding.remedy)});
    if (findings.empty() && context.settings.format == Format::table)
      context.note("nothing is wrong with this cluster");
    return findings.empty() ? Exit::ok : Exit::check;
  }
};

}  // namespace

extern const Command check_command;
const Command check_command{
    .words = "check",
    .summary = "Check whether the cluster is healthy",
    .text = R"(Looks for what is wrong and says what mends it:

    no-controller       no broker is the controller, or the quorum has no leader
    quorum-lag          a node that is 30 s behind the metadata quorum (Kafka 3.3 and later)
    broker-missing      a broker that holds replicas is not in the cluster
    broker-unreachable  a broker's advertised address cannot be used from here
    mis-advertised      a broker's advertised address leads to another broker or cluster
    offline             a partition without leader
    under-min-isr       too few replicas in sync for writes with acks=all
    half-shut-down      a broker that kt broker shutdown left half done, or that was not stopped after it
    under-replicated    a replica out of sync
    not-preferred       leaders away from the broker that should have them
    leader-skew         a broker that leads over one and a half times its share
    bytes-skew          a broker that holds over one and a half times its share, and 1 GiB more
    group-lag           a group further behind than --max-lag allows; with -z those in ZooKeeper too

Exit code 3 where anything is found, so it serves as an alert, and with --wait as a readiness probe: it
looks again until the cluster is well or --timeout is over, a cluster that cannot be reached yet
included. Works on every release; min.insync.replicas is known from 0.11 on. Before that, name ZooKeeper
too (-z): it knows the preferred leaders, and who is in sync, which brokers of 0.8 tell late.)",
    .examples = {{"kt check", "what is wrong?"},
                 {"kt check -o json", "for an alert"},
                 {"kt check --max-lag 100000", "groups that fall behind too"},
                 {"kt check --wait --timeout 60s --ignore leader-skew", "a readiness probe"}},
    .rows = {"findings",
             {{"kind", "KIND", Kind::text, "What is wrong, in a word"},
              {"topic", "TOPIC", Kind::text, "Topic concerned; null where it is none"},
              {"partition", "PARTITION", Kind::integer, "Partition concerned; null where none"},
              {"broker", "BROKER", Kind::integer, "Broker concerned; null where none"},
              {"message", "FINDING", Kind::text, "What is wrong"},
              {"remedy", "REMEDY", Kind::text, "What mends it"}}},
    .exits = {{Exit::check, "Something is wrong"}},
    .make = make<Check>,
};

}  // namespace kt
