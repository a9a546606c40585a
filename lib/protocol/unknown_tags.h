// Tagged fields that kt has no description of: kept as they came, so that a message survives being
// read and written.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace kt {

struct UnknownTag {
  uint32_t tag = 0;
  std::string bytes;
  bool operator==(const UnknownTag&) const = default;
};

/// A list of them, in ascending order; one pointer wide, since nearly every struct of a message has
/// none. What needs the list is compiled in unknown_tags.cpp alone, not in each file that knows a
/// message.
class UnknownTags {
 public:
  UnknownTags() = default;
  UnknownTags(const UnknownTags& other) : tags_(other.tags_ ? copy(*other.tags_) : nullptr) {}
  UnknownTags(UnknownTags&& other) noexcept : tags_(std::exchange(other.tags_, nullptr)) {}
  UnknownTags& operator=(UnknownTags other) noexcept {
    std::swap(tags_, other.tags_);
    return *this;
  }
  ~UnknownTags() {
    if (tags_) destroy(tags_);
  }

  bool empty() const { return !tags_; }
  const std::vector<UnknownTag>& list() const;
  void add(UnknownTag tag);
  bool operator==(const UnknownTags& other) const;

 private:
  using Tags = std::vector<UnknownTag>;

  static Tags* copy(const Tags& tags);
  static void destroy(Tags* tags) noexcept;

  Tags* tags_ = nullptr;  ///< owned
};

}  // namespace kt
