// Every API that the embedded cluster serves; one file of this directory each.
#pragma once

#include <vector>

#include "sandbox/call.h"

namespace kt::sandbox {

Handler alter_configs_handler();
Handler alter_partition_reassignments_handler();
Handler api_versions_handler();
Handler create_partitions_handler();
Handler create_topics_handler();
Handler delete_groups_handler();
Handler delete_records_handler();
Handler delete_topics_handler();
Handler describe_cluster_handler();
Handler describe_configs_handler();
Handler describe_groups_handler();
Handler describe_log_dirs_handler();
Handler describe_topic_partitions_handler();
Handler elect_leaders_handler();
Handler fetch_handler();
Handler find_coordinator_handler();
Handler heartbeat_handler();
Handler incremental_alter_configs_handler();
Handler join_group_handler();
Handler leave_group_handler();
Handler list_config_resources_handler();
Handler list_groups_handler();
Handler list_offsets_handler();
Handler list_partition_reassignments_handler();
Handler metadata_handler();
Handler offset_commit_handler();
Handler offset_delete_handler();
Handler offset_fetch_handler();
Handler offset_for_leader_epoch_handler();
Handler produce_handler();
Handler sync_group_handler();

inline std::vector<Handler> all_handlers() {
  return {
      alter_configs_handler(),
      alter_partition_reassignments_handler(),
      api_versions_handler(),
      create_partitions_handler(),
      create_topics_handler(),
      delete_groups_handler(),
      delete_records_handler(),
      delete_topics_handler(),
      describe_cluster_handler(),
      describe_configs_handler(),
      describe_groups_handler(),
      describe_log_dirs_handler(),
      describe_topic_partitions_handler(),
      elect_leaders_handler(),
      fetch_handler(),
      find_coordinator_handler(),
      heartbeat_handler(),
      incremental_alter_configs_handler(),
      join_group_handler(),
      leave_group_handler(),
      list_config_resources_handler(),
      list_groups_handler(),
      list_offsets_handler(),
      list_partition_reassignments_handler(),
      metadata_handler(),
      offset_commit_handler(),
      offset_delete_handler(),
      offset_fetch_handler(),
      offset_for_leader_epoch_handler(),
      produce_handler(),
      sync_group_handler(),
  };
}

}  // namespace kt::sandbox
