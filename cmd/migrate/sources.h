// What the commands of `kt migrate` share: the 0.7 partitions to copy, of directories of files or
// of living brokers, and the topics of the target that they go to.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "chosen.h"
#include "connect.h"
#include "migrate/migration.h"
#include "zookeeper/session.h"

namespace kt {

/// The sources of each topic, by broker and partition.
using MigratedTopics = std::map<std::string, std::vector<migrate::Source>>;

class MigrateSetup {
 public:
  std::vector<Argument> arguments();

  /// Finds the sources and connects to the target.
  void open(Context& context);
  const MigratedTopics& topics() const { return topics_; }
  Cluster& target() { return *target_; }
  const std::string& name() const { return name_; }
  migrate::Mapping mapping() const { return *migrate::mapping_named(mapping_); }
  /// Files do not grow while they are read.
  bool has_files() const { return has_files_; }
  /// Where a group of 0.7 stands.
  std::map<legacy::PartitionId, int64_t> positions_of(const Context& context,
                                                      const std::string& group) const;

 private:
  Argument ignored(std::string_view spec, std::string_view value);
  void read_tool_flags(Context& context);
  void add(migrate::Source source);
  void find_sources(const Context& context);
  void add_broker(const Context& context, const std::string& where, int32_t broker);
  void add_registered(const Context& context);
  void choose();
  void place(const Context& context);
  std::unique_ptr<zk::Session> zookeeper(const Context& context) const;

  std::vector<std::string> from_, exclude_, ignored_;
  std::string zookeeper_, to_, group_, name_ = "migrate", start_ = "earliest";
  std::string mapping_{migrate::kMappingNames[0]};
  std::string whitelist_, blacklist_, consumer_file_, producer_file_;
  Choice choice_;
  bool has_files_ = false;
  MigratedTopics topics_;
  std::unique_ptr<Cluster> target_;
};

}  // namespace kt
