#include "protocol/records/record.h"

#include "base/bytes.h"
#include "protocol/records/varint.h"

namespace kt {
namespace {

/// A length and that many bytes off the front; null for length -1.
std::optional<std::string_view> take_sized(std::string_view& bytes) {
  const char* at = bytes.data();
  const char* end = at + bytes.size();
  int64_t size = 0;
  if (!take_varint(at, end, size) || size < -1 || size > end - at)
    throw DecodeError("record header longer than its record");
  if (size == -1) {
    bytes = {at, static_cast<size_t>(end - at)};
    return std::nullopt;
  }
  std::string_view taken(at, static_cast<size_t>(size));
  bytes = {at + size, static_cast<size_t>(end - at - size)};
  return taken;
}

}  // namespace

void HeadersView::Iterator::decode() {
  if (left_ == 0) {
    if (!bytes_.empty()) throw DecodeError("bytes are left behind the last record header");
    return;
  }
  auto key = take_sized(bytes_);
  if (!key) throw DecodeError("record header without a key");
  header_.key = *key;
  header_.value = take_sized(bytes_);
}

std::optional<ControlKey> control_key(const RecordView& record) {
  if (!record.key || record.key->size() < 4) return std::nullopt;
  return ControlKey{load_big_endian<int16_t>(record.key->data()),
                    load_big_endian<int16_t>(record.key->data() + 2)};
}

}  // namespace kt
