// Changing positions of groups, the end of `kt offsets import` and `kt offsets set`: refuses groups
// with live members, shows what is and what will be, writes, and reads back what then stands there.
// Killed half way it leaves positions that are old or new, never anything between: run again, it
// finds the ones done as they should be and writes the rest.
#pragma once

#include <vector>

#include "group_stores.h"
#include "offsets/positions_file.h"

namespace kt {

/// What the two commands print.
Schema changed_positions();

/// `--force` and `--store`.
struct ChangeFlags {
  bool force = false;
  std::optional<GroupStore> store;

  std::vector<Argument> arguments();
};

/// Rows and errors go to the report. Every position names its group.
Exit change_positions(Context& context, GroupStores& stores,
                      const std::vector<FilePosition>& wanted, const ChangeFlags& flags);

}  // namespace kt
