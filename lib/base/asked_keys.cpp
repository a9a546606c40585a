#include "base/asked_keys.h"

#include <mutex>
#include <set>

namespace kt {
namespace {

struct Asked {
  std::mutex mutex;
  std::set<std::string, std::less<>> keys;
};

Asked& asked() {
  static Asked all;
  return all;
}

}  // namespace

void note_asked(std::string_view key) {
  std::lock_guard lock(asked().mutex);
  if (!asked().keys.contains(key)) asked().keys.emplace(key);
}

std::vector<std::string> never_asked(const Properties& properties) {
  std::lock_guard lock(asked().mutex);
  std::set<std::string> found;
  for (const auto& [key, value] : properties)
    if (!asked().keys.contains(key)) found.insert(key);
  return {found.begin(), found.end()};
}

}  // namespace kt
