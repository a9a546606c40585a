#include <algorithm>
#include <optional>

#include "base/text.h"
#include "chosen.h"
#include "client/admin_configs.h"
#include "client/health.h"
#include "connect.h"

namespace kt {
namespace {

constexpr Milliseconds kBetweenLooks{500};

class Check : public Invocation {
  std::vector<std::string> ignored_;
  bool wait_ = false;

  std::vector<Argument> arguments() override {
    return {{"--ignore",
             "KIND",
             "A kind of finding that does not count",
             &ignored_,
             {},
             {std::begin(kFindingKinds), std::end(kFindingKinds)}},
            {"--wait", "", "Look again until nothing is found, or --timeout is over", &wait_}};
  }

  /// The limits of topics with a replica out of sync, or with too few replicas, where brokers tell.
  static std::map<std::string, int64_t> min_isr_of(Cluster& cluster,
                                                   const msg::MetadataResponse& metadata) {
    std::map<std::string, int64_t> limits;
    if (!cluster.apis_of_any().best(msg::DescribeConfigsRequest::api())) return limits;
    std::vector<ConfigResource> resources;
    for (const auto& topic : metadata.topics) {
      bool lags =
          std::any_of(topic.partitions.begin(), topic.partitions.end(), [](const auto& one) {
            return one.isr_nodes.size() < one.replica_nodes.size() || one.isr_nodes.size() < 2;
          });
      if (lags) resources.push_back({ConfigScope::topic, topic.name.value_or("")});
    }
    if (resources.empty()) return limits;
    for (const auto& configs : describe_configs(cluster, resources, {{"min.insync.replicas"}}))
      for (const auto& entry : configs.entries)
        if (entry.name == "min.insync.replicas")
          parse_int64(entry.value.value_or("1"), limits[configs.resource.name]);
    return limits;
  }

  static std::map<int32_t, std::string> unreachable(Cluster& cluster) {
    std::map<int32_t, std::string> failures;
    msg::MetadataRequest nothing;
    CallOptions options;
    options.at_least = 1;
    options.retry = false;
    if (!cluster.apis_of_any().best(msg::MetadataRequest::api(), 1)) options.at_least = 0;
    for (const auto& answer : cluster.call_all_brokers(nothing, options))
      if (answer.error) failures[answer.broker_id] = answer.error->message();
    return failures;
  }

  std::vector<Finding> look(const ClientOptions& options) const {
    Cluster cluster(options);
    auto metadata = describe_topics(cluster);
    if (cluster.metadata()->brokers.empty()) cluster.refresh({});
    bool since_0_11 = cluster.apis_of_any().best(msg::DescribeConfigsRequest::api()).has_value();
    ClusterView view{metadata, min_isr_of(cluster, metadata), unreachable(cluster), since_0_11,
                     cluster.apis_of_any().best(msg::MetadataRequest::api(), 1).has_value()};
    auto found = find_problems(view);
    std::erase_if(found, [&](const Finding& finding) {
      return std::find(ignored_.begin(), ignored_.end(), finding.kind) != ignored_.end();
    });
    return found;
  }

  /// The last look's findings. A cluster that cannot be reached is waited for too.
  std::vector<Finding> look_until_well(ClientOptions options) const {
    Deadline deadline(options.timeout);
    while (true) {
      options.timeout = std::max(deadline.remaining(), kBetweenLooks);
      bool last = deadline.remaining() <= 2 * kBetweenLooks;
      try {
        auto found = look(options);
        if (found.empty() || last) return found;
      } catch (const Error& error) {
        if (error.exit() != Exit::unreachable || last) throw;
      }
      Clock::system().sleep(kBetweenLooks);
    }
  }

  Exit run(Context& context) override {
    auto options = client_options(context);
    auto findings = wait_ ? look_until_well(options) : look(options);
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

    no-controller       no broker is the controller
    broker-missing      a broker that holds replicas is not in the cluster
    broker-unreachable  a broker's advertised address cannot be used from here
    offline             a partition without leader
    under-min-isr       too few replicas in sync for writes with acks=all
    under-replicated    a replica out of sync
    not-preferred       leaders away from the broker that should have them
    leader-skew         a broker that leads over one and a half times its share

Exit code 3 where anything is found, so it serves as an alert, and with --wait as a readiness probe: it
looks again until the cluster is well or --timeout is over, a cluster that cannot be reached yet
included. Works on every release; min.insync.replicas and the preferred leader are known from 0.11 on.)",
    .examples = {{"kt check", "what is wrong?"},
                 {"kt check -o json", "for an alert"},
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
