#include "offsets/change.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/text.h"
#include "client/zookeeper_groups.h"
#include "protocol/errors.h"

namespace kt {

namespace {

/// One group's part of the work.
struct Job {
  const StoredGroup* existing = nullptr;  ///< of the store that is written to; null for a new one
  GroupDescription description;
  GroupStore store = GroupStore::kafka;
  std::vector<NewPosition> wanted;
  std::vector<CommitOutcome> outcomes;
  std::vector<bool> written;
};

const CommittedOffset* before(const Job& job, const TopicPartition& partition) {
  if (!job.existing) return nullptr;
  const auto* found = job.existing->offsets.partitions.find(partition);
  return found && found->offset >= 0 ? found : nullptr;
}

bool is_unchanged(const Job& job, const NewPosition& position) {
  const auto* old = before(job, position.partition);
  return old && old->offset == position.offset &&
         (job.store == GroupStore::zookeeper || old->metadata == position.metadata);
}

/// Live members in either store overwrite what is set behind their backs.
bool refused_for_members(Context& context, const std::string& group,
                         const std::vector<StoredGroup>& existing, bool force) {
  size_t members = 0;
  for (const auto& one : existing)
    if (one.description.group == group) members += one.description.members.size();
  if (members == 0 || force) return false;
  report_error(context, {{"group", group}}, static_cast<int16_t>(ErrorCode::non_empty_group),
               counted(static_cast<int64_t>(members), "live member") +
                   ", which would overwrite the change: stop them, or --force it");
  return true;
}

std::vector<Job> jobs_of(Context& context, const GroupStores& stores,
                         const std::vector<StoredGroup>& existing,
                         const std::vector<FilePosition>& wanted, bool force) {
  std::map<std::string, Job> by_group;
  for (const auto& position : wanted)
    by_group[position.group].wanted.push_back(
        {position.partition, position.offset, position.metadata});
  std::vector<Job> jobs;
  for (auto& [name, job] : by_group) {
    job.store = stores.store_for(name, existing);
    job.description.group = name;
    for (const auto& one : existing)
      if (one.description.group == name && one.store == job.store) {
        job.existing = &one;
        job.description = one.description;
      }
    if (!refused_for_members(context, name, existing, force)) jobs.push_back(std::move(job));
  }
  return jobs;
}

void write(GroupStores& stores, Job& job) {
  std::vector<NewPosition> changed;
  for (const auto& position : job.wanted)
    if (!is_unchanged(job, position)) changed.push_back(position);
  auto outcomes =
      job.store == GroupStore::kafka
          ? commit_to_kafka(stores.cluster(), job.description, changed)
          : commit_to_zookeeper(*stores.zookeeper(), job.description.group, job.existing, changed);
  job.outcomes.resize(job.wanted.size());
  job.written.resize(job.wanted.size());
  size_t next = 0;
  for (size_t i = 0; i < job.wanted.size(); ++i)
    if (!is_unchanged(job, job.wanted[i])) {
      job.outcomes[i] = std::move(outcomes[next++]);
      job.written[i] = job.outcomes[i].error_code == 0 && job.outcomes[i].message.empty();
    }
}

/// Somebody else may have written at the same time: what stands there is what counts.
void read_back(GroupStores& stores, std::vector<Job>& jobs) {
  std::vector<std::string> names;
  for (const auto& job : jobs)
    if (std::find(job.written.begin(), job.written.end(), true) != job.written.end())
      names.push_back(job.description.group);
  if (names.empty()) return;
  auto now = stores.read(names);
  for (auto& job : jobs)
    for (const auto& group : now) {
      if (group.store != job.store || group.description.group != job.description.group) continue;
      for (size_t i = 0; i < job.wanted.size(); ++i) {
        const auto* found = group.offsets.partitions.find(job.wanted[i].partition);
        if (!job.written[i] || !found || found->offset == job.wanted[i].offset) continue;
        job.written[i] = false;
        job.outcomes[i].message = fmt::format("set to {}, but somebody else set {} meanwhile",
                                              job.wanted[i].offset, found->offset);
      }
    }
}

std::string sentence(const Job& job, const CommitOutcome& outcome) {
  if (outcome.error_code == ErrorCode::unknown_member_id && outcome.message.empty())
    return counted(static_cast<int64_t>(job.description.members.size()), "live member") +
           ", and the coordinator takes positions from nobody else while there are any";
  return outcome.message;
}

void show(Context& context, const Job& job, bool really) {
  const auto& group = job.description.group;
  for (size_t i = 0; i < job.wanted.size(); ++i) {
    const auto& position = job.wanted[i];
    const auto& at = position.partition;
    std::string_view result = !really ? "would be set" : "set";
    if (is_unchanged(job, position)) {
      result = "unchanged";
    } else if (really && !job.written[i]) {
      const auto& outcome = job.outcomes[i];
      report_error(context, {{"group", group}, {"topic", at.topic}, {"partition", at.partition}},
                   outcome.error_code, sentence(job, outcome));
      continue;
    }
    Value old, difference;
    if (const auto* committed = before(job, at)) {
      old = committed->offset;
      difference = position.offset - committed->offset;
    }
    context.report().row({group, name_of(job.store), at.topic, at.partition, std::move(old),
                          position.offset, std::move(difference), result});
  }
}

}  // namespace

Schema changed_positions() {
  return {"offsets",
          {{"group", "GROUP", Kind::text, "Name of the group"},
           {"store", "STORE", Kind::text, "Where the position is kept: kafka or zookeeper"},
           {"topic", "TOPIC", Kind::text, "Name of the topic"},
           {"partition", "PARTITION", Kind::integer, "Number of the partition"},
           {"before", "BEFORE", Kind::integer, "Position before; null without one"},
           {"after", "AFTER", Kind::integer, "Position after"},
           {"difference", "DIFFERENCE", Kind::integer, "Records between the two; below zero: back"},
           {"result", "RESULT", Kind::text, "set, would be set or unchanged"}}};
}

std::vector<Argument> ChangeFlags::arguments() {
  return {{"--force", "", "Though the group has live members", &force}, store_argument(&store)};
}

Exit change_positions(Context& context, GroupStores& stores,
                      const std::vector<FilePosition>& wanted, const ChangeFlags& flags) {
  context.report();
  std::vector<std::string> names;
  for (const auto& position : wanted)
    if (names.empty() || names.back() != position.group) names.push_back(position.group);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  auto existing = stores.read(names);
  auto jobs = jobs_of(context, stores, existing, wanted, flags.force);
  bool really = !context.settings.dry_run;
  if (really) {
    for (auto& job : jobs) {
      write(stores, job);
      stores.cluster().progress();
    }
    read_back(stores, jobs);
  }
  for (const auto& job : jobs) show(context, job, really);
  return exit_of(context);
}

}  // namespace kt
