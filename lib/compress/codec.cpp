#include "compress/codec.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/bytes.h"
#include "compress/codecs.h"

namespace kt {
namespace {

constexpr std::array<std::string_view, 5> kNames = {"none", "gzip", "snappy", "lz4", "zstd"};

}  // namespace

std::string_view codec_name(Codec codec) {
  auto index = static_cast<size_t>(codec);
  return index < kNames.size() ? kNames[index] : "unknown";
}

std::optional<Codec> codec_named(std::string_view name) {
  auto found = std::find(kNames.begin(), kNames.end(), name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<Codec>(found - kNames.begin());
}

void compress(Compression how, std::string_view bytes, std::string& out, Lz4Checksum lz4_checksum) {
  switch (how.codec) {
    case Codec::none:
      out.append(bytes);
      return;
    case Codec::gzip:
      return compress_detail::gzip(bytes, out, how.level);
    case Codec::snappy:
      return compress_detail::snappy(bytes, out);
    case Codec::lz4:
      return compress_detail::lz4(bytes, out, how.level, lz4_checksum);
    case Codec::zstd:
      return compress_detail::zstd(bytes, out, how.level);
  }
  throw Error("compression codec " + std::to_string(static_cast<int>(how.codec)) +
              " does not exist");
}

void decompress(Codec codec, std::string_view bytes, Buffer& out, size_t limit_bytes,
                Lz4Checksum lz4_checksum) {
  switch (codec) {
    case Codec::none:
      if (bytes.size() > limit_bytes) compress_detail::too_much(limit_bytes);
      out.resize(bytes.size());
      if (!bytes.empty()) std::memcpy(out.data(), bytes.data(), bytes.size());
      return;
    case Codec::gzip:
      return compress_detail::gunzip(bytes, out, limit_bytes);
    case Codec::snappy:
      return compress_detail::unsnappy(bytes, out, limit_bytes);
    case Codec::lz4:
      return compress_detail::unlz4(bytes, out, limit_bytes, lz4_checksum);
    case Codec::zstd:
      return compress_detail::unzstd(bytes, out, limit_bytes);
  }
  throw DecodeError("compression codec " + std::to_string(static_cast<int>(codec)) +
                    " does not exist");
}

namespace compress_detail {

void prepare(Buffer& out, size_t input_bytes, size_t limit_bytes) {
  constexpr size_t kLeastBytes = 64 << 10;
  constexpr size_t kUsualRatio = 4;
  out.resize(0);  // what it holds need not be kept
  size_t guess = std::max(kLeastBytes, input_bytes * kUsualRatio);
  out.resize(std::min(limit_bytes, std::max(out.capacity(), guess)));
}

void too_much(size_t limit_bytes) {
  throw DecodeError("decompresses to more than the " + std::to_string(limit_bytes) +
                    " bytes allowed");
}

void grow(Buffer& out, size_t limit_bytes) {
  if (out.size() >= limit_bytes) too_much(limit_bytes);
  out.resize(std::min(limit_bytes, out.size() * 2));
}

}  // namespace compress_detail
}  // namespace kt
