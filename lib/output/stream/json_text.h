// JSON written straight into an output buffer, sixteen bytes at a step where nothing needs an
// escape.
#pragma once

#include <cstdint>
#include <string_view>

#include "output/stream/output_buffer.h"
#include "output/stream/record.h"

namespace kt::stream {

/// A JSON string where `bytes` are UTF-8, else `{"base64":"..."}`. Control characters and those
/// that could mislead a terminal are written as \u escapes.
void append_json_bytes(OutputBuffer& out, std::string_view bytes);

/// The same, or `null`.
void append_json_bytes(OutputBuffer& out, const Bytes& bytes);

void append_number(OutputBuffer& out, int64_t number);

}  // namespace kt::stream
