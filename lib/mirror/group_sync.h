// Keeps the positions of groups in step: what a group of the source has committed of copied
// partitions is committed in the target under the same name, as the same place there (translate.h).
// Exactly or not yet: a position beyond what has been copied waits. A group that has members in the
// target is left alone, and a position that others have set there is not moved back.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/pattern.h"
#include "client/admin_groups.h"
#include "client/group_commit.h"
#include "mirror/mirror.h"
#include "mirror/translate.h"

namespace kt::mirror {

struct GroupSyncOptions {
  std::string mirror, source_cluster_id;
  /// The groups meant, by their whole names; all where there is none.
  std::vector<Pattern> groups, excluded;
  /// Where MirrorMaker 2 was there before: what it copied is translated by these.
  std::optional<MakerTraces> maker;
  Milliseconds interval{10'000};
  std::function<void(const std::string&)> warn, log;
};

class GroupSync {
 public:
  /// Throws where the clusters cannot: groups came with 0.9, places in the target with 0.11.
  GroupSync(Cluster& source, Cluster& target, const Mirror& mirror, GroupSyncOptions options);
  ~GroupSync();
  GroupSync(const GroupSync&) = delete;

  /// Ends the thread, after one more round.
  void finish();

 private:
  struct Wanted {
    TopicPartition source, target;
    CommittedOffset committed;
  };

  void run();
  void round();
  void sync(const GroupOffsets& group, const GroupDescription& there, const GroupOffsets& set,
            const std::map<TopicPartition, TopicPartition>& copied);
  std::vector<NewPosition> translated(const std::string& group, const std::vector<Wanted>& wanted,
                                      const GroupOffsets& set);
  Translation in_maker_copy(const std::string& group, const Wanted& wanted,
                            const TargetPosition& at);
  std::vector<std::string> names_of_groups();

  Cluster& source_;
  Cluster& target_;
  const Mirror& mirror_;
  const GroupSyncOptions options_;

  // Of the thread, by group and partition of the target:
  using Place = std::pair<std::string, TopicPartition>;
  std::map<Place, int64_t> done_;  ///< the source offset whose place was committed
  std::map<Place, int64_t> set_;   ///< the target offset that was
  std::set<std::string> live_;     ///< groups that have members in the target

  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace kt::mirror
