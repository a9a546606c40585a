// Kafka's compression codecs, each with the framing that Kafka puts around it: gzip plain; snappy
// in blocks behind the header of xerial's Java library; lz4 as LZ4 frames of independent 64 KiB
// blocks; zstd plain. Reading also takes what other clients write: bare snappy, frames of any block
// size, several frames in a row. Contexts are kept per thread, so that nothing is allocated once
// buffers have grown to size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/buffer.h"

namespace kt {

/// The codec of a batch; the value is what bits 0-2 of its attributes hold.
enum class Codec : uint8_t { none = 0, gzip = 1, snappy = 2, lz4 = 3, zstd = 4 };

/// "none", "gzip", "snappy", "lz4", "zstd", as Kafka's configuration spells them.
std::string_view codec_name(Codec codec);
std::optional<Codec> codec_named(std::string_view name);

/// How to compress. Without a level each library takes its own default; snappy has none.
struct Compression {
  Codec codec = Codec::none;
  std::optional<int> level = {};
};

/// The header checksum of lz4 frames: brokers and clients before 0.10 (message format v0) compute
/// it over too many bytes and refuse the right one.
enum class Lz4Checksum : uint8_t { right, of_format_v0 };

/// Appends `bytes` compressed to `out`.
void compress(Compression how, std::string_view bytes, std::string& out,
              Lz4Checksum lz4_checksum = Lz4Checksum::right);

/// Fills `out` with `bytes` decompressed; throws DecodeError where they are damaged or give more
/// than `limit_bytes`. `of_format_v0` takes any header checksum.
void decompress(Codec codec, std::string_view bytes, Buffer& out, size_t limit_bytes,
                Lz4Checksum lz4_checksum = Lz4Checksum::right);

}  // namespace kt
