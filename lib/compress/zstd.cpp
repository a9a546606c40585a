// zstd frames. The library bounds what a frame can give from its block headers, so that one call
// fills the buffer.
#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <memory>

#include "base/bytes.h"
#include "compress/codecs.h"

namespace kt::compress_detail {
namespace {

struct FreeContext {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

}  // namespace

void zstd(std::string_view bytes, std::string& out, std::optional<int> level) {
  thread_local std::unique_ptr<ZSTD_CCtx, FreeContext> context(ZSTD_createCCtx());
  size_t start = out.size();
  out.resize(start + ZSTD_compressBound(bytes.size()));
  size_t size = ZSTD_compressCCtx(context.get(), out.data() + start, out.size() - start,
                                  bytes.data(), bytes.size(), level.value_or(ZSTD_CLEVEL_DEFAULT));
  if (ZSTD_isError(size)) throw Error(std::string("zstd: ") + ZSTD_getErrorName(size));
  out.resize(start + size);
}

void unzstd(std::string_view bytes, Buffer& out, size_t limit_bytes) {
  thread_local std::unique_ptr<ZSTD_DCtx, FreeContext> context(ZSTD_createDCtx());
  auto bound = ZSTD_decompressBound(bytes.data(), bytes.size());
  if (bytes.empty() || bound == ZSTD_CONTENTSIZE_ERROR)
    throw DecodeError("zstd: damaged or incomplete frame");
  out.resize(0);
  // Memory that is never written to costs nothing, so that a bound far too high does no harm.
  out.resize(std::min<unsigned long long>(bound, limit_bytes));
  size_t size =
      ZSTD_decompressDCtx(context.get(), out.data(), out.size(), bytes.data(), bytes.size());
  if (ZSTD_isError(size)) {
    bool full = ZSTD_getErrorCode(size) == ZSTD_error_dstSize_tooSmall;
    if (full && bound > limit_bytes) too_much(limit_bytes);
    throw DecodeError(std::string("zstd: ") + ZSTD_getErrorName(size));
  }
  out.resize(size);
}

}  // namespace kt::compress_detail
