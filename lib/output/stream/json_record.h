// Reads one line of jsonl into a record, decoding escapes and base64 in place: both only ever
// shrink.
#pragma once

#include <span>

#include "output/stream/record_reader.h"

namespace kt::stream {

/// What is wrong with a line, and where: `column` counts bytes from 1.
struct JsonRecordError {
  size_t column;
  std::string message;
};

/// The record's views point into `line`, which is changed. Throws JsonRecordError.
void read_json_record(std::span<char> line, InputRecord& record);

}  // namespace kt::stream
