#include "client/stored_groups.h"

#include "protocol/errors.h"
#include "protocol/msg/describe_groups.h"
#include "protocol/msg/offset_commit.h"
#include "protocol/msg/offset_fetch.h"

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
  // Before 0.10.1 a group without members is no group to its coordinator, whatever its positions.
  bool tells_empty = cluster.apis_of_any().best(msg::OffsetFetchRequest::api(), 2).has_value();
  std::vector<GroupDescription> descriptions(names.size());
  for (size_t i = 0; i < names.size(); ++i) descriptions[i].group = names[i];
  if (keeps_groups(cluster)) descriptions = describe_groups(cluster, names);
  std::vector<bool> absent(names.size(), !keeps_groups(cluster));
  for (auto& group : descriptions)
    if (!tells_empty && group.error_code == ErrorCode::group_id_not_found) {
      absent[static_cast<size_t>(&group - descriptions.data())] = true;
      group.error_code = 0;
      group.state = "Empty";
    }
  auto offsets = fetch_group_offsets(cluster, descriptions);
  std::vector<StoredGroup> groups;
  for (size_t i = 0; i < names.size(); ++i) {
    if (absent[i] && offsets[i].partitions.empty())
      descriptions[i].error_code = static_cast<int16_t>(ErrorCode::group_id_not_found);
    groups.push_back({GroupStore::kafka, std::move(descriptions[i]), std::move(offsets[i]), {}});
  }
  return groups;
}

}  // namespace kt
