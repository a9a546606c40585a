// Messages of Kafka 0.7 into a living cluster.
#include <fmt/format.h>

#include "base/interrupt.h"
#include "base/text.h"
#include "migrate/aside.h"
#include "migrate/carried_groups.h"
#include "migrate/sources.h"
#include "protocol/msg/create_topics.h"
#include "topic_wanted.h"

namespace kt {
namespace {

std::string_view state_name(migrate::State state) {
  switch (state) {
    case migrate::State::waiting:
      return "waiting";
    case migrate::State::copying:
      return "copying";
    case migrate::State::done:
      return "done";
    case migrate::State::stopped:
      return "stopped";
  }
  return "";
}

class MigrateRun : public Invocation {
  MigrateSetup setup_;
  bool append_ = false, no_create_ = false, follow_ = false;
  std::vector<std::string> carried_;
  std::string damaged_, codec_ = "none";
  int32_t threads_ = 4;
  Size memory_{int64_t{128} << 20};
  std::optional<double> rate_;
  std::optional<Size> bytes_rate_;
  std::string state_file_;
  std::unique_ptr<migrate::StateFile> state_;
  std::unique_ptr<Aside> aside_;

  std::vector<Argument> arguments() override {
    auto list = setup_.arguments();
    list.push_back(
        {"--damaged", "FILE",
         "Go on behind damaged messages and keep them here, as JSON lines with their byte "
         "positions",
         &damaged_, Complete::files});
    list.push_back({"--state", "FILE",
                    "Keep here, too, how far it came: what was copied need not be read again then, "
                    "nor be there any more",
                    &state_file_, Complete::files});
    list.push_back({"--follow", "", "Go on with what comes, until Ctrl-C", &follow_});
    list.push_back({"--append", "", "Write to partitions that hold records of others", &append_});
    list.push_back({"--no-create", "", "Do not create topics of the target", &no_create_});
    list.push_back({"--rate", "N", "At most so many records a second", &rate_});
    list.push_back(
        {"--bytes-rate", "SIZE", "At most so many bytes of messages a second", &bytes_rate_});
    list.push_back({"--threads", "N", "So many partitions of 0.7 are read at a time", &threads_});
    list.push_back({.spec = "--num.streams",
                    .value = "N",
                    .help = "KafkaMigrationTool's name of --threads",
                    .target = &threads_,
                    .hidden = true});
    list.push_back(
        {"--carry-group", "GROUP",
         "In the end commit in the target where this group of 0.7 stands; one to one only, "
         "with --from-zookeeper",
         &carried_});
    list.push_back({"--memory", "SIZE", "What may be under way", &memory_});
    list.push_back({.spec = "--compression",
                    .value = "CODEC",
                    .help = "Compress batches",
                    .target = &codec_,
                    .choices = {"none", "gzip", "snappy", "lz4", "zstd"}});
    return list;
  }

  void check_use() const {
    if (threads_ < 1 || threads_ > 256) throw Error("--threads must be from 1 to 256", Exit::usage);
    if (memory_.bytes < (8 << 20) || memory_.bytes > (int64_t{64} << 30))
      throw Error("--memory must be from 8 MiB to 64 GiB", Exit::usage);
    if (rate_ && !(*rate_ > 0)) throw Error("--rate must be above 0", Exit::usage);
    if (bytes_rate_ && bytes_rate_->bytes < 1)
      throw Error("--bytes-rate must be above 0", Exit::usage);
  }

  migrate::MigrationOptions options(Context& context) {
    migrate::MigrationOptions options;
    options.name = setup_.name();
    options.mapping = setup_.mapping();
    options.append = append_;
    options.follow = follow_;
    options.state = state_.get();
    options.threads = threads_;
    options.memory_bytes = static_cast<size_t>(memory_.bytes);
    options.records_per_s = rate_.value_or(0);
    if (bytes_rate_) options.bytes_per_s = static_cast<double>(bytes_rate_->bytes);
    options.compression.codec = *codec_named(codec_);
    options.log = [&context](const std::string& sentence) { context.detail(sentence); };
    options.on_damage = [this, &context](const legacy::PartitionId& id,
                                         const legacy::LogReader::Entry& entry) {
      auto what =
          fmt::format("bytes {} to {}: {}", entry.position, entry.next_position, entry.damage);
      if (!aside_)
        throw Error(what, Exit::failed, "--damaged FILE keeps such messages aside and goes on");
      aside_->keep(id, entry);
      context.warn(fmt::format("{}-{} of broker {}, {}: kept in {}", id.topic, id.partition,
                               id.broker, what, damaged_));
    };
    return options;
  }

  /// Of a dry run, a topic that the target lacks.
  bool would_be_created(Context& context, const std::string& name,
                        const std::vector<migrate::Source>& sources) {
    if (!context.settings.dry_run || no_create_) return false;
    auto metadata = setup_.target().refresh({name});
    const auto* topic = metadata->topic(name);
    if (topic != nullptr && topic->error_code == 0) return false;
    for (const auto& source : sources) {
      auto log = source.open();
      auto start = source.start.value_or(log->start());
      context.report().row({name, source.id.broker, source.id.partition, "would be created", start,
                            start, log->end(), 0, 0, Value()});
    }
    return true;
  }

  /// Before 0.10.1 a topic that is asked for is made with as many partitions as the broker likes,
  /// unless ZooKeeper takes the order.
  void check_creation(const std::string& name, int32_t partitions) {
    auto& target = setup_.target();
    if (partitions == 1 || no_create_ || setup_.mapping() != migrate::Mapping::one_to_one ||
        target.names_zookeeper() || target.apis_of_any().best(msg::CreateTopicsRequest::api()))
      return;
    auto metadata = target.refresh({name});
    const auto* topic = metadata->topic(name);
    if (topic != nullptr && topic->error_code == 0) return;
    throw Error(fmt::format("topic {} is not there, and the target's release would choose its "
                            "number of partitions",
                            in_quotes(name)),
                Exit::failed,
                fmt::format("-b with -z creates it with {}, or kt topic create {} -p {}",
                            partitions, name, partitions));
  }

  /// A topic that cannot be copied is an error of its own.
  void add_topics(Context& context, migrate::Migration& migration) {
    for (const auto& [name, sources] : setup_.topics()) try {
        if (would_be_created(context, name, sources)) continue;
        auto partitions = static_cast<int32_t>(sources.size());
        check_creation(name, partitions);
        want_topic(setup_.target(), name, no_create_ ? kNeverCreate : partitions);
        migration.add(name, sources);
      } catch (const Error& error) {
        if (error.exit() == Exit::unreachable) throw;
        auto hint = error.hint().empty() ? "" : ": " + error.hint();
        report_error(context, {{"topic", name}}, 0, error.message() + hint);
      }
  }

  static std::string_view state_of(const Context& context, const migrate::SourceStatus& status) {
    if (!context.settings.dry_run) return state_name(status.state);
    return status.position < status.end ? "would be copied" : "done";
  }

  static void print(Context& context, const migrate::Migration& migration) {
    for (const auto& status : migration.status()) {
      Value message;
      if (!status.message.empty()) message = status.message;
      context.report().row({status.id.topic, status.id.broker, status.id.partition,
                            state_of(context, status), status.start, status.position, status.end,
                            status.records, status.damaged, std::move(message)});
    }
  }

  static Exit report_stopped(Context& context, const migrate::Migration& migration) {
    Exit exit = Exit::ok;
    for (const auto& status : migration.status()) {
      if (status.state != migrate::State::stopped) continue;
      auto message = status.hint.empty() ? status.message : status.message + ": " + status.hint;
      context.report().error({{{"topic", status.id.topic},
                               {"broker", status.id.broker},
                               {"partition", status.id.partition}},
                              0,
                              "",
                              message});
      exit = std::max(exit, status.exit);
    }
    return exit;
  }

  Exit run(Context& context) override {
    check_use();
    setup_.open(context);
    if (follow_ && setup_.has_files())
      throw Error("files are read as they stand: leave --follow out", Exit::usage);
    if (!carried_.empty() && (setup_.mapping() != migrate::Mapping::one_to_one || follow_))
      throw Error(
          "--carry-group needs an end, and messages one to one: leave --follow and "
          "--partitioner out",
          Exit::usage);
    if (!damaged_.empty()) aside_ = std::make_unique<Aside>(damaged_);
    if (!state_file_.empty()) state_ = std::make_unique<migrate::StateFile>(state_file_);
    migrate::Migration migration(setup_.target(), options(context));
    context.report();
    add_topics(context, migration);
    if (context.settings.dry_run) {
      migration.find_positions();
      print(context, migration);
      return exit_of(context);
    }
    Interrupt::watch();
    carry(context, migration);
    print(context, migration);
    if (!carried_.empty()) carry_groups(context, setup_, carried_, migration.status());
    auto exit = report_stopped(context, migration);
    return exit == Exit::ok ? exit_of(context) : exit;
  }

  void carry(Context& context, migrate::Migration& migration) {
    int64_t total = 0, done = 0;
    for (const auto& status : migration.status()) total += status.end - status.position;
    auto progress = context.progress("copied", total, Progress::Unit::bytes);
    migration.run([&] {
      int64_t now = 0;
      for (const auto& status : migration.status()) now += status.position - status.start;
      progress.advance(now - done);
      done = now;
      return !Interrupt::came();
    });
    if (Interrupt::came()) context.note("stopped: the same command goes on from here");
  }
};

}  // namespace

extern const Command migrate_run;
const Command migrate_run{
    .words = "migrate run",
    .summary = "Copy messages of Kafka 0.7 into a living cluster, each once",
    .text =
        R"(Copies what 0.7 brokers hold into topics of the same names. --from-zookeeper finds living brokers; --from
names some, whose topics must be named then, or, where no broker is alive, the log directories with their
.kafka files, which are only read. It ends where the partitions ended when it began; --follow goes on. Each message becomes a record with its payload as value,
without a key, and with the time at which it was copied, as 0.7 kept neither. Compressed sets are taken
apart. Topics that the target lacks are created with a partition for each partition of 0.7.

One to one, the partitions of a topic go, by broker and number, to the target's partitions 0, 1, 2 and so on. With
--partitioner round-robin or hash each message goes to a partition in turn, or by the CRC-32 of its payload. The
order of the messages of one 0.7 partition holds within each partition of the target.

Nothing is copied twice and nothing is left out, whatever is interrupted or killed: the same command goes
on where it came to. Nothing needs to be kept for that but what the target has: who a record is from is its producer id,
where it stood is its sequence. Targets before 0.11 have neither: there the offset at which a partition ends
says how much is there, so that it must be copied one to one, nobody else may write to the partitions, and
no request of a run that was killed may still be under way when the next begins. Up to 64 MiB of each partition
are read again when it goes on, before 0.11 all of it; --state FILE spares that, and allows 0.7 to delete
what was copied.

Where the target has deleted all records that would tell how far it came, brokers from 2.8 on know it for a day,
and FILE knows it for ever (one to one, if nobody else writes there); where neither does, the topic is stopped, and --append begins at the start. Targets before 2.5 forget
after some days who wrote, and then take what follows only from the next entry on: where a compressed set was cut,
or messages were spread, the partition is stopped.

The target's number of partitions, the brokers (or the order of --from), --name and --partitioner must stay what they were. kt migrate plan shows what would be
done, kt migrate verify holds the copy against its source.

Damaged messages end the copy of their partition, with the byte position; with --damaged FILE they are kept
there, and it goes on behind them.)",
    .examples =
        {{"kt migrate run --from /var/kafka07/logs --to 127.0.0.1:9092",
          "all topics of one broker"},
         {"kt migrate run clicks --from 0=/backup/b0 --from 1=/backup/b1 --partitioner hash",
          "one topic of two brokers, spread by payload"},
         {"kt migrate run --from /var/kafka07/logs --damaged damaged.jsonl --bytes-rate 10MiB",
          "what is damaged is kept aside, at 10 MiB a second at most"}},
    .rows = {"partitions",
             {{"topic", "TOPIC", Kind::text, "Name of the topic, on both sides"},
              {"broker", "BROKER", Kind::integer, "The 0.7 broker"},
              {"partition", "PARTITION", Kind::integer, "Its partition"},
              {"state", "STATE", Kind::text,
               "done, stopped, or copying and waiting when interrupted; with --dry-run would be "
               "copied, would be created or done"},
              {"start_position", "START", Kind::integer, "The byte with which this run began"},
              {"position", "POSITION", Kind::integer,
               "The byte before which everything is in the target"},
              {"end_position", "END", Kind::integer, "The byte behind the last one"},
              {"copied_records", "RECORDS", Kind::integer, "Records that this run wrote"},
              {"damaged", "DAMAGED", Kind::integer,
               "Places that were left out and kept in the file of --damaged"},
              {"message", "", Kind::text, "Why it is stopped; null otherwise"}}},
    .exits = {{Exit::failed, "At least one partition is stopped"},
              {Exit::unreachable, "Nothing was acknowledged for --timeout"}},
    .changes = true,
    .make = make<MigrateRun>,
};

}  // namespace kt
