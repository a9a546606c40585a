// The flags of `mirror run` that keep positions of groups in step, and what MirrorMaker 2's file
// says of that.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mirror/group_sync.h"
#include "mirror/pair.h"

namespace kt {

class GroupFlags {
 public:
  std::vector<Argument> arguments();

  /// Throws a usage error where flags contradict each other.
  void check(const MirrorPair& pair) const;
  /// What was typed wins over the file. Nothing where positions are not to be kept in step.
  std::optional<mirror::GroupSyncOptions> options(Context& context, MirrorPair& pair) const;

 private:
  bool sync_groups_ = false;
  std::string groups_;
  std::optional<Milliseconds> interval_;
};

}  // namespace kt
