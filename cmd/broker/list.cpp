#include "broker/ids.h"
#include "chosen.h"
#include "connect.h"

namespace kt {
namespace {

class BrokerList : public Invocation {
  std::vector<Argument> arguments() override { return {}; }

  Exit run(Context& context) override {
    auto cluster = connect(context);
    auto ids = choose_brokers(context, *cluster, {});
    auto known = cluster->metadata();
    auto controller = controller_of(*cluster);
    auto& report = context.report();
    for (auto id : ids) {
      const auto& broker = known->brokers.at(id);
      Value rack, leads;
      if (!broker.rack.empty()) rack = broker.rack;
      if (controller >= 0) leads = id == controller;
      report.row({id, broker.address.host, broker.address.port, std::move(rack), std::move(leads)});
    }
    if (!known->cluster_id.empty()) report.set("cluster_id", known->cluster_id);
    if (controller >= 0) report.set("controller", controller);
    return exit_of(context);
  }
};

}  // namespace

extern const Command broker_list;
const Command broker_list{
    .words = "broker list",
    .summary = "List brokers",
    .text =
        R"(Lists the brokers that are in the cluster now, with the address that they advertise. With KRaft the
controller may be no broker: then it is named under the table alone.

0.8 lists only brokers that hold a replica, and none in a cluster without topics, unless -z names its
ZooKeeper. There the controller is found too before 0.10.)",
    .examples = {{"kt broker list", "all brokers"},
                 {"kt broker list -o json", "the same as JSON"},
                 {"kt broker list -o csv", "the same for a sheet"}},
    .rows = {"brokers",
             {{"broker", "BROKER", Kind::integer, "Number of the broker"},
              {"host", "HOST", Kind::text, "Host that it advertises"},
              {"port", "PORT", Kind::integer, "Port that it advertises"},
              {"rack", "RACK", Kind::text, "Its rack; null without one"},
              {"is_controller", "CONTROLLER", Kind::boolean,
               "Whether it is the active controller; null before 0.10"}},
             {{"cluster_id", "cluster", Kind::text, "Id of the cluster; null before 0.10.1"},
              {"controller", "controller", Kind::integer, "The active controller"}}},
    .make = make<BrokerList>,
};

}  // namespace kt
