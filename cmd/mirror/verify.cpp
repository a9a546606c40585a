// Holds the copies of topics against their sources.
#include "mirror/verify.h"

#include <fmt/format.h>

#include <atomic>
#include <thread>

#include "base/interrupt.h"
#include "mirror/pair.h"

namespace kt {
namespace {

class MirrorVerify : public Invocation {
  MirrorPair pair_;
  int64_t max_lag_ = 0;
  bool from_first_ = false;
  int32_t jobs_ = 4;

  std::vector<Argument> arguments() override {
    auto list = pair_.arguments();
    list.push_back(
        {"--max-lag", "N", "So many records of a partition may be missing at its end", &max_lag_});
    list.push_back({"--from-first-copied", "",
                    "The mirror began later than the source: compare from its first record on",
                    &from_first_});
    list.push_back({"--jobs", "N", "Partitions that are compared at the same time", &jobs_});
    return list;
  }

  /// A topic's setting, as the cluster tells it; empty where it does not.
  static std::string setting(Cluster& cluster, const std::string& topic, const std::string& name) {
    if (!cluster.apis_of_any().best(msg::DescribeConfigsRequest::api())) return {};
    return describe_configs(cluster, {{ConfigScope::topic, topic}}, {.names = {name}})
        .front()
        .value_of(name);
  }

  struct Job {
    TopicPartition source;
    mirror::TargetPartition target;
    mirror::VerifyOptions options;
    mirror::Verification result;
    std::optional<Error> error;
  };

  std::vector<Job> make_jobs(Context& context) {
    std::vector<Job> jobs;
    for (auto& topic : pair_.choose(context)) {
      mirror::VerifyOptions options;
      auto name = topic.source.name.value_or("");
      auto compacts = [](const std::string& policy) {
        return policy.find("compact") != std::string::npos;
      };
      options.mirror = pair_.name();
      options.from_first_copied = from_first_;
      options.source_compacts = compacts(setting(pair_.source(), name, "cleanup.policy"));
      options.target_compacts = compacts(setting(pair_.target(), topic.target, "cleanup.policy"));
      options.ignore_times =
          setting(pair_.target(), topic.target, "message.timestamp.type") == "LogAppendTime";
      options.is_stopped = [] { return Interrupt::came(); };
      std::vector<TopicPartition> sources;
      auto targets = pair_.targets({topic}, sources);
      for (size_t i = 0; i < targets.size(); ++i)
        jobs.push_back({sources[i], targets[i], options, {}, {}});
      if (targets.size() < topic.source.partitions.size())
        report_error(context, {{"topic", name}}, 0,
                     fmt::format("the target has {} of its {} partitions", targets.size(),
                                 topic.source.partitions.size()));
    }
    return jobs;
  }

  void work(std::vector<Job>& jobs) {
    std::atomic<size_t> next = 0;
    std::vector<std::thread> workers;
    for (int32_t i = 0; i < jobs_; ++i)
      workers.emplace_back([&] {
        for (size_t at; (at = next++) < jobs.size() && !Interrupt::came();) {
          auto& job = jobs[at];
          try {
            job.result =
                mirror::verify(pair_.source(), job.source, pair_.target(), job.target, job.options);
          } catch (const Error& error) {
            job.error = error;
          }
        }
      });
    for (auto& worker : workers) worker.join();
  }

  std::string verdict(const mirror::Verification& result) const {
    if (!result.difference.empty()) return "differs";
    return result.behind > max_lag_ ? "behind" : "equal";
  }

  Exit run(Context& context) override {
    if (jobs_ < 1 || jobs_ > 64) throw Error("--jobs must be from 1 to 64", Exit::usage);
    pair_.open(context);
    context.report();
    Interrupt::watch();
    auto jobs = make_jobs(context);
    work(jobs);
    bool holds = true;
    for (const auto& job : jobs) {
      const auto& result = job.result;
      if (job.error) {
        report_error(context, {{"topic", job.source.topic}, {"partition", job.source.partition}}, 0,
                     job.error->message());
        continue;
      }
      auto known = [](int64_t offset) { return offset < 0 ? Value() : Value(offset); };
      auto state = verdict(result);
      holds = holds && state == "equal";
      Value difference;
      if (!result.difference.empty())
        difference = fmt::format("the record at {} {}",
                                 result.source_offset < 0
                                     ? fmt::format("target offset {}", result.target_offset)
                                     : fmt::format("source offset {}", result.source_offset),
                                 result.difference);
      context.report().row({job.source.topic, job.source.partition, job.target.partition.topic,
                            state, result.compared, result.behind, known(result.first_offset),
                            known(result.position), result.skipped, result.foreign,
                            fmt::format("{:08x}", result.content_crc), known(result.source_offset),
                            known(result.target_offset), std::move(difference)});
    }
    return exit_of_check(context, holds);
  }
};

}  // namespace

extern const Command mirror_verify;
const Command mirror_verify{
    .words = "mirror verify",
    .summary = "Compare copied topics with their sources, record by record",
    .text =
        R"(Reads both sides of every partition, several at a time, and compares each committed record in order:
key, value, headers, time, and the source offset that the target's batches say they have. The flags are
those of kt mirror run, so that the same topics, names and mirror are meant.

A partition is equal where every record of the source is in the target and nothing else that this mirror
wrote; behind where records at its end are not copied yet (--max-lag allows some); else the first
difference is shown. Records of others in the target are counted and left out.

In compacted topics either side may have lost records since: those are counted as skipped. Times are left
out where the target topic writes its own.)",
    .examples = {{"kt mirror verify orders --from east --to west",
                  "is the copy complete and right?"},
                 {"kt mirror verify orders --from east --to west --max-lag 1000",
                  "while it is being copied"}},
    .rows = {"partitions",
             {{"topic", "TOPIC", Kind::text, "Name of the topic in the source"},
              {"partition", "PARTITION", Kind::integer, "Number of the partition, in both"},
              {"target_topic", "TARGET", Kind::text, "Name of the topic in the target"},
              {"state", "STATE", Kind::text, "equal, behind or differs"},
              {"compared_records", "RECORDS", Kind::integer, "Records found equal"},
              {"behind_records", "BEHIND", Kind::integer, "Records at the end not copied yet"},
              {"first_offset", "FIRST", Kind::integer,
               "Source offset of the first record compared; null where there is none"},
              {"position", "POSITION", Kind::integer,
               "Source offset before which all should be copied; null where nothing is"},
              {"skipped_records", "SKIPPED", Kind::integer,
               "Records that compaction may have removed from either side"},
              {"foreign_records", "", Kind::integer, "Records of others in the target"},
              {"content_crc", "", Kind::text, "CRC-32C over keys, values and headers compared"},
              {"source_offset", "", Kind::integer, "Of the first difference; null otherwise"},
              {"target_offset", "", Kind::integer, "Of the first difference; null otherwise"},
              {"difference", "DIFFERENCE", Kind::text, "The first difference; null otherwise"}}},
    .exits = {{Exit::failed, "A partition could not be read"},
              {Exit::check, "At least one partition differs or is behind"}},
    .connects = false,
    .make = make<MirrorVerify>,
};

}  // namespace kt
