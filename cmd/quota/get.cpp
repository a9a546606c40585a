#include <charconv>
#include <cmath>

#include "chosen.h"
#include "client/admin_quotas.h"
#include "client/zookeeper_configs.h"
#include "connect.h"
#include "quota/quotas.h"

namespace kt {
namespace {

class QuotaGet : public Invocation {
  std::vector<std::string> words_;

  std::vector<Argument> arguments() override {
    return {
        {"[RESOURCE...]", "", "user/NAME, client/ID, user/NAME,client/ID or ip/ADDRESS", &words_}};
  }

  /// Whole where it is: 10000000 and not 1e+07. Null where it is no number.
  static Value number_in(const std::string& text) {
    constexpr double kMostWhole = 9e15;
    double number = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return {};
    bool whole = number == std::floor(number) && std::abs(number) < kMostWhole;
    return whole ? Value(static_cast<int64_t>(number)) : Value(number);
  }

  static void report_all(Context& context, const ResourceConfigs& configs) {
    auto resource = configs.resource.text();
    if (configs.error_code != 0)
      return report_error(context, {{"resource", resource}}, configs.error_code, configs.message);
    for (const auto& entry : configs.entries) {
      auto text = entry.value.value_or("");
      context.report().row({resource, quota_name(entry.name), limit_text(entry.name, text),
                            number_in(text), entry.name});
    }
    if (configs.entries.empty()) context.note("nothing limits " + resource);
  }

  Exit run(Context& context) override {
    std::vector<ConfigResource> resources;
    for (const auto& word : words_) resources.push_back(parse_limited(word));
    auto cluster = connect(context);
    for (const auto& resource : resources) config_way(*cluster, resource, false);
    context.report();
    auto found =
        resources.empty() ? describe_all_quotas(*cluster) : describe_configs(*cluster, resources);
    for (const auto& configs : found) report_all(context, configs);
    if (found.empty()) context.note("no quota is set");
    return exit_of(context);
  }
};

}  // namespace

extern const Command quota_get;
const Command quota_get{
    .words = "quota get",
    .summary = "Show quotas of users, client ids and addresses",
    .text =
        R"(Shows what limits users, client ids, both together and addresses: those named, or all. An empty name
is the default of all such: user/ is all users without a quota of their own. Of several that apply to a
client the one of its user together with its client id wins, then its user's, then its client id's.

Quotas are produce-rate and fetch-rate (bytes a second), request-percentage (of the time of a broker's
threads), controller-mutation-rate (partitions created and deleted a second), and of addresses
connection-rate (new connections a second). kt config shows the same by Kafka's own names.

Brokers tell quotas from 2.6 on, of addresses from 2.7; before that they stand in ZooKeeper, which -z
must name: of client ids from 0.9, of users from 0.10.1.)",
    .examples = {{"kt quota get", "all quotas"},
                 {"kt quota get user/alice client/app", "of a user and of a client id"},
                 {"kt quota get user/ -o json", "the default of all users, as JSON"}},
    .rows = {"quotas",
             {{"resource", "RESOURCE", Kind::text, "Who is limited"},
              {"quota", "QUOTA", Kind::text, "Name of the quota"},
              {"limit", "LIMIT", Kind::text, "The limit with its unit"},
              {"value", "", Kind::any, "The limit, a number: bytes, percent or times a second"},
              {"setting", "", Kind::text, "Kafka's name of the quota"}}},
    .make = make<QuotaGet>,
};

}  // namespace kt
