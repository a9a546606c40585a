// Kafka's UUIDs: 16 bytes, written as 22 characters of base64url. Zero stands for "none".
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kt {

struct Uuid {
  std::array<uint8_t, 16> bytes{};

  /// 22 characters of base64url without padding, as Kafka prints it.
  std::string text() const;
  /// The reverse of text(); nothing where it is not such a text.
  static std::optional<Uuid> parse(std::string_view text);
  bool is_zero() const { return *this == Uuid{}; }

  auto operator<=>(const Uuid&) const = default;
};

}  // namespace kt
