#include "output/stream/json_text.h"

#include <bit>
#include <charconv>
#include <cstring>

#include "base/base64.h"
#include "base/utf8.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace kt::stream {
namespace {

constexpr size_t kStep = 16;
constexpr size_t kChunk = 4096;  // input bytes between two looks at the room left

/// Copies 16 bytes and says which need care: controls, quote, backslash, anything beyond ASCII.
inline uint32_t copy_step(char* out, const char* in) {
#if defined(__x86_64__)
  __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(in));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(out), bytes);
  // Signed: bytes from 0x80 on are below zero, so one comparison finds them and the controls.
  __m128i care = _mm_or_si128(_mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20)),
                              _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')),
                                           _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'))));
  return static_cast<uint32_t>(_mm_movemask_epi8(care));
#else
  std::memcpy(out, in, kStep);
  uint32_t mask = 0;
  for (size_t i = 0; i < kStep; ++i) {
    auto byte = static_cast<signed char>(in[i]);
    mask |= static_cast<uint32_t>(byte < 0x20 || byte == '"' || byte == '\\') << i;
  }
  return mask;
#endif
}

bool needs_care(char c) { return static_cast<signed char>(c) < 0x20 || c == '"' || c == '\\'; }

#if defined(__x86_64__)
__attribute__((target("avx2"))) size_t copy_plain_avx2(char* out, const char* in, size_t size) {
  constexpr size_t kWideStep = 32;
  size_t done = 0;
  for (; size - done >= kWideStep; done += kWideStep) {
    __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(in + done));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + done), bytes);
    // Signed, as below.
    __m256i care =
        _mm256_or_si256(_mm256_cmpgt_epi8(_mm256_set1_epi8(0x20), bytes),
                        _mm256_or_si256(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('"')),
                                        _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\\'))));
    auto mask = static_cast<uint32_t>(_mm256_movemask_epi8(care));
    if (mask != 0) return done + static_cast<size_t>(std::countr_zero(mask));
  }
  return done + copy_plain_portable(out + done, in + done, size - done);
}
#endif

char* append_escape(char* at, uint32_t code_point) {
  constexpr std::string_view kHex = "0123456789abcdef";
  *at++ = '\\';
  switch (code_point) {
    case '"':
    case '\\':
      *at++ = static_cast<char>(code_point);
      return at;
    case '\n':
      *at++ = 'n';
      return at;
    case '\r':
      *at++ = 'r';
      return at;
    case '\t':
      *at++ = 't';
      return at;
  }
  *at++ = 'u';
  for (int shift = 12; shift >= 0; shift -= 4) *at++ = kHex[code_point >> shift & 15];
  return at;
}

/// One character that needs care, taken off `in`; null where it is not UTF-8.
char* append_special(char* at, const char*& in, const char* end) {
  auto byte = static_cast<unsigned char>(*in);
  if (byte < 0x80) {
    if (byte >= 0x20 && byte != '"' && byte != '\\') {
      *at++ = *in++;
      return at;
    }
    ++in;
    return append_escape(at, byte);
  }
  auto [value, bytes] = first_code_point({in, static_cast<size_t>(end - in)});
  if (bytes == 0) return nullptr;
  if (is_unsafe(value)) {
    in += bytes;
    return append_escape(at, value);
  }
  for (int i = 0; i < bytes; ++i) *at++ = *in++;
  return at;
}

/// The inside of a JSON string; false, with rubbish appended, where the bytes are not UTF-8.
bool append_escaped(OutputBuffer& out, std::string_view bytes) {
  const char* in = bytes.data();
  const char* end = in + bytes.size();
  while (in < end) {
    // A character of up to four bytes may start in the last byte of the chunk and grow sixfold.
    char* at = out.room(6 * kChunk + 64);
    const char* chunk_end = end - in > static_cast<ptrdiff_t>(kChunk) ? in + kChunk : end;
    while (in < chunk_end) {
      size_t plain = copy_plain(at, in, static_cast<size_t>(chunk_end - in));
      in += plain;
      at += plain;
      if (in == chunk_end) break;
      at = append_special(at, in, end);
      if (at == nullptr) return false;
      // Letters beyond ASCII come in runs; looking sixteen bytes ahead for each would be waste.
      while (in < chunk_end && static_cast<signed char>(*in) < 0) {
        at = append_special(at, in, end);
        if (at == nullptr) return false;
      }
    }
    out.advance_to(at);
  }
  return true;
}

}  // namespace

size_t copy_plain_portable(char* out, const char* in, size_t size) {
  size_t done = 0;
  for (; size - done >= kStep; done += kStep)
    if (uint32_t mask = copy_step(out + done, in + done))
      return done + static_cast<size_t>(std::countr_zero(mask));
  for (; done < size && !needs_care(in[done]); ++done) out[done] = in[done];
  return done;
}

size_t copy_plain(char* out, const char* in, size_t size) {
#if defined(__x86_64__)
  static const bool has_avx2 = __builtin_cpu_supports("avx2");
  if (has_avx2) return copy_plain_avx2(out, in, size);
#endif
  return copy_plain_portable(out, in, size);
}

void append_json_bytes(OutputBuffer& out, std::string_view bytes) {
  size_t before = out.size();
  out.append('"');
  if (append_escaped(out, bytes)) {
    out.append('"');
    return;
  }
  out.truncate(before);
  out.append(R"({"base64":")");
  out.advance_to(base64_to(out.room(base64_size(bytes.size())), bytes));
  out.append(R"("})");
}

void append_json_bytes(OutputBuffer& out, const Bytes& bytes) {
  if (bytes)
    append_json_bytes(out, *bytes);
  else
    out.append("null");
}

void append_number(OutputBuffer& out, int64_t number) {
  char* at = out.room(20);
  out.advance_to(std::to_chars(at, at + 20, number).ptr);
}

}  // namespace kt::stream
