// Which topics a mirror copies and what they need at the target: created with the source's
// partitions and settings, or grown where the source has more partitions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "client/admin_configs.h"
#include "client/cluster.h"
#include "protocol/msg/metadata.h"

namespace kt::mirror {

enum class TopicAction { create, grow, none };

/// A setting that the two topics have otherwise.
struct SettingDifference {
  std::string name;
  std::optional<std::string> source, target;
};

struct TopicPlan {
  std::string source, target;
  int32_t partitions = 0;         ///< of the source
  int32_t target_partitions = 0;  ///< before anything is done; 0 where it is not there
  int16_t replication_factor = 1;
  TopicAction action = TopicAction::none;
  std::vector<std::pair<std::string, std::string>> settings;  ///< set when it is created
  std::vector<SettingDifference> differences;                 ///< where it is there already
  std::string problem;  ///< what would stop it later, and the way out
};

struct CopiedTopic {
  msg::MetadataResponse::Topic source;
  std::string target;
};

/// What each topic needs. Topics of releases before 0.11 do not tell their settings.
std::vector<TopicPlan> plan_topics(Cluster& source, Cluster& target,
                                   const std::vector<CopiedTopic>& topics);

/// Creates or grows the topic and waits until its partitions have leaders. What the target says
/// where it refuses.
Outcome prepare_topic(Cluster& target, const TopicPlan& plan);

}  // namespace kt::mirror
