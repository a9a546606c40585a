// What the commands of `kt mirror` share: the two clusters, and the topics with their names there.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "chosen.h"
#include "connect.h"
#include "mirror/maker_flags.h"
#include "mirror/takeover.h"
#include "mirror/target_position.h"
#include "mirror/topics.h"

namespace kt {

/// Exit::check where all could be looked at and something does not hold.
inline Exit exit_of_check(Context& context, bool holds) {
  auto code = exit_of(context);
  return code == Exit::ok && !holds ? Exit::check : code;
}

class MirrorPair {
 public:
  std::vector<Argument> arguments();
  /// Those that say which clusters and which mirror, without the topics.
  std::vector<Argument> cluster_arguments();

  /// Connects to both. Throws where they are the same cluster and no topic gets another name.
  void open(Context& context);
  /// The topics that files name, as they name them now.
  void read_lists_again();
  Cluster& source() { return *source_; }
  Cluster& target() { return *target_; }
  const std::string& name() const { return name_; }
  /// What files and flags of MirrorMaker say besides; nothing where none were given.
  const std::optional<mirror::MakerSettings>& maker() const { return maker_settings_; }
  bool has_maker_2() const { return maker_.has_maker_2(); }
  /// Where MirrorMaker came to; empty without its files.
  mirror::Takeover takeover(Context& context);
  /// MirrorMaker 2's; nothing where its file was not given or it wrote none.
  std::optional<std::map<TopicPartition, std::vector<mirror::OffsetSync>>> offset_syncs();
  std::optional<mirror::MakerTraces> maker_traces();
  /// Empty before 0.10.1.
  const std::string& source_id() const { return source_id_; }

  /// Those needs with what MirrorMaker's files say of new topics.
  std::vector<mirror::TopicPlan> plans(const std::vector<mirror::CopiedTopic>& topics);
  /// What a topic is called in the target.
  std::string target_name(const std::string& topic) const;
  /// The topics that are there and meant now, by name. `must_match` as in choose_topics.
  std::vector<mirror::CopiedTopic> choose(Context& context, bool must_match = true);
  /// Every partition of them that both sides have.
  std::vector<mirror::TargetPartition> targets(const std::vector<mirror::CopiedTopic>& topics,
                                               std::vector<TopicPartition>& sources);
  /// How far each copy has come, in that order.
  std::vector<mirror::TargetPosition> positions(
      const std::vector<mirror::TargetPartition>& partitions) {
    return mirror::find_target_positions(*source_, *target_, name_, partitions);
  }

 private:
  void read_lists(const mirror::MakerSettings* maker);
  std::unique_ptr<Cluster> open_one(const Context& context, const std::string& named,
                                    const mirror::Properties* properties, std::string_view flag);

  MakerFlags maker_;
  std::optional<mirror::MakerSettings> maker_settings_;
  std::string from_, to_, name_ = "mirror";
  Choice typed_, choice_;  ///< of the command line; with what files name
  std::string topics_file_;
  std::vector<std::string> exclude_, excluded_, rename_;
  std::string source_id_;
  std::unique_ptr<Cluster> source_, target_;
};

}  // namespace kt
