// The members of messages that need code per type: vectors and optionals. Included by the generated
// tables only.
#pragma once

#include <optional>
#include <vector>

#include "protocol/schema.h"

namespace kt {

template <class Member>
struct HolderOf;

template <class T>
struct HolderOf<std::vector<T>> {
  static Elements view(const void* member) {
    auto& vector = *static_cast<const std::vector<T>*>(member);
    return {vector.data(), vector.size(), true};
  }
  static void* make(void* member, size_t count) {
    auto& vector = *static_cast<std::vector<T>*>(member);
    vector.resize(count);
    return vector.data();
  }
  static constexpr Holder holder{view, make, nullptr};
};

template <class T>
struct HolderOf<std::optional<std::vector<T>>> {
  using Member = std::optional<std::vector<T>>;
  static Elements view(const void* member) {
    auto& vector = *static_cast<const Member*>(member);
    if (!vector) return {nullptr, 0, false};
    return {vector->data(), vector->size(), true};
  }
  static void* make(void* member, size_t count) {
    auto& vector = *static_cast<Member*>(member);
    if (!vector) vector.emplace();
    vector->resize(count);
    return vector->data();
  }
  static void clear(void* member) { static_cast<Member*>(member)->reset(); }
  static constexpr Holder holder{view, make, clear};
};

template <class T>
struct HolderOf<std::optional<T>> {
  static Elements view(const void* member) {
    auto& value = *static_cast<const std::optional<T>*>(member);
    if (!value) return {nullptr, 0, false};
    return {&*value, 1, true};
  }
  static void* make(void* member, size_t) {
    return &static_cast<std::optional<T>*>(member)->emplace();
  }
  static void clear(void* member) { static_cast<std::optional<T>*>(member)->reset(); }
  static constexpr Holder holder{view, make, clear};
};

}  // namespace kt
