#include "base/text.h"
#include "chosen.h"
#include "client/admin_shutdown.h"
#include "connect.h"
#include "needs.h"
#include "protocol/msg/unregister_broker.h"

namespace kt {
namespace {

class BrokerUnregister : public Invocation {
  std::vector<int32_t> brokers_;

  std::vector<Argument> arguments() override {
    return {{"BROKER...", "", "Numbers of brokers that have stopped for good", &brokers_,
             Complete::brokers}};
  }

  static int64_t replicas_on(const msg::MetadataResponse& metadata, int32_t broker) {
    int64_t count = 0;
    for (const auto& topic : metadata.topics)
      for (const auto& partition : topic.partitions)
        for (auto id : partition.replica_nodes) count += id == broker;
    return count;
  }

  Exit run(Context& context) override {
    auto cluster = connect(context);
    if (has_controlled_shutdown(*cluster))
      throw Error("a cluster with ZooKeeper forgets a broker as soon as it is stopped",
                  Exit::failed, "unregistering is for KRaft");
    needs<msg::UnregisterBrokerRequest>(*cluster, "unregistering a broker", BeforeThat::nowhere);
    auto metadata = describe_topics(*cluster);
    context.report();
    std::vector<int32_t> chosen;
    std::vector<std::string> items;
    for (auto id : brokers_) {
      bool alive = cluster->refresh({})->brokers.contains(id);
      if (alive) {
        report_error(context, {{"broker", id}}, 0,
                     "is alive: stop it first (kt broker shutdown moves its leaders off)");
        continue;
      }
      chosen.push_back(id);
      items.push_back("broker " + std::to_string(id) + ", with " +
                      counted(replicas_on(metadata, id), "replica"));
    }
    if (chosen.empty()) return exit_of(context);
    bool really = context.confirm("The cluster forgets, until they are started again:", items);
    for (auto id : chosen) {
      auto [code, message] =
          really ? unregister_broker(*cluster, id) : std::pair<int16_t, std::string>{};
      if (code != 0)
        report_error(context, {{"broker", id}}, code, message);
      else
        context.report().row(
            {id, replicas_on(metadata, id), really ? "unregistered" : "would be unregistered"});
    }
    return exit_of(context);
  }
};

}  // namespace

extern const Command broker_unregister;
const Command broker_unregister{
    .words = "broker unregister",
    .summary = "Make the cluster forget brokers that are gone for good",
    .text =
        R"(Removes the registration of brokers that were stopped and will not come back, as kafka-cluster
unregister does. A broker that is alive is refused. Replicas that are still assigned to it stay
assigned, and out of sync, until they are moved; the question and the rows count them.

Needs Kafka with KRaft (2.8 or later); with ZooKeeper a broker that has stopped is forgotten by itself.)",
    .examples = {{"kt broker unregister 9 --dry-run", "what is assigned to it still?"}},
    .rows = {"brokers",
             {{"broker", "BROKER", Kind::integer, "Number of the broker"},
              {"replica_count", "REPLICAS", Kind::integer, "Replicas still assigned to it"},
              {"result", "RESULT", Kind::text, "unregistered or would be unregistered"}}},
    .destroys = true,
    .make = make<BrokerUnregister>,
};

}  // namespace kt
