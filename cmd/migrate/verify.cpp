// A migration from Kafka 0.7 held against its source.
#include "migrate/verify.h"

#include <fmt/format.h>

#include "base/text.h"
#include "migrate/sources.h"
#include "topic_wanted.h"

namespace kt {
namespace {

using Kind07 = migrate::Difference::Kind;

std::string sentence(const migrate::Difference& difference) {
  switch (difference.kind) {
    case Kind07::missing:
      return fmt::format("partition {} ends before the message at byte {}", difference.partition,
                         difference.position);
    case Kind07::different:
      return fmt::format("offset {} of partition {} is not the message at byte {}",
                         difference.offset, difference.partition, difference.position);
    case Kind07::surplus:
      return fmt::format("partition {} has more from offset {} on", difference.partition,
                         difference.offset);
  }
  return "";
}

class MigrateVerify : public Invocation {
  MigrateSetup setup_;

  std::vector<Argument> arguments() override { return setup_.arguments(); }

  /// Whether all of the topic is there.
  bool compare(Context& context, const std::string& name,
               const std::vector<migrate::Source>& sources) {
    auto topic = want_topic(setup_.target(), name);
    migrate::Router::Options routing;
    routing.mapping = setup_.mapping();
    routing.partitions = static_cast<int32_t>(topic.partitions.size());
    routing.has_runs = migrate::has_sequences(setup_.target());
    migrate::check_partitions(name, sources.size(), routing.mapping, routing.partitions);
    bool holds = true;
    for (size_t i = 0; i < sources.size(); ++i) {
      const auto& source = sources[i];
      setup_.target().progress();
      routing.own_partition = static_cast<int32_t>(i);
      auto ids = migrate::run_ids(setup_.name(), source.id, routing.mapping, routing.partitions);
      auto log = source.open();
      auto found = migrate::compare(setup_.target(), name, routing, ids, *log,
                                    source.start.value_or(log->start()));
      Value difference;
      if (found.difference) difference = sentence(*found.difference);
      context.report().row({name, source.id.broker, source.id.partition,
                            found.difference ? "differs" : "equal", found.start, found.end,
                            log->end(), found.records, found.damaged, std::move(difference)});
      holds &= !found.difference;
    }
    return holds;
  }

  Exit run(Context& context) override {
    setup_.open(context);
    context.report();
    bool holds = true;
    for (const auto& [name, sources] : setup_.topics()) try {
        holds &= compare(context, name, sources);
      } catch (const Error& error) {
        if (error.exit() == Exit::unreachable) throw;
        report_error(context, {{"topic", name}}, 0, error.message());
      }
    auto exit = exit_of(context);
    return exit == Exit::ok && !holds ? Exit::check : exit;
  }
};

}  // namespace

extern const Command migrate_verify;
const Command migrate_verify{
    .words = "migrate verify",
    .summary = "Hold what was copied from Kafka 0.7 against its source, message by message",
    .text =
        R"(Reads the messages of 0.7 again, in order, and the records that the target has of them, and compares
them byte for byte: the first difference of each partition is told with its byte position. Give the flags of
`kt migrate run`. What is not copied yet is a difference too.

Damaged messages of the source are counted, and not looked for. Records of others in the target's partitions
are passed over from 0.11 on; older targets do not tell whose a record is.)",
    .examples = {{"kt migrate verify --from /var/kafka07/logs --to 127.0.0.1:9092",
                  "is everything there?"}},
    .rows = {"partitions",
             {{"topic", "TOPIC", Kind::text, "Name of the topic, on both sides"},
              {"broker", "BROKER", Kind::integer, "The 0.7 broker"},
              {"partition", "PARTITION", Kind::integer, "Its partition"},
              {"state", "STATE", Kind::text, "equal or differs"},
              {"start_position", "START", Kind::integer, "The byte where the migration began"},
              {"position", "POSITION", Kind::integer, "The byte before which all is equal"},
              {"end_position", "END", Kind::integer, "The byte behind the last one"},
              {"records", "RECORDS", Kind::integer, "Messages that are equal"},
              {"damaged", "DAMAGED", Kind::integer, "Damaged places of the source"},
              {"difference", "DIFFERENCE", Kind::text, "The first one; null where all is equal"}}},
    .exits = {{Exit::failed, "At least one topic could not be compared"},
              {Exit::check, "Something is missing or different"}},
    .make = make<MigrateVerify>,
};

}  // namespace kt
