// The small files beside segments, as rows: an entry of an index, a producer, an epoch, a
// partition's offset.
#pragma once

#include <vector>

#include "log/dump_printer.h"
#include "storage/log_files.h"

namespace kt {

const std::vector<Column>& side_file_columns(FileKind kind);

/// Appends the file's rows, with a heading where `heading`. Throws where it cannot be read.
void print_side_file(const LogFile& file, Format format, bool utc, bool heading,
                     stream::OutputBuffer& out);

}  // namespace kt
