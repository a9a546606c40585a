// What the commands of `kt migrate` share: the 0.7 partitions to copy, by directories of files, and
// the topics of the target that they go to.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "chosen.h"
#include "connect.h"
#include "migrate/migration.h"

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

 private:
  void find_sources();
  void choose();

  std::vector<std::string> from_, exclude_;
  std::string to_, name_ = "migrate", mapping_{migrate::kMappingNames[0]};
  Choice choice_;
  MigratedTopics topics_;
  std::unique_ptr<Cluster> target_;
};

}  // namespace kt
