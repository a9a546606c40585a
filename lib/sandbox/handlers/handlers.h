// Every API that the embedded cluster serves; one file of this directory each.
#pragma once

#include <vector>

#include "sandbox/call.h"

namespace kt::sandbox {

Handler add_offsets_to_txn_handler();
Handler add_partitions_to_txn_handler();
Handler alter_client_quotas_handler();
Handler alter_configs_handler();
Handler alter_partition_reassignments_handler();
Handler alter_replica_log_dirs_handler();
Handler alter_user_scram_credentials_handler();
Handler api_versions_handler();
Handler consumer_group_describe_handler();
Handler consumer_group_heartbeat_handler();
Handler controlled_shutdown_handler();
Handler create_acls_handler();
Handler create_delegation_token_handler();
Handler create_partitions_handler();
Handler create_topics_handler();
Handler delete_acls_handler();
Handler delete_groups_handler();
Handler delete_records_handler();
Handler delete_topics_handler();
Handler describe_acls_handler();
Handler describe_client_quotas_handler();
Handler describe_cluster_handler();
Handler describe_configs_handler();
Handler describe_delegation_token_handler();
Handler describe_groups_handler();
Handler describe_log_dirs_handler();
Handler describe_producers_handler();
Handler describe_quorum_handler();
Handler describe_topic_partitions_handler();
Handler describe_transactions_handler();
Handler describe_user_scram_credentials_handler();
Handler elect_leaders_handler();
Handler end_txn_handler();
Handler expire_delegation_token_handler();
Handler fetch_handler();
Handler find_coordinator_handler();
Handler heartbeat_handler();
Handler incremental_alter_configs_handler();
Handler init_producer_id_handler();
Handler join_group_handler();
Handler leave_group_handler();
Handler list_config_resources_handler();
Handler list_groups_handler();
Handler list_offsets_handler();
Handler list_partition_reassignments_handler();
Handler list_transactions_handler();
Handler metadata_handler();
Handler offset_commit_handler();
Handler offset_delete_handler();
Handler offset_fetch_handler();
Handler offset_for_leader_epoch_handler();
Handler produce_handler();
Handler renew_delegation_token_handler();
Handler sasl_authenticate_handler();
Handler sasl_handshake_handler();
Handler share_acknowledge_handler();
Handler share_fetch_handler();
Handler share_group_describe_handler();
Handler share_group_heartbeat_handler();
Handler streams_group_describe_handler();
Handler streams_group_heartbeat_handler();
Handler sync_group_handler();
Handler txn_offset_commit_handler();
Handler unregister_broker_handler();
Handler update_features_handler();
Handler write_txn_markers_handler();

inline std::vector<Handler> all_handlers() {
  return {
      add_offsets_to_txn_handler(),
      add_partitions_to_txn_handler(),
      alter_client_quotas_handler(),
      alter_configs_handler(),
      alter_partition_reassignments_handler(),
      alter_replica_log_dirs_handler(),
      alter_user_scram_credentials_handler(),
      api_versions_handler(),
      consumer_group_describe_handler(),
      consumer_group_heartbeat_handler(),
      controlled_shutdown_handler(),
      create_acls_handler(),
      create_delegation_token_handler(),
      create_partitions_handler(),
      create_topics_handler(),
      delete_acls_handler(),
      delete_groups_handler(),
      delete_records_handler(),
      delete_topics_handler(),
      describe_acls_handler(),
      describe_client_quotas_handler(),
      describe_cluster_handler(),
      describe_configs_handler(),
      describe_delegation_token_handler(),
      describe_groups_handler(),
      describe_log_dirs_handler(),
      describe_producers_handler(),
      describe_quorum_handler(),
      describe_topic_partitions_handler(),
      describe_transactions_handler(),
      describe_user_scram_credentials_handler(),
      elect_leaders_handler(),
      end_txn_handler(),
      expire_delegation_token_handler(),
      fetch_handler(),
      find_coordinator_handler(),
      heartbeat_handler(),
      incremental_alter_configs_handler(),
      init_producer_id_handler(),
      join_group_handler(),
      leave_group_handler(),
      list_config_resources_handler(),
      list_groups_handler(),
      list_offsets_handler(),
      list_partition_reassignments_handler(),
      list_transactions_handler(),
      metadata_handler(),
      offset_commit_handler(),
      offset_delete_handler(),
      offset_fetch_handler(),
      offset_for_leader_epoch_handler(),
      produce_handler(),
      renew_delegation_token_handler(),
      sasl_authenticate_handler(),
      sasl_handshake_handler(),
      share_acknowledge_handler(),
      share_fetch_handler(),
      share_group_describe_handler(),
      share_group_heartbeat_handler(),
      streams_group_describe_handler(),
      streams_group_heartbeat_handler(),
      sync_group_handler(),
      txn_offset_commit_handler(),
      unregister_broker_handler(),
      update_features_handler(),
      write_txn_markers_handler(),
  };
}

}  // namespace kt::sandbox
