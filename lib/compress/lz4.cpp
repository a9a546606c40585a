// LZ4 frames. Message format v0 has a header checksum computed over magic and descriptor where the
// format says descriptor alone: written so for v0, and put right before the library sees a frame of
// v0.
#include <lz4frame.h>

#include <array>
#include <bit>
#include <cstring>
#include <memory>

#include "base/bytes.h"
#include "compress/codecs.h"

namespace kt::compress_detail {
namespace {

constexpr size_t kMagicBytes = 4;
constexpr size_t kShortestHeader = kMagicBytes + 2 + 1;
constexpr size_t kMostHeader = kMagicBytes + 2 + 8 + 4 + 1;

/// XXH32 with seed 0 of fewer than 16 bytes, second byte: what an LZ4 frame's header checksum is.
uint8_t header_checksum(std::string_view bytes) {
  constexpr uint32_t kPrime1 = 2654435761, kPrime2 = 2246822519, kPrime3 = 3266489917;
  constexpr uint32_t kPrime4 = 668265263, kPrime5 = 374761393;
  uint32_t hash = kPrime5 + static_cast<uint32_t>(bytes.size());
  size_t at = 0;
  for (; at + 4 <= bytes.size(); at += 4) {
    uint32_t word = __builtin_bswap32(load_big_endian<uint32_t>(bytes.data() + at));
    hash = std::rotl(hash + word * kPrime3, 17) * kPrime4;
  }
  for (; at < bytes.size(); ++at)
    hash = std::rotl(hash + static_cast<uint8_t>(bytes[at]) * kPrime5, 11) * kPrime1;
  hash = (hash ^ (hash >> 15)) * kPrime2;
  hash = (hash ^ (hash >> 13)) * kPrime3;
  hash ^= hash >> 16;
  return static_cast<uint8_t>(hash >> 8);
}

size_t checked(size_t result) {
  if (LZ4F_isError(result)) throw Error(std::string("lz4: ") + LZ4F_getErrorName(result));
  return result;
}

struct FreeCompressor {
  void operator()(LZ4F_cctx* context) const { LZ4F_freeCompressionContext(context); }
};
struct FreeDecompressor {
  void operator()(LZ4F_dctx* context) const { LZ4F_freeDecompressionContext(context); }
};

LZ4F_cctx* compressor() {
  thread_local std::unique_ptr<LZ4F_cctx, FreeCompressor> kept;
  if (!kept) {
    LZ4F_cctx* made = nullptr;
    checked(LZ4F_createCompressionContext(&made, LZ4F_VERSION));
    kept.reset(made);
  }
  return kept.get();
}

using Decompressor = std::unique_ptr<LZ4F_dctx, FreeDecompressor>;

Decompressor make_decompressor() {
  LZ4F_dctx* made = nullptr;
  checked(LZ4F_createDecompressionContext(&made, LZ4F_VERSION));
  return Decompressor(made);
}

/// The header of the frame at the front with its checksum put right; its size, or 0 where it is cut
/// off.
size_t right_header(std::string_view frame, std::array<char, kMostHeader>& header) {
  if (frame.size() < kShortestHeader) return 0;
  auto flags = static_cast<uint8_t>(frame[kMagicBytes]);
  size_t size = kShortestHeader + ((flags & 0x08) ? 8 : 0) + ((flags & 0x01) ? 4 : 0);
  if (frame.size() < size) return 0;
  std::memcpy(header.data(), frame.data(), size);
  header[size - 1] =
      static_cast<char>(header_checksum({header.data() + kMagicBytes, size - kMagicBytes - 1}));
  return size;
}

}  // namespace

void lz4(std::string_view bytes, std::string& out, std::optional<int> level, Lz4Checksum checksum) {
  LZ4F_preferences_t preferences{};
  preferences.frameInfo.blockSizeID = LZ4F_max64KB;
  preferences.frameInfo.blockMode = LZ4F_blockIndependent;
  preferences.compressionLevel = level.value_or(0);
  size_t start = out.size();
  out.resize(start + LZ4F_HEADER_SIZE_MAX + LZ4F_compressBound(bytes.size(), &preferences));
  char* begin = out.data() + start;
  char* at = begin;
  auto room = [&] { return static_cast<size_t>(out.data() + out.size() - at); };
  at += checked(LZ4F_compressBegin(compressor(), at, room(), &preferences));
  if (checksum == Lz4Checksum::of_format_v0)
    at[-1] = static_cast<char>(header_checksum({begin, static_cast<size_t>(at - begin) - 1}));
  LZ4F_compressOptions_t stable_source{};
  stable_source.stableSrc = 1;
  at += checked(
      LZ4F_compressUpdate(compressor(), at, room(), bytes.data(), bytes.size(), &stable_source));
  at += checked(LZ4F_compressEnd(compressor(), at, room(), &stable_source));
  out.resize(static_cast<size_t>(at - out.data()));
}

void unlz4(std::string_view bytes, Buffer& out, size_t limit_bytes, Lz4Checksum checksum) {
  // A context that has met damage keeps some of it for the next frame, whatever is reset: only what
  // came through well is used again.
  thread_local Decompressor kept;
  Decompressor context = kept ? std::move(kept) : make_decompressor();
  prepare(out, bytes.size(), limit_bytes);
  size_t used = 0;
  bool at_frame_start = true;
  std::array<char, kMostHeader> header;
  do {
    std::string_view input = bytes;
    if (at_frame_start && checksum == Lz4Checksum::of_format_v0)
      if (size_t size = right_header(bytes, header)) input = {header.data(), size};
    size_t taken = input.size();
    size_t given = out.size() - used;
    size_t hint =
        LZ4F_decompress(context.get(), out.data() + used, &given, input.data(), &taken, nullptr);
    if (LZ4F_isError(hint)) throw DecodeError(std::string("lz4: ") + LZ4F_getErrorName(hint));
    used += given;
    bytes.remove_prefix(taken);
    at_frame_start = hint == 0;
    if (at_frame_start) continue;
    if (used == out.size()) {
      grow(out, limit_bytes);
    } else if (bytes.empty() && taken == 0 && given == 0) {
      throw DecodeError("lz4: ends within a frame");
    }
  } while (!bytes.empty() || !at_frame_start);
  out.resize(used);
  kept = std::move(context);
}

}  // namespace kt::compress_detail
