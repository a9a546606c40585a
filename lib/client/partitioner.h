// Which partition a record goes to. Keys are hashed as the Java client does (murmur2) or as
// librdkafka does (crc32), so that a key keeps its partition whoever writes it; records without a
// key stay with one partition until a batch is full ("sticky"), as both clients do by default.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string_view>
#include <vector>

namespace kt {

/// The hash of Java's client, 32 bits, signed there.
int32_t murmur2(std::string_view bytes);
/// CRC-32 (zlib's), the hash of librdkafka's default partitioner.
uint32_t crc32_of_key(std::string_view bytes);

enum class Partitioning {
  java,         ///< murmur2 of the key; sticky without one
  librdkafka,   ///< crc32 of the key; sticky without one or where it is empty
  sticky,       ///< keys are ignored
  round_robin,  ///< record by record
  random,       ///< record by record
};

/// The choices by the names users give.
std::optional<Partitioning> partitioning_named(std::string_view name);
inline constexpr std::string_view kPartitioningNames[] = {"java", "librdkafka", "sticky",
                                                          "round-robin", "random"};

class Partitioner {
 public:
  /// `batch_bytes`: after so many bytes a sticky choice moves on.
  Partitioner(Partitioning partitioning, size_t batch_bytes,
              uint64_t seed = std::random_device{}());

  /// The topic's partitions: all of them count for hashes, those with a leader for free choices.
  void set_partitions(int32_t count, std::vector<int32_t> with_leader);

  int32_t choose(std::optional<std::string_view> key, size_t record_bytes);

 private:
  int32_t any();
  int32_t sticky(size_t record_bytes);

  Partitioning partitioning_;
  size_t batch_bytes_;
  std::mt19937_64 random_;
  int32_t count_ = 1;
  std::vector<int32_t> with_leader_{0};
  int32_t sticky_partition_ = -1;
  size_t sticky_bytes_ = 0;
  size_t next_ = 0;
};

}  // namespace kt
