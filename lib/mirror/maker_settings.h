// What the settings of Kafka's own MirrorMakers mean to kt: the consumer and producer properties of
// MirrorMaker 1, the one properties file of MirrorMaker 2. Each key is taken, asks for what kt does
// anyway, or is named as one without equivalent; man kt-mirror-moving-in has the table.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/position.h"

namespace kt::mirror {

using Properties = std::vector<std::pair<std::string, std::string>>;

struct MakerSettings {
  Properties source, target;            ///< client settings of the two clusters
  std::vector<std::string> topics;      ///< expressions; none: all
  std::vector<std::string> excluded;    ///< likewise
  std::string rename;                   ///< REGEX=TO; empty: names stay
  std::optional<Milliseconds> refresh;  ///< how often new topics are looked for
  std::optional<Position> start;        ///< where partitions begin that were never copied
  std::optional<int16_t> replication_factor;
  std::string group;  ///< MirrorMaker 1's, whose positions say how far it came
  bool group_in_zookeeper = false;
  std::string syncs_topic;  ///< MirrorMaker 2's offset syncs; empty where it wrote none
  bool syncs_in_target = false;
  std::string connect_group;      ///< in the target: it has members while MirrorMaker 2 runs
  std::string checkpoints_topic;  ///< MirrorMaker 2's, in the target; empty where it wrote none
  bool syncs_groups = false;      ///< positions of groups are kept in step
  std::vector<std::string> groups, excluded_groups;  ///< expressions: which groups those are
  std::optional<Milliseconds> sync_interval;
  std::vector<std::string> without_equivalent;
};

MakerSettings of_mirror_maker_1(const Properties& consumer, const Properties& producer);

/// The flow from one cluster alias to another; both may be empty where only one is enabled. Names
/// of topics are the caller's where `renames`. Throws a usage error where the flow or the names of
/// its topics cannot be told.
MakerSettings of_mirror_maker_2(const Properties& properties, std::string from, std::string to,
                                bool renames);

}  // namespace kt::mirror
