#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "chosen.h"
#include "client/group_lag.h"
#include "connect.h"
#include "group_stores.h"
#include "needs.h"
#include "protocol/msg/fetch.h"

namespace kt {
namespace {

class OffsetsCheck : public Invocation {
  Choice choice_;
  std::optional<GroupStore> store_;
  std::vector<std::string> topics_;
  std::optional<int64_t> max_lag_;
  std::optional<Milliseconds> max_lag_time_;

  std::vector<Argument> arguments() override {
    auto list = choice_.arguments("[GROUP...]", "Groups to look at", Complete::groups);
    list.push_back({"--topic", "TOPIC", "Only this topic", &topics_, Complete::topics});
    list.push_back(
        {"--max-lag", "N", "Exit code 3 where a partition is more records behind", &max_lag_});
    list.push_back({"--max-lag-time", "DURATION",
                    "Exit code 3 where the next record of a partition has waited longer",
                    &max_lag_time_});
    list.push_back(store_argument(&store_));
    return list;
  }

  bool wants(const TopicPartition& partition) const {
    return topics_.empty() ||
           std::find(topics_.begin(), topics_.end(), partition.topic) != topics_.end();
  }

  /// A check that looked at nothing must not hold.
  void report_unread(Context& context, const std::vector<std::string>& read) const {
    for (const auto& topic : topics_)
      if (std::find(read.begin(), read.end(), topic) == read.end())
        report_error(context, {{"topic", topic}}, 0,
                     "no group here has a position in it or reads it" + did_you_mean(topic, read));
  }

  /// Records that nobody of the group has read yet. A partition that a member reads and nothing was
  /// committed for counts whole.
  static int64_t unread(const PartitionLag& lag) {
    return lag.position || lag.owner.empty() ? lag.lag.value_or(0) : lag.log_end.value_or(0);
  }

  bool holds(const PartitionLag& lag, std::optional<int64_t> waited_ms) const {
    if (max_lag_ && unread(lag) > *max_lag_) return false;
    return !max_lag_time_ || waited_ms.value_or(0) <= max_lag_time_->count();
  }

  /// Says what a check found: how many partitions, and the worst of them.
  static void complain(Context& context, const GroupLag& group,
                       const std::vector<const PartitionLag*>& late) {
    auto worst = *std::max_element(late.begin(), late.end(), [](const auto* a, const auto* b) {
      return unread(*a) < unread(*b);
    });
    context.note(fmt::format("group {}: {} behind the limit, the worst is {} {} with {}",
                             in_quotes(group.group->description.group),
                             counted(static_cast<int64_t>(late.size()), "partition"),
                             worst->partition.topic, worst->partition.partition,
                             counted(unread(*worst), "unread record")));
  }

  /// One group's rows; false where a limit is passed.
  bool show(Context& context, const GroupLag& group, int64_t now_ms) const {
    std::vector<const PartitionLag*> late;
    int64_t beyond = 0;
    for (const auto& lag : group.partitions) {
      if (!wants(lag.partition)) continue;
      std::optional<int64_t> waited_ms;
      if (lag.next_time_ms) waited_ms = std::max<int64_t>(now_ms - *lag.next_time_ms, 0);
      if (lag.lag == 0) waited_ms = 0;
      beyond += lag.is_beyond_end() ? 1 : 0;
      if (!holds(lag, waited_ms)) late.push_back(&lag);
      auto text = [](const std::string& value) {
        return value.empty() ? Value() : Value::borrowed(value);
      };
      context.report().row({Value::borrowed(group.group->description.group),
                            Value::borrowed(name_of(group.group->store)),
                            Value::borrowed(lag.partition.topic), lag.partition.partition,
                            lag.position, lag.log_end, lag.lag, waited_ms, lag.next_time_ms,
                            text(lag.owner), text(lag.client_id), text(lag.host)});
      if (lag.error_code != 0)
        report_error(context,
                     {{"group", group.group->description.group},
                      {"topic", lag.partition.topic},
                      {"partition", lag.partition.partition}},
                     lag.error_code, "");
    }
    if (beyond > 0)
      context.warn(fmt::format("group {}: {} beyond the log end, as after a topic was made anew",
                               in_quotes(group.group->description.group),
                               counted(beyond, "position")));
    if (!late.empty()) complain(context, group, late);
    return late.empty();
  }

  Exit run(Context& context) override {
    if (max_lag_ && *max_lag_ < 0) throw Error("--max-lag is a number of records", Exit::usage);
    GroupStores stores(context, store_);
    // Records have times from the fetches of 0.10 on; a limit that is never passed is no limit.
    if (max_lag_time_)
      needs(stores.cluster(), msg::FetchRequest::api(), 2, "--max-lag-time", BeforeThat::nowhere);
    auto groups = stores.read(choice_);
    bool all_hold = true;
    std::vector<std::string> read;
    context.report();
    measure_lag(stores.cluster(), groups, true, [&](const GroupLag& group) {
      all_hold &= show(context, group, Clock::system().wall_ms());
      if (group.partitions.empty())
        context.note("group " + in_quotes(group.group->description.group) +
                     " has no positions and no members that read");
      if (topics_.empty()) return;
      for (const auto& lag : group.partitions) read.push_back(lag.partition.topic);
    });
    report_unread(context, read);
    return all_hold ? exit_of(context) : Exit::check;
  }
};

}  // namespace

extern const Command offsets_check;
const Command offsets_check{
    .words = "offsets check",
    .summary = "Show how far groups are behind, in records and in time",
    .text =
        R"(Shows for every partition that a group has a position in, or a member at, the position, the log end,
the records between the two, how long the next of them has waited, and who reads it. All groups are
asked for at once, many in one request, and so are the ends and times of all partitions.

With --max-lag or --max-lag-time it is a check: exit code 3 where a partition passes the limit. A
partition that a member reads and that has no position counts with all of its offsets.

Groups are looked for in Kafka and, where -z names ZooKeeper, there too, where consumers before 0.9 keep
members and positions; a group that is being moved has rows of both. A share group's position is the
offset where it starts; which of the records after it are done, its coordinator counts from Kafka 4.2 on.
Records before 0.10 have no time, so that --max-lag-time takes that release.)",
    .examples = {{"kt offsets check billing", "one group"},
                 {"kt offsets check --max-lag 1000",
                  "does any group lag by more than 1,000 records?"},
                 {"kt offsets check billing --max-lag-time 5m -q",
                  "has a record waited for five minutes?"},
                 {"kt offsets check -o json", "all groups, for a script"}},
    .rows = {"offsets",
             {{"group", "GROUP", Kind::text, "Name of the group"},
              {"store", "STORE", Kind::text, "Where the position is kept: kafka or zookeeper"},
              {"topic", "TOPIC", Kind::text, "Name of the topic"},
              {"partition", "PARTITION", Kind::integer, "Number of the partition"},
              {"offset", "OFFSET", Kind::integer, "The committed position; null without one"},
              {"log_end_offset", "LOG END", Kind::integer, "Offset of the next record written"},
              {"lag", "LAG", Kind::integer, "Records still to read"},
              {"lag_time_ms", "WAITED", Kind::duration_ms,
               "Age of the next record to read; null where unknown"},
              {"next_timestamp_ms", "", Kind::timestamp_ms,
               "Time of the next record to read; null without one"},
              {"owner", "OWNER", Kind::text, "Member that reads the partition; null without one"},
              {"client_id", "", Kind::text, "What its client calls itself"},
              {"host", "HOST", Kind::text, "Where it connects from"}}},
    .exits = {{Exit::check, "A partition is behind the limit"}},
    .make = make<OffsetsCheck>,
};

}  // namespace kt
