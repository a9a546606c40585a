#include "protocol/unknown_tags.h"

namespace kt {

const std::vector<UnknownTag>& UnknownTags::list() const {
  static const Tags none;
  return tags_ ? *tags_ : none;
}

void UnknownTags::add(UnknownTag tag) {
  if (!tags_) tags_ = new Tags;
  tags_->push_back(std::move(tag));
}

bool UnknownTags::operator==(const UnknownTags& other) const { return list() == other.list(); }

UnknownTags::Tags* UnknownTags::copy(const Tags& tags) { return new Tags(tags); }
void UnknownTags::destroy(Tags* tags) noexcept { delete tags; }

}  // namespace kt
