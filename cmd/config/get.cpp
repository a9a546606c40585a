#include <algorithm>

#include "base/text.h"
#include "chosen.h"
#include "client/zookeeper_configs.h"
#include "config/setting_words.h"
#include "connect.h"

namespace kt {
namespace {

class ConfigGet : public Invocation {
  std::vector<std::string> words_;
  bool all_ = false;
  bool documentation_ = false;

  std::vector<Argument> arguments() override {
    return {{"RESOURCE...", "", "topic/NAME, broker/ID and so on, then names of settings", &words_},
            {"-a,--all", "", "Settings with default values too", &all_},
            {"--documentation", "", "What each setting means, as the brokers tell (2.6)",
             &documentation_}};
  }

  bool wanted(const ConfigEntry& entry, const std::vector<std::string>& names) const {
    if (!names.empty()) return std::find(names.begin(), names.end(), entry.name) != names.end();
    return all_ || entry.is_override;
  }

  static Value synonyms_of(const ConfigEntry& entry) {
    Value::List rows;
    for (const auto& synonym : entry.synonyms)
      rows.push_back(Row{synonym.name, synonym.value, synonym.source});
    return rows;
  }

  void report_names(Context& context, const ResourceConfigs& configs,
                    const std::vector<std::string>& names) const {
    std::vector<std::string> known;
    for (const auto& entry : configs.entries) known.push_back(entry.name);
    for (const auto& name : names)
      if (std::find(known.begin(), known.end(), name) == known.end())
        report_error(context, {{"resource", configs.resource.text()}, {"setting", name}}, 0,
                     (configs.only_overrides ? "not set on it, and this release tells no defaults"
                                             : "not a setting of it") +
                         did_you_mean(name, known));
  }

  Exit run(Context& context) override {
    auto words = sort_words(words_);
    auto cluster = connect(context);
    for (const auto& resource : words.resources) config_way(*cluster, resource, false);
    auto& report = context.report();
    for (const auto& configs : describe_configs(*cluster, words.resources, {{}, documentation_})) {
      auto thing = configs.resource.text();
      if (configs.error_code != 0) {
        report_error(context, {{"resource", thing}}, configs.error_code, configs.message);
        continue;
      }
      auto rows_before = report.row_count();
      for (const auto& entry : configs.entries) {
        if (!wanted(entry, words.names)) continue;
        Value type, documentation;
        if (!entry.type.empty()) type = entry.type;
        if (!entry.documentation.empty()) documentation = entry.documentation;
        report.row({thing, entry.name, entry.value, entry.source, entry.is_default,
                    entry.is_sensitive, entry.is_read_only, std::move(type),
                    std::move(documentation), synonyms_of(entry)});
      }
      report_names(context, configs, words.names);
      if (words.names.empty() && report.row_count() == rows_before)
        context.note("nothing is set on " + thing);
    }
    return exit_of(context);
  }
};

}  // namespace

extern const Command config_get;
const Command config_get{
    .words = "config get",
    .summary = "Show settings of topics, brokers, groups, users and clients",
    .text =
        R"(Shows what is set on the things named themselves; with --all also what they inherit and the defaults.
Names of settings (words without a slash) show those alone, wherever they come from. Things are

    topic/NAME    broker/ID    broker/ (the default of all brokers)    logger/ID
    group/NAME    metrics/NAME    user/NAME    client/ID    user/NAME,client/ID    ip/ADDRESS

user, client, both together (that user with that client id) and ip show quotas; an empty name is their
default. The value of a secret setting is null:
brokers do not tell it. Where a value comes from in detail is told from Kafka 1.1 on; groups have
settings from 3.8 on.

Releases that do not tell by request keep in ZooKeeper what is set on things, and -z must name it:
topics before 0.11 (none in 0.8.0), brokers before 0.11 (their replication throttles, from 0.10.1),
quotas before 2.6 (clients from 0.9, users from 0.10.1).)",
    .examples = {{"kt config get topic/orders", "what is set on a topic"},
                 {"kt config get broker/1 log.retention.hours", "one setting and its source"},
                 {"kt config get broker/1 broker/ --all", "everything a broker runs with"},
                 {"kt config get user/alice client/app -o json", "quotas, as JSON"}},
    .rows = {"configs",
             {{"resource", "RESOURCE", Kind::text, "What has the setting"},
              {"name", "SETTING", Kind::text, "Name of the setting"},
              {"value", "VALUE", Kind::text, "Its value; null where it is secret or none"},
              {"source", "SOURCE", Kind::text, "Where the value comes from, in Kafka's words"},
              {"is_default", "", Kind::boolean, "Whether nobody has set it"},
              {"is_sensitive", "", Kind::boolean, "Whether the value is secret"},
              {"is_read_only", "", Kind::boolean, "Whether it changes only by a restart"},
              {"type", "", Kind::text, "Type of the value; null before 2.6"},
              {"documentation", "", Kind::text, "What it means; null where not asked for"},
              {"synonyms",
               "",
               Kind::rows,
               "The places that could give the value, first the one that does",
               {{"name", "NAME", Kind::text, "Name of the setting there"},
                {"value", "VALUE", Kind::text, "Value there; null where secret or none"},
                {"source", "SOURCE", Kind::text, "Which place"}},
               true}}},
    .make = make<ConfigGet>,
};

}  // namespace kt
