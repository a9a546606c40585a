#include "legacy/message_set.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.h"
#include "compress/codec.h"
#include "compress/crc32.h"

namespace kt::legacy {
namespace {

constexpr size_t kLengthBytes = 4, kMagicAt = kLengthBytes, kAttributesAt = kMagicAt + 1;
constexpr size_t kMaxDepth = 8;
constexpr uint8_t kCodecMask = 0x03;

/// The bytes of an entry before its payload, the length among them.
size_t header_bytes(int8_t magic) { return magic == 0 ? 9 : 10; }

enum class Verdict { sound, wrong_crc, no_entry, unknown };

struct Judged {
  Verdict verdict;
  size_t size_bytes = 0;  ///< of the entry; of `unknown`, how many bytes it takes to know
  std::string reason = {};
};

/// Whether an entry begins here; nothing is unpacked.
Judged judge(std::string_view bytes, bool is_all, size_t limit_bytes) {
  auto ends_early = [&](size_t needed) -> Judged {
    if (!is_all) return {Verdict::unknown, needed};
    return {Verdict::no_entry, 0, "it ends within a message"};
  };
  if (bytes.size() <= kMagicAt) return ends_early(kMagicAt + 1);
  auto length = load_big_endian<int32_t>(bytes.data());
  auto magic = static_cast<int8_t>(bytes[kMagicAt]);
  if (magic != 0 && magic != 1) return {Verdict::no_entry, 0, fmt::format("magic {}", magic)};
  auto header = header_bytes(magic);
  if (length < 0 || static_cast<size_t>(length) + kLengthBytes < header ||
      static_cast<size_t>(length) > limit_bytes)
    return {Verdict::no_entry, 0, fmt::format("length {}", length)};
  size_t size = kLengthBytes + static_cast<size_t>(length);
  if (bytes.size() < size) return ends_early(size);
  auto stored = load_big_endian<uint32_t>(bytes.data() + header - sizeof(uint32_t));
  if (crc32(bytes.substr(header, size - header)) != stored)
    return {Verdict::wrong_crc, size, "the checksum does not fit"};
  return {Verdict::sound, size};
}

}  // namespace

Front EntryReader::front(std::string_view bytes, bool is_all) {
  messages_.clear();
  buffers_used_ = unpacked_bytes_ = 0;
  if (bytes.empty()) {
    if (is_all) return {};
    return {Front::Kind::more, kMagicAt + 1};
  }
  auto judged = judge(bytes, is_all, limits_.entry_bytes);
  switch (judged.verdict) {
    case Verdict::unknown:
      return {Front::Kind::more, judged.size_bytes};
    case Verdict::wrong_crc:
    case Verdict::no_entry:
      return damage(bytes, is_all, judged.size_bytes, std::move(judged.reason));
    case Verdict::sound:
      break;
  }
  try {
    unpack(bytes.substr(0, judged.size_bytes), 0);
  } catch (const DecodeError& error) {
    messages_.clear();
    return {Front::Kind::damage, judged.size_bytes, error.message()};
  }
  return {Front::Kind::messages, judged.size_bytes};
}

/// Up to the next place that has a sound entry, or to the end. `trusted`: where the damaged entry
/// says that it ends, 0 where it says nothing of use; that place is asked first.
Front EntryReader::damage(std::string_view bytes, bool is_all, size_t trusted,
                          std::string reason) const {
  auto judge_at = [&](size_t at) { return judge(bytes.substr(at), is_all, limits_.entry_bytes); };
  if (trusted > 0) {
    if (trusted == bytes.size() && is_all) return {Front::Kind::damage, trusted, std::move(reason)};
    auto next = judge_at(trusted);
    if (next.verdict == Verdict::unknown) return {Front::Kind::more, trusted + next.size_bytes};
    if (next.verdict == Verdict::sound) return {Front::Kind::damage, trusted, std::move(reason)};
  }
  for (size_t at = 1; at < bytes.size(); ++at) {
    if (at == limits_.entry_bytes) return {Front::Kind::damage, at, std::move(reason)};
    auto next = judge_at(at);
    if (next.verdict == Verdict::unknown) return {Front::Kind::more, at + next.size_bytes};
    if (next.verdict == Verdict::sound) return {Front::Kind::damage, at, std::move(reason)};
  }
  if (is_all) return {Front::Kind::damage, bytes.size(), std::move(reason)};
  return {Front::Kind::more, 2 * bytes.size()};
}

/// Adds the messages of a sound entry.
void EntryReader::unpack(std::string_view entry, size_t depth) {
  auto magic = static_cast<int8_t>(entry[kMagicAt]);
  auto payload = entry.substr(header_bytes(magic));
  int codec = magic == 0 ? 0 : static_cast<uint8_t>(entry[kAttributesAt]) & kCodecMask;
  if (codec == 0) {
    messages_.push_back(payload);
    return;
  }
  if (codec != static_cast<int>(Codec::gzip) && codec != static_cast<int>(Codec::snappy))
    throw DecodeError(fmt::format("codec {} is not known to Kafka 0.7", codec));
  if (depth == kMaxDepth) throw DecodeError("sets within sets, too deep");
  if (buffers_used_ == buffers_.size()) buffers_.emplace_back();
  auto& buffer = buffers_[buffers_used_++];
  decompress(static_cast<Codec>(codec), payload, buffer, limits_.unpacked_bytes - unpacked_bytes_);
  unpacked_bytes_ += buffer.size();
  auto inner = buffer.view();
  while (!inner.empty()) {
    auto judged = judge(inner, true, limits_.entry_bytes);
    if (judged.verdict != Verdict::sound)
      throw DecodeError("a message within the compressed set: " + judged.reason);
    unpack(inner.substr(0, judged.size_bytes), depth + 1);
    inner.remove_prefix(judged.size_bytes);
  }
}

}  // namespace kt::legacy
