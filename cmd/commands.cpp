#include "commands.h"

namespace kt {

extern const Command acl_create;
extern const Command acl_delete;
extern const Command acl_list;
extern const Command broker_describe;
extern const Command broker_list;
extern const Command broker_log_dirs;
extern const Command broker_shutdown;
extern const Command broker_unregister;
extern const Command check_command;
extern const Command complete_words;
extern const Command completion;
extern const Command config_get;
extern const Command config_set;
extern const Command config_unset;
extern const Command consume;
extern const Command context_delete;
extern const Command context_list;
extern const Command context_set;
extern const Command context_show;
extern const Command context_test;
extern const Command context_use;
extern const Command elect_command;
extern const Command group_delete;
extern const Command group_describe;
extern const Command group_list;
extern const Command group_verify;
extern const Command help;
extern const Command jmx_get;
extern const Command jmx_list;
extern const Command jmx_watch;
extern const Command list_examples;
extern const Command log_check;
extern const Command log_dump;
extern const Command log_merge_state_changes;
extern const Command migrate_plan;
extern const Command migrate_run;
extern const Command migrate_verify;
extern const Command mirror_plan;
extern const Command mirror_run;
extern const Command mirror_status;
extern const Command mirror_translate;
extern const Command mirror_verify;
extern const Command offsets_check;
extern const Command offsets_export;
extern const Command offsets_get;
extern const Command offsets_import;
extern const Command offsets_set;
extern const Command produce;
extern const Command protocol_apis;
extern const Command protocol_decode;
extern const Command protocol_encode;
extern const Command protocol_schema;
extern const Command quota_get;
extern const Command quota_set;
extern const Command quota_unset;
extern const Command replay_command;
extern const Command reassign_cancel;
extern const Command reassign_execute;
extern const Command reassign_list;
extern const Command reassign_plan;
extern const Command reassign_verify;
extern const Command sandbox_command;
extern const Command schema;
extern const Command topic_add_partitions;
extern const Command topic_alter;
extern const Command topic_create;
extern const Command topic_delete;
extern const Command topic_describe;
extern const Command topic_list;
extern const Command topic_trim;
extern const Command token_create;
extern const Command token_expire;
extern const Command token_list;
extern const Command token_renew;
extern const Command user_delete;
extern const Command user_list;
extern const Command user_set;
extern const Command version;
extern const Command write_manual;

const CommandList& all_commands() {
  // clang-format off
  static const CommandList list = {
      &topic_list,
      &topic_describe,
      &topic_create,
      &topic_alter,
      &topic_add_partitions,
      &topic_delete,
      &topic_trim,
      &config_get,
      &config_set,
      &config_unset,
      &offsets_get,
      &offsets_check,
      &offsets_export,
      &offsets_import,
      &offsets_set,
      &group_list,
      &group_describe,
      &group_verify,
      &group_delete,
      &reassign_plan,
      &reassign_execute,
      &reassign_verify,
      &reassign_list,
      &reassign_cancel,
      &elect_command,
      &broker_list,
      &broker_describe,
      &broker_log_dirs,
      &broker_shutdown,
      &broker_unregister,
      &acl_list,
      &acl_create,
      &acl_delete,
      &user_list,
      &user_set,
      &user_delete,
      &quota_get,
      &quota_set,
      &quota_unset,
      &token_list,
      &token_create,
      &token_renew,
      &token_expire,
      &check_command,
      &jmx_get,
      &jmx_list,
      &jmx_watch,
      &log_dump,
      &log_check,
      &log_merge_state_changes,
      &consume,
      &produce,
      &replay_command,
      &mirror_run,
      &mirror_plan,
      &mirror_verify,
      &mirror_status,
      &mirror_translate,
      &migrate_plan,
      &migrate_run,
      &migrate_verify,
      &sandbox_command,
      &protocol_apis,
      &protocol_decode,
      &protocol_encode,
      &protocol_schema,
      &context_list,
      &context_use,
      &context_show,
      &context_test,
      &context_set,
      &context_delete,
      &completion,
      &schema,
      &help,
      &version,
      &complete_words,
      &write_manual,
      &list_examples,
  };
  // clang-format on
  return list;
}

}  // namespace kt
