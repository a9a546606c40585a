#include "base/pattern.h"

#include "base/error.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

namespace kt {

namespace {

// A name has at most 249 characters: honest expressions stay far below these limits.
constexpr uint32_t kMatchSteps = 200'000;
constexpr uint32_t kDepth = 10'000;
constexpr size_t kLongestName = 4096;

PCRE2_SPTR bytes(std::string_view text) { return reinterpret_cast<PCRE2_SPTR>(text.data()); }

std::string sentence(int code) {
  PCRE2_UCHAR text[256];
  if (pcre2_get_error_message(code, text, sizeof text) < 0) return "error " + std::to_string(code);
  return reinterpret_cast<const char*>(text);
}

}  // namespace

struct Pattern::Compiled {
  pcre2_code* code = nullptr;
  pcre2_match_data* match = nullptr;
  pcre2_match_context* limits = nullptr;

  ~Compiled() {
    pcre2_match_context_free(limits);
    pcre2_match_data_free(match);
    pcre2_code_free(code);
  }
};

Pattern::Pattern(std::string_view expression)
    : expression_(expression), compiled_(std::make_unique<Compiled>()) {
  int error = 0;
  PCRE2_SIZE position = 0;
  compiled_->code = pcre2_compile(bytes(expression_), expression_.size(),
                                  PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_NEVER_BACKSLASH_C,
                                  &error, &position, nullptr);
  if (!compiled_->code)
    throw Error("regular expression '" + expression_ + "': " + sentence(error) + " at character " +
                    std::to_string(position + 1),
                Exit::usage);
  compiled_->match = pcre2_match_data_create_from_pattern(compiled_->code, nullptr);
  compiled_->limits = pcre2_match_context_create(nullptr);
  pcre2_set_match_limit(compiled_->limits, kMatchSteps);
  pcre2_set_depth_limit(compiled_->limits, kDepth);
}

Pattern::~Pattern() = default;
Pattern::Pattern(Pattern&&) noexcept = default;
Pattern& Pattern::operator=(Pattern&&) noexcept = default;

std::optional<std::string> Pattern::replace(std::string_view name,
                                            std::string_view replacement) const {
  if (!matches(name)) return std::nullopt;
  std::string result(kLongestName, '\0');
  PCRE2_SIZE size = result.size();
  int made = pcre2_substitute(compiled_->code, bytes(name), name.size(), 0, 0, compiled_->match,
                              compiled_->limits, bytes(replacement), replacement.size(),
                              reinterpret_cast<PCRE2_UCHAR*>(result.data()), &size);
  if (made < 0)
    throw Error("replacement '" + std::string(replacement) + "': " + sentence(made), Exit::usage);
  result.resize(size);
  return result;
}

bool Pattern::matches(std::string_view name) const {
  int found = pcre2_match(compiled_->code, bytes(name), name.size(), 0, 0, compiled_->match,
                          compiled_->limits);
  if (found >= 0) return true;
  if (found == PCRE2_ERROR_NOMATCH) return false;
  throw Error("regular expression '" + expression_ + "': " + sentence(found), Exit::usage,
              "an expression without nested repetitions matches in a few steps");
}

}  // namespace kt
