// The codes run from -1 without gaps, so a code is an index.
#include "protocol/errors.h"

#include <array>

namespace kt {
namespace {

struct Row {
  int16_t code;
  std::string_view name;
  bool retriable;
  std::string_view meaning;
};

constexpr Row kRows[]{
#define KT_ERROR(code, symbol, name, retriable, meaning) {code, name, retriable, meaning},
#include "protocol/errors.inc"
#undef KT_ERROR
};
constexpr int kCount = static_cast<int>(std::size(kRows));
static_assert(kRows[0].code == -1 && kRows[kCount - 1].code == kCount - 2,
              "a code is missing or out of order");

const Row* find(int16_t code) {
  return code >= -1 && code < kCount - 1 ? &kRows[code + 1] : nullptr;
}

}  // namespace

std::string error_name(int16_t code) {
  const Row* row = find(code);
  return row ? std::string(row->name) : "UNKNOWN_ERROR_" + std::to_string(code);
}

std::string_view error_meaning(int16_t code) {
  const Row* row = find(code);
  return row ? row->meaning : std::string_view{};
}

bool error_retriable(int16_t code) {
  const Row* row = find(code);
  return row && row->retriable;
}

std::string error_text(int16_t code, std::string_view message) {
  std::string text = error_name(code);
  std::string_view detail = message.empty() ? error_meaning(code) : message;
  if (!detail.empty()) text.append(": ").append(detail);
  return text;
}

}  // namespace kt
