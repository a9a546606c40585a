// What groups have committed: OffsetFetch in the shapes that its versions need, and
// DescribeShareGroupOffsets.
#include <algorithm>

#include "client/admin_coordinators.h"
#include "client/admin_groups.h"
#include "client/in_parts.h"
#include "protocol/errors.h"
#include "protocol/msg/describe_share_group_offsets.h"
#include "protocol/msg/offset_fetch.h"

namespace kt {

namespace {

/// The last version that names topics instead of giving their ids.
constexpr int16_t kNamesTopics = 9;
/// The first version that asks for several groups, and the first that asks for all partitions.
constexpr int16_t kManyGroups = 8;
constexpr int16_t kAllPartitions = 2;
/// Groups in one request: the broker looks for the next ones while the answer is read.
constexpr size_t kGroupsAtOnce = 16;

/// The fetching of one call: what is asked in which version, and where answers go.
class Fetch {
 public:
  Fetch(Cluster& cluster, const std::vector<GroupDescription>& groups,
        std::vector<GroupOffsets>& found)
      : cluster_(cluster), found_(found) {
    for (size_t i = 0; i < groups.size(); ++i) {
      names_.push_back(groups[i].group);
      if (groups[i].error_code == 0) (groups[i].type == "share" ? share_ : committed_).push_back(i);
    }
  }

  void committed() {
    if (committed_.empty()) return;
    auto version = cluster_.apis_of_any().best(msg::OffsetFetchRequest::api(), 1, kNamesTopics);
    if (version && *version < kAllPartitions) list_all_partitions();
    CallOptions options;
    // v0 reads ZooKeeper, v1 Kafka: the same group may have positions in both.
    options.at_least = version.value_or(1) >= kManyGroups ? kManyGroups : 1;
    options.at_most = options.at_least == kManyGroups ? kNamesTopics : kManyGroups - 1;
    ask_coordinators<msg::OffsetFetchRequest>(
        cluster_, names_, committed_, options,
        [&](const Positions& positions) { return requests(positions, options.at_least); },
        [&](const Positions& positions, auto& reply) { return take(positions, reply.message); },
        [&](size_t position, int32_t, int16_t code, const std::string& message) {
          fail(position, code, message);
        });
  }

  void share_starts() {
    if (share_.empty()) return;
    ask_coordinators<msg::DescribeShareGroupOffsetsRequest>(
        cluster_, names_, share_, {},
        [&](const Positions& positions) {
          msg::DescribeShareGroupOffsetsRequest request;
          for (size_t position : positions) {
            auto& group = request.groups.emplace_back();
            group.group_id = names_[position];
            group.topics.reset();
          }
          return std::vector<std::pair<msg::DescribeShareGroupOffsetsRequest, Positions>>{
              {std::move(request), positions}};
        },
        [&](const Positions& positions, auto& reply) { return take(positions, reply.message); },
        [&](size_t position, int32_t, int16_t code, const std::string& message) {
          fail(position, code, message);
        });
  }

 private:
  void list_all_partitions() {
    auto known = cluster_.refresh_all_topics();
    for (const auto& [name, topic] : known->topics) {
      auto& asked = all_partitions_.emplace_back();
      asked.name = name;
      for (size_t i = 0; i < topic.partitions.size(); ++i)
        asked.partition_indexes.push_back(static_cast<int32_t>(i));
    }
  }

  std::vector<std::pair<msg::OffsetFetchRequest, Positions>> requests(const Positions& positions,
                                                                      int16_t version) {
    std::vector<std::pair<msg::OffsetFetchRequest, Positions>> made;
    if (version >= kManyGroups) {
      for (size_t n = 0; n < positions.size(); ++n) {
        if (n % kGroupsAtOnce == 0) made.emplace_back();
        auto& [request, asked] = made.back();
        auto& group = request.groups.emplace_back();
        group.group_id = names_[positions[n]];
        group.topics.reset();
        asked.push_back(positions[n]);
      }
      return made;
    }
    for (size_t position : positions) {
      msg::OffsetFetchRequest request;
      request.group_id = names_[position];
      if (all_partitions_.empty())
        request.topics.reset();
      else
        request.topics = all_partitions_;
      made.emplace_back(std::move(request), Positions{position});
    }
    return made;
  }

  template <class Topics>
  void take_topics(GroupOffsets& into, Topics& topics) {
    // Brokers tell topics and partitions in any order: they are cheap to sort before they are
    // entries.
    std::vector<typename Topics::value_type*> sorted;
    size_t count = 0;
    for (auto& topic : topics) {
      sorted.push_back(&topic);
      count += topic.partitions.size();
    }
    std::sort(sorted.begin(), sorted.end(),
              [](const auto* a, const auto* b) { return a->name < b->name; });
    std::vector<CommittedOffsets::Entry> entries;
    entries.reserve(count);
    for (auto* topic : sorted) {
      std::sort(topic->partitions.begin(), topic->partitions.end(),
                [](const auto& a, const auto& b) { return a.partition_index < b.partition_index; });
      for (auto& partition : topic->partitions) {
        if (partition.committed_offset < 0 && partition.error_code == 0) continue;
        auto& [key, committed] = entries.emplace_back();
        key = {topic->name, partition.partition_index};
        committed = {partition.committed_offset, partition.committed_leader_epoch,
                     partition.error_code, std::move(partition.metadata).value_or("")};
      }
    }
    into.partitions = CommittedOffsets(std::move(entries));
  }

  /// Keeps or forgets the code; true where the coordinator has moved.
  bool take_code(size_t position, int16_t error_code) {
    found_[position].error_code = error_code;
    return coordinator_moved(error_code);
  }

  Positions take(const Positions& positions, msg::OffsetFetchResponse& response) {
    Positions moved;
    if (response.groups.empty()) {
      if (take_code(positions.front(), response.error_code)) moved.push_back(positions.front());
      take_topics(found_[positions.front()], response.topics);
      return moved;
    }
    for (auto& group : response.groups)
      for (size_t position : positions) {
        if (names_[position] != group.group_id) continue;
        if (take_code(position, group.error_code)) moved.push_back(position);
        take_topics(found_[position], group.topics);
      }
    return moved;
  }

  Positions take(const Positions& positions,
                 const msg::DescribeShareGroupOffsetsResponse& response) {
    Positions moved;
    for (const auto& group : response.groups)
      for (size_t position : positions) {
        if (names_[position] != group.group_id) continue;
        if (take_code(position, group.error_code)) moved.push_back(position);
        std::vector<CommittedOffsets::Entry> starts;
        for (const auto& topic : group.topics)
          for (const auto& partition : topic.partitions)
            starts.push_back({{topic.topic_name, partition.partition_index},
                              {partition.start_offset, partition.leader_epoch, partition.error_code,
                               "", partition.lag}});
        found_[position].partitions = CommittedOffsets(std::move(starts));
      }
    return moved;
  }

  void fail(size_t position, int16_t code, const std::string& message) {
    found_[position].error_code = code;
    found_[position].message = message;
  }

  Cluster& cluster_;
  std::vector<GroupOffsets>& found_;
  std::vector<std::string> names_;
  Positions committed_;
  Positions share_;
  std::vector<msg::OffsetFetchRequest::Topic> all_partitions_;
};

}  // namespace

std::vector<GroupOffsets> fetch_group_offsets(Cluster& cluster,
                                              const std::vector<GroupDescription>& groups) {
  return in_parts(groups, kGroupsAtOnce, [&cluster](const auto& some) {
    std::vector<GroupOffsets> found(some.size());
    for (size_t i = 0; i < some.size(); ++i) found[i].group = some[i].group;
    Fetch fetch(cluster, some, found);
    fetch.committed();
    fetch.share_starts();
    return found;
  });
}

}  // namespace kt
