// Kafka's error codes as they stand in replies, where they are data: names, meanings, and whether
// to try again. Codes that this kt does not know keep their number.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kt {

enum class ErrorCode : int16_t {
#define KT_ERROR(code, symbol, name, retriable, meaning) symbol = code,
#include "protocol/errors.inc"
#undef KT_ERROR
};

constexpr bool operator==(int16_t code, ErrorCode known) {
  return code == static_cast<int16_t>(known);
}

/// `NOT_COORDINATOR`; `UNKNOWN_ERROR_999` for a code that kt does not know.
std::string error_name(int16_t code);
/// What it means, as half a sentence without a full stop; empty for a code that kt does not know.
std::string_view error_meaning(int16_t code);
/// Whether the same request may succeed later or at another broker.
bool error_retriable(int16_t code);
/// `NOT_COORDINATOR: the broker is not (or no longer) the coordinator`. The broker's own `message`
/// is put in place of the meaning where it sent one.
std::string error_text(int16_t code, std::string_view message = {});

}  // namespace kt
