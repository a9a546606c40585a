// snappy in the framing of xerial's Java library: a 16-byte header, then blocks of at most 32 KiB,
// each behind its length. Bare snappy, which some other clients send, is read too.
#include <snappy.h>

#include <algorithm>

#include "base/bytes.h"
#include "compress/codecs.h"

namespace kt::compress_detail {
namespace {

constexpr std::string_view kMagic("\x82SNAPPY\0", 8);
constexpr size_t kHeaderBytes = 16;
constexpr size_t kBlockBytes = 32 << 10;

/// Decompresses one bare block behind the `used` bytes that `out` holds; the bytes used then.
size_t append_block(std::string_view block, Buffer& out, size_t used, size_t limit_bytes) {
  size_t size = 0;
  if (!::snappy::GetUncompressedLength(block.data(), block.size(), &size))
    throw DecodeError("snappy: block without a length");
  if (size > limit_bytes - used) too_much(limit_bytes);
  // A block cannot give more than 64 bytes for 3, so that a false length costs no memory.
  if (size / 32 > block.size()) throw DecodeError("snappy: block with an impossible length");
  while (used + size > out.size()) grow(out, limit_bytes);
  if (!::snappy::RawUncompress(block.data(), block.size(), out.data() + used))
    throw DecodeError("snappy: damaged block");
  return used + size;
}

}  // namespace

void snappy(std::string_view bytes, std::string& out) {
  ByteWriter writer(out);
  writer.bytes(kMagic);
  writer.integer<int32_t>(1);  // version of the framing
  writer.integer<int32_t>(1);  // oldest version that reads it
  while (!bytes.empty()) {
    auto block = bytes.substr(0, kBlockBytes);
    bytes.remove_prefix(block.size());
    size_t start = out.size();
    out.resize(start + 4 + ::snappy::MaxCompressedLength(block.size()));
    size_t size = 0;
    ::snappy::RawCompress(block.data(), block.size(), out.data() + start + 4, &size);
    store_big_endian(out.data() + start, static_cast<int32_t>(size));
    out.resize(start + 4 + size);
  }
}

void unsnappy(std::string_view bytes, Buffer& out, size_t limit_bytes) {
  prepare(out, bytes.size(), limit_bytes);
  size_t used = 0;
  if (bytes.size() >= kHeaderBytes && bytes.starts_with(kMagic)) {
    ByteReader reader(bytes.substr(kHeaderBytes));
    while (!reader.at_end()) {
      auto size = reader.integer<int32_t>();
      if (size < 0) throw DecodeError("snappy: block of negative length");
      used = append_block(reader.take(static_cast<size_t>(size)), out, used, limit_bytes);
    }
  } else {
    used = append_block(bytes, out, used, limit_bytes);
  }
  out.resize(used);
}

}  // namespace kt::compress_detail
