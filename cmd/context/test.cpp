#include <fmt/format.h>

#include "base/text.h"
#include "cli/context.h"
#include "cli/contexts.h"
#include "cli/settings.h"
#include "client/dial.h"
#include "client/sasl/sasl.h"
#include "connect.h"
#include "net/transport.h"
#include "protocol/releases.h"

namespace kt {
namespace {

class ContextTest : public Invocation {
  std::string name_;
  Exit exit_ = Exit::ok;

  std::vector<Argument> arguments() override {
    return {{"[NAME]", "", "The context; without one, what the other flags name", &name_,
             Complete::contexts}};
  }

  Exit run(Context& context) override {
    if (name_.empty()) return test(context, context);
    SharedFlags flags;
    flags.context = name_;
    flags.verbose = context.settings.verbose;
    auto settings = resolve(flags, context.command);
    settings.timeout = context.settings.timeout;
    Context named(context.command, std::move(settings), context.out, context.err);
    return test(context, named);
  }

  /// One row: what was tried, of what, how it ended, and how long it took. The reason of a failure
  /// is returned as false.
  template <class Try>
  bool step(Context& context, std::string_view name, const std::string& target, Try&& attempt) {
    auto started = Clock::system().now();
    auto took = [&] {
      return std::chrono::duration_cast<Milliseconds>(Clock::system().now() - started).count();
    };
    try {
      std::string found = attempt();
      context.report().row({name, target, true, std::move(found), took()});
      return true;
    } catch (const Error& error) {
      auto hint = error.hint().empty() ? "" : " (" + error.hint() + ')';
      context.report().row({name, target, false, error.message() + hint, took()});
      exit_ = Exit::unreachable;
      return false;
    }
  }

  Exit test(Context& context, const Context& tested) {
    auto options = std::make_shared<const ClientOptions>(client_options(tested));
    bool any_reached = false;
    for (const auto& address : options->bootstrap)
      any_reached |= test_address(context, options, address);
    if (any_reached) test_cluster(context, tested);
    return exit_;
  }

  bool test_address(Context& context, const std::shared_ptr<const ClientOptions>& options,
                    const net::HostPort& address) {
    const auto& target = target_of(*options, address);
    bool named = step(context, "name", target.host, [&] {
      std::vector<std::string> found;
      for (const auto& resolved : net::resolve(target, context.deadline))
        found.push_back(resolved.to_string());
      return join(found, ", ");
    });
    auto soon = context.deadline.sooner(Milliseconds(10'000));
    bool connected = named && step(context, "connect", target.to_string(), [&] {
                       net::connect_tcp(target, soon);
                       return std::string("connected");
                     });
    if (!connected || !options->tls) return connected;
    return step(context, "tls", address.to_string(),
                [&] { return try_tls(options, address, soon); });
  }

  /// The cluster as such, then each broker at the address that it advertises.
  void test_cluster(Context& context, const Context& tested) {
    auto cluster = kt::connect(tested);
    std::shared_ptr<const Metadata> metadata;
    if (!test_speech(context, *cluster)) return;
    bool known =
        step(context, "cluster",
             tested.settings.cluster_id.empty() ? "any" : tested.settings.cluster_id, [&] {
               metadata = cluster->metadata();
               const auto& wanted = tested.settings.cluster_id;
               if (!wanted.empty() && wanted != metadata->cluster_id)
                 throw Error("this is another cluster: " + in_quotes(metadata->cluster_id),
                             Exit::unreachable);
               return fmt::format(
                   "{}, {}", metadata->cluster_id.empty() ? "no id" : "id " + metadata->cluster_id,
                   counted(static_cast<int64_t>(metadata->brokers.size()), "broker"));
             });
    if (!known) return;
    for (const auto& [id, broker] : metadata->brokers)
      step(context, "broker", fmt::format("{} at {}", id, broker.address.to_string()),
           [&, id = id] { return "Kafka " + release_of(cluster->apis_of(id)); });
  }

  /// What a broker speaks it tells everybody; who we are comes after.
  bool test_speech(Context& context, Cluster& cluster) {
    auto target = join_bootstrap(cluster.options());
    const auto& sasl = cluster.options().sasl;
    auto anonymous = cluster.options();
    anonymous.sasl = nullptr;
    bool spoken = step(context, "speak", target, [&] {
      auto apis = Cluster(anonymous).apis_of_any();
      return fmt::format("Kafka {}, {} APIs", release_of(apis), apis.ranges().size());
    });
    if (!spoken || !sasl) return spoken;
    return step(context, "sasl", target, [&] {
      cluster.apis_of_any();
      return fmt::format("{} by {}", sasl->who, sasl->mechanism);
    });
  }

  static std::string join_bootstrap(const ClientOptions& options) {
    std::vector<std::string> addresses;
    for (const auto& address : options.bootstrap) addresses.push_back(address.to_string());
    return join(addresses, ",");
  }
};

}  // namespace

extern const Command context_test;
const Command context_test{
    .words = "context test",
    .summary = "Try step by step whether a cluster can be reached",
    .text =
        R"(Looks up each bootstrap name, connects, shakes hands in TLS where security.protocol wants it, asks what the broker
speaks, says who we are by SASL where that is wanted, asks for the cluster's id (and refuses
another one than the context's cluster-id), then asks every broker at the address that it advertises. The first step
that fails is where to look: name service, firewall, listener, certificate, password, or advertised.listeners.)",
    .examples = {{"kt context test local", "every step, with its time"},
                 {"kt context test -b $KT_BOOTSTRAP_SERVER", "without any context"}},
    .rows = {"steps",
             {{"step", "STEP", Kind::text, "name, connect, tls, speak, sasl, cluster or broker"},
              {"target", "TARGET", Kind::text, "What was tried"},
              {"ok", "OK", Kind::boolean, "Whether it went well"},
              {"result", "RESULT", Kind::text, "What was found, or why not"},
              {"elapsed_ms", "TIME", Kind::duration_ms, "How long it took"}}},
    .exits = {{Exit::unreachable, "a step failed"}},
    .make = make<ContextTest>,
};

}  // namespace kt
