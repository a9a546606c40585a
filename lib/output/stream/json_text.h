// JSON written straight into an output buffer, sixteen bytes at a step, or 32 with AVX2, where
// nothing needs an escape.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "output/stream/output_buffer.h"
#include "output/stream/record.h"

namespace kt::stream {

/// Copies bytes up to the first that needs care in a JSON string: controls, quote, backslash,
/// anything beyond ASCII. Answers how many; up to 31 bytes behind them may be written too.
size_t copy_plain(char* out, const char* in, size_t size);
/// The same for machines without AVX2.
size_t copy_plain_portable(char* out, const char* in, size_t size);

/// A JSON string where `bytes` are UTF-8, else `{"base64":"..."}`. Control characters and those
/// that could mislead a terminal are written as \u escapes.
void append_json_bytes(OutputBuffer& out, std::string_view bytes);

/// The same, or `null`.
void append_json_bytes(OutputBuffer& out, const Bytes& bytes);

void append_number(OutputBuffer& out, int64_t number);

}  // namespace kt::stream
