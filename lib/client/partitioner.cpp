#include "client/partitioner.h"

#include <array>
#include <cstring>
#include <iterator>
#include <utility>

namespace kt {
namespace {

constexpr std::array<uint32_t, 256> make_crc32_table() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) ? 0xedb88320 : 0);
    table[i] = crc;
  }
  return table;
}
constexpr auto kCrc32 = make_crc32_table();

}  // namespace

int32_t murmur2(std::string_view bytes) {
  constexpr uint32_t kMultiplier = 0x5bd1e995;
  constexpr uint32_t kSeed = 0x9747b28c;
  auto length = static_cast<uint32_t>(bytes.size());
  uint32_t hash = kSeed ^ length;
  const char* at = bytes.data();
  for (; length >= 4; at += 4, length -= 4) {
    auto byte = [&](int i) { return static_cast<uint32_t>(static_cast<unsigned char>(at[i])); };
    uint32_t word = byte(0) | byte(1) << 8 | byte(2) << 16 | byte(3) << 24;
    word *= kMultiplier;
    word ^= word >> 24;
    word *= kMultiplier;
    hash = hash * kMultiplier ^ word;
  }
  if (length > 0) {
    for (uint32_t i = length; i-- > 0;)
      hash ^= static_cast<uint32_t>(static_cast<unsigned char>(at[i])) << (8 * i);
    hash *= kMultiplier;
  }
  hash ^= hash >> 13;
  hash *= kMultiplier;
  hash ^= hash >> 15;
  return static_cast<int32_t>(hash);
}

uint32_t crc32_of_key(std::string_view bytes) {
  uint32_t crc = ~0U;
  for (char c : bytes) crc = (crc >> 8) ^ kCrc32[(crc ^ static_cast<unsigned char>(c)) & 0xff];
  return ~crc;
}

std::optional<Partitioning> partitioning_named(std::string_view name) {
  for (size_t i = 0; i < std::size(kPartitioningNames); ++i)
    if (kPartitioningNames[i] == name) return static_cast<Partitioning>(i);
  return std::nullopt;
}

Partitioner::Partitioner(Partitioning partitioning, size_t batch_bytes, uint64_t seed)
    : partitioning_(partitioning), batch_bytes_(batch_bytes), random_(seed) {}

void Partitioner::set_partitions(int32_t count, std::vector<int32_t> with_leader) {
  count_ = count;
  with_leader_ = std::move(with_leader);
  if (with_leader_.empty())
    for (int32_t partition = 0; partition < count; ++partition) with_leader_.push_back(partition);
  sticky_partition_ = -1;
}

int32_t Partitioner::choose(std::optional<std::string_view> key, size_t record_bytes) {
  switch (partitioning_) {
    case Partitioning::java:
      if (key) return (murmur2(*key) & 0x7fffffff) % count_;
      return sticky(record_bytes);
    case Partitioning::librdkafka:
      if (key && !key->empty())
        return static_cast<int32_t>(crc32_of_key(*key) % static_cast<uint32_t>(count_));
      return sticky(record_bytes);
    case Partitioning::sticky:
      return sticky(record_bytes);
    case Partitioning::round_robin:
      return with_leader_[next_++ % with_leader_.size()];
    case Partitioning::random:
      return any();
  }
  return 0;
}

int32_t Partitioner::any() { return with_leader_[random_() % with_leader_.size()]; }

int32_t Partitioner::sticky(size_t record_bytes) {
  if (sticky_partition_ < 0 || sticky_bytes_ >= batch_bytes_) {
    int32_t before = sticky_partition_;
    do sticky_partition_ = any();
    while (sticky_partition_ == before && with_leader_.size() > 1);
    sticky_bytes_ = 0;
  }
  sticky_bytes_ += record_bytes;
  return sticky_partition_;
}

}  // namespace kt
