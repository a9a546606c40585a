// What is wrong with a cluster, seen from its metadata and from who can be reached: pure judgement,
// apart from the asking, so that every finding has a test.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/metadata.h"
#include "protocol/msg/metadata.h"

namespace kt {

/// One thing that is wrong, and what mends it.
struct Finding {
  std::string_view kind;  ///< one of kFindingKinds
  std::optional<std::string> topic;
  std::optional<int32_t> partition;
  std::optional<int32_t> broker;
  std::string message;
  std::string remedy;
};

/// All kinds of findings, worst first; the order in which they are reported.
constexpr std::string_view kFindingKinds[] = {
    "no-controller", "quorum-lag",    "broker-missing", "broker-unreachable", "mis-advertised",
    "offline",       "under-min-isr", "half-shut-down", "under-replicated",   "not-preferred",
    "leader-skew",   "bytes-skew",    "group-lag"};

/// A group that is further behind than is allowed.
struct GroupBehind {
  std::string group;
  int64_t lag = 0;
  int64_t allowed = 0;
};

/// A file that `kt broker shutdown` left (KRaft), and how many of its partitions are as they were.
struct RollbackState {
  std::string path;
  int32_t broker = -1;
  int64_t moved = 0;
  int64_t as_before = 0;
};

struct ClusterView {
  const msg::MetadataResponse& metadata;       ///< of all topics
  std::map<std::string, int64_t> min_isr;      ///< min.insync.replicas where known
  std::map<int32_t, std::string> unreachable;  ///< brokers, and why
  /// False before 0.11, whose brokers list replicas in any order.
  bool knows_preferred = true;
  bool knows_controller = true;  ///< false before 0.10: v0 does not tell
  std::map<int32_t, std::string> mis_advertised =
      {};  ///< brokers whose address leads elsewhere, and how
  std::map<int32_t, int64_t> quorum_lag_ms = {};  ///< how long ago voters and brokers kept up
  std::map<int32_t, int64_t> bytes = {};          ///< in the log directories of each broker
  bool tells_log_dirs = true;                     ///< false before 1.0
  bool elects_unclean = true;                     ///< false before 2.4
  /// Of each partition whose replicas are being moved, those that the move brings; known from 2.4
  /// on.
  std::map<TopicPartition, std::vector<int32_t>> adding = {};
  std::vector<GroupBehind> groups = {};
  std::vector<RollbackState> rollbacks = {};
};

/// Everything wrong, by kind, then topic and partition. Partitions that lead elsewhere than
/// preferred, and brokers that lead too many, are counted by broker.
std::vector<Finding> find_problems(const ClusterView& view);

}  // namespace kt
