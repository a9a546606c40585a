#include "commands.h"

namespace kt {

extern const Command context_list;
extern const Command sandbox_command;
extern const Command schema;
extern const Command help;
extern const Command version;

const CommandList& all_commands() {
  static const CommandList list = {
      &context_list,
      &sandbox_command,
      &schema,
      &help,
      &version,
  };
  return list;
}

}  // namespace kt
