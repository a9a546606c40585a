// Looking for a piece of a text, so that a test that fails shows the text.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace kt {

inline bool has(const std::string& text, std::string_view part) {
  INFO(text);
  CHECK(text.find(part) != std::string::npos);
  return true;
}

}  // namespace kt
