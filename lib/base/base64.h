// Base64: the standard alphabet with padding, and base64url as Kafka's ids use it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kt {

/// Standard alphabet, padded with `=`.
std::string base64(std::string_view bytes);
/// Reads either alphabet, padded or not; nothing where a character or the length does not fit.
std::optional<std::string> parse_base64(std::string_view text);
/// Appends the standard form to `out`.
void append_base64(std::string& out, std::string_view bytes);
/// `-` and `_` for `+` and `/`, without padding.
std::string base64url(std::string_view bytes);

}  // namespace kt
