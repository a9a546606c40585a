// A UUID's text is the base64url of its bytes.
#include "base/uuid.h"

#include <cstring>

#include "base/base64.h"

namespace kt {

std::string Uuid::text() const {
  return base64url({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

std::optional<Uuid> Uuid::parse(std::string_view text) {
  auto raw = parse_base64(text);
  if (!raw || raw->size() != 16) return std::nullopt;
  Uuid uuid;
  std::memcpy(uuid.bytes.data(), raw->data(), 16);
  return uuid;
}

}  // namespace kt
