#include "commands.h"

namespace kt {

extern const Command complete_words;
extern const Command completion;
extern const Command context_delete;
extern const Command context_list;
extern const Command context_set;
extern const Command context_show;
extern const Command context_use;
extern const Command help;
extern const Command list_examples;
extern const Command protocol_decode;
extern const Command protocol_encode;
extern const Command protocol_schema;
extern const Command sandbox_command;
extern const Command schema;
extern const Command version;
extern const Command write_manual;

const CommandList& all_commands() {
  static const CommandList list = {
      &sandbox_command,
      &protocol_decode,
      &protocol_encode,
      &protocol_schema,
      &context_list,
      &context_use,
      &context_show,
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
  return list;
}

}  // namespace kt
