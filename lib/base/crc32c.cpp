#include "base/crc32c.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <array>
#include <cstddef>
#include <cstring>

namespace kt {
namespace {

constexpr uint32_t kPolynomial = 0x82f63b78;

constexpr std::array<std::array<uint32_t, 256>, 8> make_tables() {
  std::array<std::array<uint32_t, 256>, 8> tables{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) ? kPolynomial : 0);
    tables[0][i] = crc;
  }
  for (uint32_t i = 0; i < 256; ++i)
    for (size_t t = 1; t < 8; ++t)
      tables[t][i] = (tables[t - 1][i] >> 8) ^ tables[0][tables[t - 1][i] & 0xff];
  return tables;
}
constexpr auto kTables = make_tables();

/// The product of two polynomials modulo Castagnoli's, highest power in the lowest bit.
constexpr uint32_t multiply(uint32_t left, uint32_t right) {
  uint32_t product = 0;
  for (uint32_t bit = 1U << 31; bit != 0; bit >>= 1) {
    if (left & bit) product ^= right;
    right = (right >> 1) ^ ((right & 1) ? kPolynomial : 0);
  }
  return product;
}

/// x to the power of 8 * `bytes`: what a checksum is multiplied by when that many zeros follow.
constexpr uint32_t power_of_bytes(uint64_t bytes) {
  uint32_t power = 1U << 31, square = 1U << 23;  // 1, and x^8
  for (; bytes != 0; bytes >>= 1, square = multiply(square, square))
    if (bytes & 1) power = multiply(power, square);
  return power;
}

#if defined(__x86_64__)
// The instruction takes three cycles and can start every cycle: three lanes side by side. Long
// lanes are what processors read ahead well; short ones serve the rest.
constexpr size_t kLongLaneBytes = 4096, kShortLaneBytes = 256;

template <size_t kLaneBytes>
constexpr std::array<std::array<uint32_t, 256>, 4> make_lane_tables() {
  std::array<std::array<uint32_t, 256>, 4> tables{};
  uint32_t factor = power_of_bytes(kLaneBytes);
  for (uint32_t t = 0; t < 4; ++t)
    for (uint32_t bit = 1; bit < 256; bit <<= 1) {
      uint32_t product = multiply(factor, bit << (8 * t));
      for (uint32_t i = 0; i < bit; ++i) tables[t][bit + i] = product ^ tables[t][i];
    }
  return tables;
}
template <size_t kLaneBytes>
constexpr auto kLaneTables = make_lane_tables<kLaneBytes>();

/// The state after a lane of zeros.
template <size_t kLaneBytes>
uint32_t behind_lane(uint64_t state) {
  const auto& tables = kLaneTables<kLaneBytes>;
  return tables[0][state & 0xff] ^ tables[1][(state >> 8) & 0xff] ^
         tables[2][(state >> 16) & 0xff] ^ tables[3][(state >> 24) & 0xff];
}

uint64_t word_at(const char* at) {
  uint64_t word;
  std::memcpy(&word, at, 8);
  return word;
}

/// Takes all whole groups of three lanes off `bytes`.
template <size_t kLaneBytes>
__attribute__((target("sse4.2"))) uint64_t take_lanes(uint64_t state, std::string_view& bytes) {
  constexpr size_t kLineBytes = 64;
  for (; bytes.size() >= 3 * kLaneBytes; bytes.remove_prefix(3 * kLaneBytes)) {
    uint64_t second = 0, third = 0;
    const char* end = bytes.data() + kLaneBytes;
    for (const char* line = bytes.data(); line != end; line += kLineBytes) {
      for (size_t ahead = 3; ahead < 6; ++ahead) __builtin_prefetch(line + ahead * kLaneBytes);
      for (const char* lane = line; lane != line + kLineBytes; lane += 8) {
        state = __builtin_ia32_crc32di(state, word_at(lane));
        second = __builtin_ia32_crc32di(second, word_at(lane + kLaneBytes));
        third = __builtin_ia32_crc32di(third, word_at(lane + 2 * kLaneBytes));
      }
    }
    state = behind_lane<kLaneBytes>(state) ^ second;
    state = behind_lane<kLaneBytes>(state) ^ third;
  }
  return state;
}

/// Takes all whole blocks off `bytes`: each is multiplied by the power that it stands before the
/// next, without carries, and added to that; the last of them has the remainder of all. As in
/// "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ Instruction" (Intel, 2009).
__attribute__((target("avx512f,vpclmulqdq,sse4.2"))) uint64_t take_blocks(uint64_t state,
                                                                          std::string_view& bytes) {
  constexpr size_t kVectors = 4, kVectorBytes = 64, kBlockBytes = kVectors * kVectorBytes;
  constexpr size_t kWorthwhileBytes = 4 * kBlockBytes;
  if (bytes.size() < kWorthwhileBytes) return state;
  // For the two words of a lane; a product of reflected numbers is one bit short.
  constexpr uint64_t kFirst = uint64_t{power_of_bytes(kBlockBytes + 4)} << 1;
  constexpr uint64_t kSecond = uint64_t{power_of_bytes(kBlockBytes - 4)} << 1;
  constexpr std::array kPowers{kFirst, kSecond, kFirst, kSecond, kFirst, kSecond, kFirst, kSecond};
  const __m512i powers = _mm512_loadu_si512(kPowers.data());
  __m512i block[kVectors];
  for (size_t i = 0; i < kVectors; ++i)
    block[i] = _mm512_loadu_si512(bytes.data() + i * kVectorBytes);
  block[0] = _mm512_xor_si512(
      block[0], _mm512_zextsi128_si512(_mm_cvtsi64_si128(static_cast<int64_t>(state))));
  bytes.remove_prefix(kBlockBytes);
  for (; bytes.size() >= kBlockBytes; bytes.remove_prefix(kBlockBytes))
    for (size_t i = 0; i < kVectors; ++i) {
      constexpr int kXorOfThree = 0x96, kFirstWords = 0x00, kSecondWords = 0x11;
      block[i] = _mm512_ternarylogic_epi64(_mm512_clmulepi64_epi128(block[i], powers, kFirstWords),
                                           _mm512_clmulepi64_epi128(block[i], powers, kSecondWords),
                                           _mm512_loadu_si512(bytes.data() + i * kVectorBytes),
                                           kXorOfThree);
    }
  std::array<uint64_t, kBlockBytes / 8> words;
  for (size_t i = 0; i < kVectors; ++i) _mm512_storeu_si512(&words[i * kVectorBytes / 8], block[i]);
  state = 0;
  for (uint64_t word : words) state = __builtin_ia32_crc32di(state, word);
  return state;
}

__attribute__((target("sse4.2"))) uint32_t crc32c_sse42(std::string_view bytes, uint32_t crc) {
  static const bool has_wide_products =
      __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("vpclmulqdq");
  uint64_t state = ~crc;
  if (has_wide_products) state = take_blocks(state, bytes);
  state = take_lanes<kLongLaneBytes>(state, bytes);
  state = take_lanes<kShortLaneBytes>(state, bytes);
  for (; bytes.size() >= 8; bytes.remove_prefix(8))
    state = __builtin_ia32_crc32di(state, word_at(bytes.data()));
  auto tail = static_cast<uint32_t>(state);
  for (char byte : bytes) tail = __builtin_ia32_crc32qi(tail, static_cast<unsigned char>(byte));
  return ~tail;
}
#endif

}  // namespace

uint32_t crc32c_portable(std::string_view bytes, uint32_t crc) {
  crc = ~crc;
  const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
  size_t left = bytes.size();
  for (; left >= 8; left -= 8, at += 8) {
    uint32_t low = crc ^ (at[0] | at[1] << 8 | at[2] << 16 | static_cast<uint32_t>(at[3]) << 24);
    crc = kTables[7][low & 0xff] ^ kTables[6][(low >> 8) & 0xff] ^ kTables[5][(low >> 16) & 0xff] ^
          kTables[4][low >> 24] ^ kTables[3][at[4]] ^ kTables[2][at[5]] ^ kTables[1][at[6]] ^
          kTables[0][at[7]];
  }
  for (; left > 0; --left, ++at) crc = (crc >> 8) ^ kTables[0][(crc ^ *at) & 0xff];
  return ~crc;
}

uint32_t crc32c(std::string_view bytes, uint32_t crc) {
#if defined(__x86_64__)
  static const bool has_sse42 = __builtin_cpu_supports("sse4.2");
  if (has_sse42) return crc32c_sse42(bytes, crc);
#endif
  return crc32c_portable(bytes, crc);
}

uint32_t crc32c_after_change(uint32_t crc, std::string_view difference, uint64_t bytes_after) {
  // Both checksums begin and end with the same inversions, which cancel each other out.
  uint32_t state = ~crc32c(difference, ~0U);
  return crc ^ multiply(power_of_bytes(bytes_after), state);
}

}  // namespace kt
