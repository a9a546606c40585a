// Positions of copies in targets before 0.11, whose batches cannot say them: kept in the target as
// the committed offsets of a group, "kt-mirror.NAME". Each says that all before a source offset is
// in the target before a target offset; what the target holds beyond is found by comparing
// (tail.h).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "client/cluster.h"
#include "mirror/run_id.h"

namespace kt::mirror {

struct StoredPosition {
  TopicPartition target;
  RunIds ids;  ///< whose it is
  int64_t source_position = 0, target_offset = 0;
};

class StoredPositions {
 public:
  StoredPositions(Cluster& target, const std::string& mirror)
      : target_(target), group_("kt-mirror." + mirror) {}

  /// Throws where they can't be written.
  void save(const std::vector<StoredPosition>& positions);
  /// Fills in those that are there; answers which.
  std::vector<bool> load(std::vector<StoredPosition>& positions);

 private:
  Cluster& target_;
  std::string group_;
};

}  // namespace kt::mirror
