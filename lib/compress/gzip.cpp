// gzip (RFC 1952) through zlib; several members in a row count as one stream, as Java reads them.
#define ZLIB_CONST
#include <zlib.h>

#include <limits>

#include "base/bytes.h"
#include "compress/codecs.h"

namespace kt::compress_detail {
namespace {

constexpr int kGzipWindow = 15 + 16;

struct Deflater {
  z_stream stream{};
  int level;

  explicit Deflater(int wanted_level) : level(wanted_level) {
    constexpr int kMemoryLevel = 8;
    if (deflateInit2(&stream, level, Z_DEFLATED, kGzipWindow, kMemoryLevel, Z_DEFAULT_STRATEGY) !=
        Z_OK)
      throw Error("gzip: level " + std::to_string(level) + " is not between 0 and 9");
  }
  ~Deflater() { deflateEnd(&stream); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;
};

struct Inflater {
  z_stream stream{};

  Inflater() {
    if (inflateInit2(&stream, kGzipWindow) != Z_OK) throw Error("gzip: out of memory");
  }
  ~Inflater() { inflateEnd(&stream); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
};

/// zlib counts in 32 bits; batches do as well, so that this never splits one.
uInt counted(size_t size) {
  if (size > std::numeric_limits<uInt>::max()) throw Error("gzip: more than 4 GiB at once");
  return static_cast<uInt>(size);
}

}  // namespace

void gzip(std::string_view bytes, std::string& out, std::optional<int> level) {
  thread_local std::optional<Deflater> kept;
  int wanted = level.value_or(Z_DEFAULT_COMPRESSION);
  if (!kept || kept->level != wanted) kept.emplace(wanted);
  z_stream& stream = kept->stream;
  deflateReset(&stream);
  size_t start = out.size();
  out.resize(start + deflateBound(&stream, bytes.size()));
  stream.next_in = reinterpret_cast<const Bytef*>(bytes.data());
  stream.avail_in = counted(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data() + start);
  stream.avail_out = counted(out.size() - start);
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) throw Error("gzip: compression failed");
  out.resize(start + stream.total_out);
}

void gunzip(std::string_view bytes, Buffer& out, size_t limit_bytes) {
  thread_local Inflater kept;
  z_stream& stream = kept.stream;
  inflateReset(&stream);
  prepare(out, bytes.size(), limit_bytes);
  size_t used = 0;
  stream.next_in = reinterpret_cast<const Bytef*>(bytes.data());
  stream.avail_in = counted(bytes.size());
  for (;;) {
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + used);
    stream.avail_out = counted(out.size() - used);
    int result = inflate(&stream, Z_NO_FLUSH);
    used = out.size() - stream.avail_out;
    if (result == Z_STREAM_END) {
      if (stream.avail_in == 0) break;
      inflateReset(&stream);
    } else if (result == Z_OK || result == Z_BUF_ERROR) {
      if (stream.avail_out > 0) throw DecodeError("gzip: ends within the stream");
      grow(out, limit_bytes);
    } else {
      throw DecodeError(std::string("gzip: ") + (stream.msg ? stream.msg : "damaged stream"));
    }
  }
  out.resize(used);
}

}  // namespace kt::compress_detail
