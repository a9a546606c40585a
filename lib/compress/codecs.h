// The pair of functions of each codec, for codec.cpp alone; see codec.h for what they promise.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/buffer.h"
#include "compress/codec.h"

namespace kt::compress_detail {

void gzip(std::string_view bytes, std::string& out, std::optional<int> level);
void gunzip(std::string_view bytes, Buffer& out, size_t limit_bytes);

void snappy(std::string_view bytes, std::string& out);
void unsnappy(std::string_view bytes, Buffer& out, size_t limit_bytes);

void lz4(std::string_view bytes, std::string& out, std::optional<int> level, Lz4Checksum checksum);
void unlz4(std::string_view bytes, Buffer& out, size_t limit_bytes, Lz4Checksum checksum);

void zstd(std::string_view bytes, std::string& out, std::optional<int> level);
void unzstd(std::string_view bytes, Buffer& out, size_t limit_bytes);

/// Makes room in `out` before a first byte is decompressed: what it holds already, or a guess from
/// the input.
void prepare(Buffer& out, size_t input_bytes, size_t limit_bytes);
/// Throws DecodeError: the input gives more than the caller allows.
[[noreturn]] void too_much(size_t limit_bytes);
/// Doubles `out`, which is full, up to the limit; throws DecodeError where it is there already.
void grow(Buffer& out, size_t limit_bytes);

}  // namespace kt::compress_detail
