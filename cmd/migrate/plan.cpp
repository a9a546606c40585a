// What a migration from Kafka 0.7 would do.
#include <fmt/format.h>

#include "base/text.h"
#include "migrate/sources.h"
#include "topic_wanted.h"

namespace kt {
namespace {

class MigratePlan : public Invocation {
  MigrateSetup setup_;
  bool append_ = false;

  std::vector<Argument> arguments() override {
    auto list = setup_.arguments();
    list.push_back({"--append", "", "Write to partitions that hold records of others", &append_});
    return list;
  }

  void row(Context& context, const migrate::SourceStatus& status, std::string_view action,
           size_t number, Value target_partitions) {
    Value own;
    if (setup_.mapping() == migrate::Mapping::one_to_one) own = number;
    context.report().row({status.id.topic, status.id.broker, status.id.partition, action,
                          status.position, status.end, status.end - status.position, std::move(own),
                          std::move(target_partitions)});
  }

  /// A topic that the target lacks.
  void plan_new(Context& context, const std::vector<migrate::Source>& sources) {
    for (size_t i = 0; i < sources.size(); ++i) {
      auto log = sources[i].open();
      migrate::SourceStatus status;
      status.id = sources[i].id;
      status.position = sources[i].start.value_or(log->start());
      status.end = log->end();
      row(context, status, "create topic", i, sources.size());
    }
  }

  void plan(Context& context, const std::string& name,
            const std::vector<migrate::Source>& sources) {
    auto metadata = setup_.target().refresh({name});
    const auto* topic = metadata->topic(name);
    if (topic == nullptr || topic->partitions.empty()) return plan_new(context, sources);
    migrate::MigrationOptions options;
    options.name = setup_.name();
    options.mapping = setup_.mapping();
    options.append = append_;
    migrate::Migration migration(setup_.target(), options);
    migration.add(name, sources);
    migration.find_positions();
    size_t number = 0;
    for (const auto& status : migration.status()) {
      std::string_view action = status.position >= status.end ? "in step"
                                : status.is_begun             ? "go on"
                                                              : "copy";
      row(context, status, action, number++, topic->partitions.size());
    }
  }

  Exit run(Context& context) override {
    setup_.open(context);
    context.report();
    for (const auto& [name, sources] : setup_.topics()) try {
        plan(context, name, sources);
      } catch (const Error& error) {
        if (error.exit() == Exit::unreachable) throw;
        auto hint = error.hint().empty() ? "" : ": " + error.hint();
        report_error(context, {{"topic", name}}, 0, error.message() + hint);
      }
    return exit_of(context);
  }
};

}  // namespace

extern const Command migrate_plan;
const Command migrate_plan{
    .words = "migrate plan",
    .summary = "Show what kt migrate run would copy, and what stands in its way",
    .text =
        R"(Finds the partitions of 0.7 and looks into the target, and changes neither: which topics would be created,
which partition goes where, where each would begin or go on, and how many bytes there are to copy. What
would stop the run is an error of its topic, with the way out. Give the flags of `kt migrate run`.)",
    .examples = {{"kt migrate plan --from /var/kafka07/logs --to 127.0.0.1:9092",
                  "what is there to copy?"}},
    .rows = {"partitions",
             {{"topic", "TOPIC", Kind::text, "Name of the topic, on both sides"},
              {"broker", "BROKER", Kind::integer, "The 0.7 broker"},
              {"partition", "PARTITION", Kind::integer, "Its partition"},
              {"action", "ACTION", Kind::text, "create topic, copy, go on or in step"},
              {"position", "POSITION", Kind::integer, "The byte from which on it would be read"},
              {"end_position", "END", Kind::integer, "The byte behind the last one"},
              {"size_bytes", "SIZE", Kind::size_bytes, "Bytes between the two"},
              {"target_partition", "TARGET", Kind::integer,
               "The target's partition; null where messages are spread"},
              {"target_partitions", "OF", Kind::integer,
               "How many the target's topic has, or would have"}}},
    .exits = {{Exit::failed, "A topic could not be copied so"}},
    .make = make<MigratePlan>,
};

}  // namespace kt
