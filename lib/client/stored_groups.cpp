#include "client/stored_groups.h"

#include "protocol/errors.h"
#include "protocol/msg/describe_groups.h"
#include "protocol/msg/offset_commit.h"

namespace kt {

std::string_view name_of(GroupStore store) {
  return store == GroupStore::kafka ? "kafka" : "zookeeper";
}

bool StoredGroup::is_there() const {
  return !offsets.partitions.empty() || !description.members.empty() ||
         description.error_code != ErrorCode::group_id_not_found;
}

bool keeps_offsets(Cluster& cluster) {
  return cluster.apis_of_any().best(msg::OffsetCommitRequest::api(), 1).has_value();
}

bool keeps_groups(Cluster& cluster) {
  return cluster.apis_of_any().best(msg::DescribeGroupsRequest::api()).has_value();
}

std::vector<StoredGroup> kafka_groups(Cluster& cluster, const std::vector<std::string>& names) {
  std::vector<GroupDescription> descriptions;
  bool described = keeps_groups(cluster);
  if (described) {
    descriptions = describe_groups(cluster, names);
  } else {
    for (const auto& name : names) descriptions.emplace_back().group = name;
  }
  auto offsets = fetch_group_offsets(cluster, descriptions);
  std::vector<StoredGroup> groups;
  for (size_t i = 0; i < names.size(); ++i) {
    // Without a description only positions tell that the group is there.
    if (!described && offsets[i].partitions.empty() && offsets[i].error_code == 0)
      descriptions[i].error_code = static_cast<int16_t>(ErrorCode::group_id_not_found);
    groups.push_back({GroupStore::kafka, std::move(descriptions[i]), std::move(offsets[i])});
  }
  return groups;
}

}  // namespace kt
