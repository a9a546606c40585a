#include <algorithm>
#include <map>

#include "base/text.h"
#include "broker/ids.h"
#include "chosen.h"
#include "client/admin_configs.h"
#include "connect.h"
#include "needs.h"
#include "protocol/msg/api_versions.h"

namespace kt {
namespace {

class BrokerDescribe : public Invocation {
  std::vector<std::string> words_;

  std::vector<Argument> arguments() override {
    return {{"[BROKER...]", "", "Numbers of brokers", &words_, Complete::brokers}};
  }

  struct Load {
    int64_t leaders = 0;
    int64_t replicas = 0;
    int64_t out_of_sync = 0;
  };

  static std::map<int32_t, Load> loads(const msg::MetadataResponse& metadata) {
    std::map<int32_t, Load> by_broker;
    for (const auto& topic : metadata.topics)
      for (const auto& partition : topic.partitions) {
        if (partition.leader_id >= 0) ++by_broker[partition.leader_id].leaders;
        const auto& in_sync = partition.isr_nodes;
        for (auto id : partition.replica_nodes) {
          ++by_broker[id].replicas;
          if (std::find(in_sync.begin(), in_sync.end(), id) == in_sync.end())
            ++by_broker[id].out_of_sync;
        }
      }
    return by_broker;
  }

  /// The features of each broker, where it tells (2.7 and later); null for the others.
  static std::map<int32_t, Value> features(Cluster& cluster, const std::vector<int32_t>& ids) {
    std::map<int32_t, Value> by_broker;
    msg::ApiVersionsRequest request;
    request.client_software_name = "kt";
    request.client_software_version = "1";
    std::vector<std::pair<int32_t, msg::ApiVersionsRequest>> requests;
    for (auto id : ids)
      if (cluster.apis_of(id).best(msg::ApiVersionsRequest::api(), 3))
        requests.emplace_back(id, request);
    for (const auto& answer : cluster.call_each(requests)) {
      if (!answer.reply) continue;
      const auto& told = answer.reply->message;
      std::map<std::string, Row> rows;
      for (const auto& feature : told.supported_features)
        rows[feature.name] = {feature.name, nullptr, feature.min_version, feature.max_version};
      for (const auto& feature : told.finalized_features)
        if (rows.contains(feature.name)) rows[feature.name][1] = feature.max_version_level;
      Value::List list;
      for (auto& [name, row] : rows) list.push_back(std::move(row));
      by_broker[answer.broker_id] = std::move(list);
    }
    return by_broker;
  }

  /// Where the broker listens and what it advertises; null before 0.11, which does not tell.
  static Value listeners(Cluster& cluster, int32_t id) {
    if (!cluster.apis_of(id).best(msg::DescribeConfigsRequest::api())) return {};
    auto configs = describe_configs(cluster, {{ConfigScope::broker, std::to_string(id)}}).front();
    if (configs.error_code != 0) return {};
    auto advertised = configs.value_of("advertised.listeners");
    if (advertised.empty()) advertised = configs.value_of("listeners");
    Value::List list;
    for (auto listener : split(advertised, ','))
      if (!trim(listener).empty()) list.push_back(trim(listener));
    return list;
  }

  Exit run(Context& context) override {
    auto cluster = connect(context);
    auto ids = choose_brokers(context, *cluster, words_);
    auto known = cluster->metadata();
    auto load = loads(describe_topics(*cluster));
    auto controller = controller_of(*cluster);
    auto& report = context.report();
    std::vector<int32_t> reached;
    for (auto id : ids) {
      try {
        cluster->apis_of(id);
        reached.push_back(id);
      } catch (const Error& error) {
        report_error(context, {{"broker", id}}, 0, error.message());
      }
    }
    auto features_of = features(*cluster, reached);
    for (auto id : reached) {
      const auto& broker = known->brokers.at(id);
      Value rack, is_controller;
      if (!broker.rack.empty()) rack = broker.rack;
      if (controller >= 0) is_controller = id == controller;
      report.row({id, broker.address.host, broker.address.port, std::move(rack),
                  std::move(is_controller), release_of(cluster->apis_of(id)), load[id].leaders,
                  load[id].replicas, load[id].out_of_sync, listeners(*cluster, id),
                  features_of[id]});
    }
    return exit_of(context);
  }
};

}  // namespace

extern const Command broker_describe;
const Command broker_describe{
    .words = "broker describe",
    .summary = "Show release, listeners, features and load of brokers",
    .text =
        R"(Shows of each broker where it listens, which release it is (as close as the requests it serves tell:
brokers do not say), how many partitions it leads and holds and how many of those are out of sync, and
the features that it supports and the cluster has switched on.

Listeners are told from Kafka 0.11 on, features from 2.7. A broker that cannot be reached is an error,
and the others are shown.)",
    .examples = {{"kt broker describe", "all brokers"},
                 {"kt broker describe 1 2", "two of them"},
                 {"kt broker describe 1 -o json", "one, as JSON"}},
    .rows = {"brokers",
             {{"broker", "BROKER", Kind::integer, "Number of the broker"},
              {"host", "HOST", Kind::text, "Host that it advertises"},
              {"port", "PORT", Kind::integer, "Port that it advertises"},
              {"rack", "RACK", Kind::text, "Its rack; null without one"},
              {"is_controller", "CONTROLLER", Kind::boolean,
               "Whether it is the active controller; null before 0.10"},
              {"release", "RELEASE", Kind::text, "Release or releases that serve what it serves"},
              {"leader_count", "LEADS", Kind::integer, "Partitions that it leads"},
              {"replica_count", "HOLDS", Kind::integer, "Replicas that it holds"},
              {"out_of_sync_count", "OUT OF SYNC", Kind::integer, "Those that are out of sync"},
              {"listeners", "LISTENERS", Kind::texts, "Listeners it advertises; null before 0.11"},
              {"features",
               "FEATURES",
               Kind::rows,
               "Features; null before 2.4",
               {{"name", "FEATURE", Kind::text, "Name of the feature"},
                {"level", "LEVEL", Kind::integer, "Level in force; null where switched off"},
                {"min_level", "MIN", Kind::integer, "Lowest level that the broker supports"},
                {"max_level", "MAX", Kind::integer, "Highest level that the broker supports"}}}}},
    .make = make<BrokerDescribe>,
};

}  // namespace kt
