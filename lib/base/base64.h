// Base64: the standard alphabet with padding, and base64url as Kafka's ids use it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace kt {

/// Standard alphabet, padded with `=`.
std::string base64(std::string_view bytes);
/// The same written to `out`, which has room for base64_size() bytes; returns their end.
char* base64_to(char* out, std::string_view bytes);
constexpr size_t base64_size(size_t bytes) { return (bytes + 2) / 3 * 4; }
/// Reads either alphabet, padded or not; nothing where a character or the length does not fit.
std::optional<std::string> parse_base64(std::string_view text);
/// The same decoded to `out`, which may be where the text is: it only shrinks. Returns the end, or
/// nullptr.
char* parse_base64_to(char* out, std::string_view text);
/// Appends the standard form to `out`.
void append_base64(std::string& out, std::string_view bytes);
/// `-` and `_` for `+` and `/`, without padding.
std::string base64url(std::string_view bytes);

}  // namespace kt
