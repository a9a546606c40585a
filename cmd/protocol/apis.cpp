#include "cli/context.h"
#include "connect.h"
#include "protocol/releases.h"

namespace kt {
namespace {

Value range_text(const ApiRange* range) {
  if (!range) return {};
  auto first = std::to_string(range->min_version);
  return range->min_version == range->max_version
             ? first
             : first + "-" + std::to_string(range->max_version);
}

class ListApis : public Invocation {
  std::optional<int32_t> broker_;
  std::string release_;

  std::vector<Argument> arguments() override {
    return {
        {"[BROKER]", "", "The id of a broker; any one unless given", &broker_, Complete::brokers},
        {"--release", "R", "What a release of Kafka serves, without asking anybody", &release_}};
  }

  Exit run(Context& context) override {
    std::vector<ApiRange> served = release_.empty() ? ask(context) : look_up(context);
    for (const auto& api : apis()) {
      auto found = std::ranges::find(served, api.key, &ApiRange::key);
      const ApiRange* range = found == served.end() ? nullptr : &*found;
      print(context.report(), api.name, api.key, range, &api);
    }
    for (const auto& range : served)
      if (!find_api(range.key)) print(context.report(), {}, range.key, &range, nullptr);
    return Exit::ok;
  }

  std::vector<ApiRange> look_up(Context& context) const {
    if (broker_) throw Error("--release and a broker exclude each other", Exit::usage);
    const Release* release = find_release(release_);
    if (!release)
      throw Error("no release of Kafka is called \"" + release_ + "\"", Exit::usage,
                  "releases go from " + std::string(releases().front().name) + " to " +
                      std::string(releases().back().name));
    context.report().set("release", release->name);
    return release->apis;
  }

  std::vector<ApiRange> ask(Context& context) const {
    auto cluster = connect(context);
    BrokerApis told = broker_ ? cluster->apis_of(*broker_) : cluster->apis_of_any();
    std::vector<ApiRange> served;
    for (const auto& [key, range] : told.ranges()) served.push_back({key, range.min, range.max});
    context.report().set(
        "release", told.probed_release().empty() ? guess_release(served) : told.probed_release());
    return served;
  }

  static void print(Report& report, std::string_view name, int16_t key, const ApiRange* range,
                    const Api* api) {
    ApiRange ours;
    if (api) ours = {key, api->min_version, api->max_version};
    std::optional<int16_t> common;
    if (api && range) {
      int16_t highest = std::min(range->max_version, ours.max_version);
      if (highest >= std::max(range->min_version, ours.min_version)) common = highest;
    }
    auto number = [](bool known, int16_t value) { return known ? Value(value) : Value(); };
    report.row({name.empty() ? Value() : Value(name), key, range_text(range),
                range_text(api ? &ours : nullptr), common,
                number(range, range ? range->min_version : 0),
                number(range, range ? range->max_version : 0), number(api, ours.min_version),
                number(api, ours.max_version)});
  }
};

}  // namespace

extern const Command protocol_apis;
const Command protocol_apis{
    .words = "protocol apis",
    .summary = "List the APIs and versions that a broker serves",
    .text =
        "Beside them stand the versions that kt has, and the one that both would speak. The "
        "release is an estimate "
        "from the versions, since no broker tells its own. Brokers before 0.10.0 cannot tell their "
        "versions either: "
        "they are recognised by what they answer.\n\n"
        "With --release nobody is asked: kt knows what each release from 0.8.0 on serves.",
    .examples = {{"kt protocol apis", "what the first broker that answers serves"},
                 {"kt protocol apis 2 -o json", "broker 2, for a program"},
                 {"kt protocol apis --release 2.8", "what brokers of 2.8 serve"}},
    .rows = {"apis",
             {{"api", "API", Kind::text, "null for an API that kt does not know"},
              {"key", "KEY", Kind::integer},
              {"broker", "BROKER", Kind::text, "versions that the broker serves"},
              {"kt", "KT", Kind::text, "versions that kt has"},
              {"version", "USED", Kind::integer, "the highest version of both"},
              {"broker_min_version", "", Kind::integer},
              {"broker_max_version", "", Kind::integer},
              {"kt_min_version", "", Kind::integer},
              {"kt_max_version", "", Kind::integer}},
             {{"release", "Release", Kind::text, "the release of Kafka that this looks like"}}},
    .make = make<ListApis>,
};

}  // namespace kt
