#include "jmx/feed.h"

#include <algorithm>

namespace kt::jmx {

namespace {

constexpr size_t kStepBytes = size_t{64} << 10;

}  // namespace

void Feed::gather(size_t count) {
  if (count > left_)
    throw DecodeError("a length of " + std::to_string(count) + " bytes is above the limit");
  if (buffer_.size() - at_ >= count) return;
  buffer_.erase(0, at_);
  at_ = 0;
  while (buffer_.size() < count) {
    size_t had = buffer_.size();
    buffer_.resize(had + kStepBytes);
    size_t came = fill_(buffer_.data() + had, kStepBytes);
    buffer_.resize(had + came);
    if (came == 0) throw DecodeError("the stream ends too early");
  }
}

std::string_view Feed::take(size_t count) {
  gather(count);
  std::string_view bytes(buffer_.data() + at_, count);
  at_ += count;
  left_ -= count;
  return bytes;
}

uint8_t Feed::peek() {
  gather(1);
  return static_cast<uint8_t>(buffer_[at_]);
}

}  // namespace kt::jmx
