// Bytes as a log of Kafka 0.7: whatever they are, they are gone through in finite steps, and
// cutting them into pieces changes nothing.
#include <cstdlib>

#include "legacy/message_set.h"

using namespace kt::legacy;

namespace {

constexpr Limits kLimits{.entry_bytes = 4096, .unpacked_bytes = 64 << 10};

/// Sizes of the entries and of their messages, damage with a sign.
std::vector<int64_t> walk(std::string_view bytes, size_t step) {
  std::vector<int64_t> met;
  EntryReader reader(kLimits);
  size_t at = 0, have = std::min(step, bytes.size());
  for (;;) {
    auto front = reader.front(bytes.substr(at, have - at), have == bytes.size());
    auto size = static_cast<int64_t>(front.size_bytes);
    switch (front.kind) {
      case Front::Kind::end:
        if (at != bytes.size()) std::abort();
        return met;
      case Front::Kind::more:
        if (have == bytes.size() || at + front.size_bytes <= have) std::abort();
        have = std::min(bytes.size(), have + step);
        continue;
      case Front::Kind::damage:
        met.push_back(-size);
        break;
      case Front::Kind::messages:
        met.push_back(size);
        for (auto message : reader.messages()) met.push_back(static_cast<int64_t>(message.size()));
        break;
    }
    if (front.size_bytes == 0 || front.size_bytes > have - at) std::abort();
    at += front.size_bytes;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (walk(bytes, size + 1) != walk(bytes, 211)) std::abort();
  return 0;
}
