// Records of MirrorMaker 2's offset syncs and checkpoints: taken or refused.
#include <cstdint>
#include <cstdlib>

#include "base/bytes.h"
#include "mirror/takeover.h"

using namespace kt;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  size_t cut = bytes.empty() ? 0 : static_cast<uint8_t>(bytes[0]) % size;
  try {
    auto sync = mirror::read_offset_sync(bytes.substr(cut), bytes.substr(0, cut));
    if (sync.source.partition < 0 || sync.source.topic.size() > size) std::abort();
  } catch (const DecodeError&) {
  }
  try {
    auto checkpoint = mirror::read_checkpoint(bytes.substr(cut), bytes.substr(0, cut));
    bool fits = checkpoint.group.size() + checkpoint.target.topic.size() <= size;
    if (checkpoint.target.partition < 0 || !fits) std::abort();
  } catch (const DecodeError&) {
  }
  return 0;
}
