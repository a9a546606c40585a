// Tagged fields that kt has no description of: kept as they came, so that a message survives being
// read and written.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace kt {

struct UnknownTag {
  uint32_t tag = 0;
  std::string bytes;
  bool operator==(const UnknownTag&) const = default;
};

/// A list of them, in ascending order; one pointer wide, since nearly every struct of a message has
/// none.
class UnknownTags {
 public:
  UnknownTags() = default;
  UnknownTags(const UnknownTags& other)
      : tags_(other.tags_ ? std::make_unique<Tags>(*other.tags_) : nullptr) {}
  UnknownTags(UnknownTags&&) = default;
  UnknownTags& operator=(UnknownTags other) {
    tags_ = std::move(other.tags_);
    return *this;
  }

  bool empty() const { return !tags_ || tags_->empty(); }
  const std::vector<UnknownTag>& list() const {
    static const Tags none;
    return tags_ ? *tags_ : none;
  }
  void add(UnknownTag tag) {
    if (!tags_) tags_ = std::make_unique<Tags>();
    tags_->push_back(std::move(tag));
  }
  bool operator==(const UnknownTags& other) const { return list() == other.list(); }

 private:
  using Tags = std::vector<UnknownTag>;
  std::unique_ptr<Tags> tags_;
};

}  // namespace kt
