// `kt log dump --stats`: what each partition holds, in one row.
#pragma once

#include <vector>

#include "cli/context.h"
#include "log/dump_printer.h"

namespace kt {

Exit print_stats(Context& context, const DumpOptions& options, const std::vector<LogFile>& files,
                 int threads);

}  // namespace kt
