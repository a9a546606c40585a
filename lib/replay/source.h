// Where replayed records come from: partitions of a living cluster, or segment files without a
// broker. Both give record batches as a consumer does.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/position.h"
#include "client/consumer.h"

namespace kt::replay {

/// What is replayed of one partition; `end` is exclusive.
struct Range {
  TopicPartition partition;
  int64_t start = 0;
  int64_t end = INT64_MAX;
};

class Source {
 public:
  virtual ~Source() = default;

  /// The next batches of any partition that is not paused; nothing at the deadline, or when
  /// finished(). The bytes are good until next() is called while their partition is not paused.
  virtual std::optional<FetchedChunk> next(Deadline deadline) = 0;
  virtual void pause(const TopicPartition& partition, bool paused) = 0;
  /// Whether every partition has come out up to its end.
  virtual bool finished() const = 0;
};

/// The ranges of a cluster's partitions.
class ClusterSource final : public Source {
 public:
  ClusterSource(Cluster& cluster, const ConsumerOptions& options, const std::vector<Range>& ranges);

  std::optional<FetchedChunk> next(Deadline deadline) override;
  void pause(const TopicPartition& partition, bool paused) override;
  bool finished() const override;

 private:
  bool has_any_ = false;
  Consumer consumer_;
};

/// The segment files of one partition, by offset.
struct PartitionFiles {
  struct Segment {
    int64_t base_offset;
    std::string path;
  };
  TopicPartition partition;
  std::vector<Segment> segments;
};

/// What a path holds of a topic: a log directory its partition directories, a partition directory
/// its segments, a segment file itself. Throws a usage error where there is nothing of it.
std::vector<PartitionFiles> find_files(const std::string& path, const std::string& topic);

/// Where the files begin and end: the first offset, and the one after the last whole batch.
std::pair<int64_t, int64_t> ends_of(const PartitionFiles& files);

/// Where a position is in the files, never outside of what they hold; a time is the first record
/// at or after it, or the end.
int64_t offset_in(const PartitionFiles& files, const Position& position);

class FileSource final : public Source {
 public:
  FileSource(const std::vector<PartitionFiles>& files, const std::vector<Range>& ranges);
  ~FileSource() override;

  std::optional<FetchedChunk> next(Deadline deadline) override;
  void pause(const TopicPartition& partition, bool paused) override;
  bool finished() const override;

 private:
  struct Reading;

  std::vector<std::unique_ptr<Reading>> readings_;
  size_t turn_ = 0;
};

}  // namespace kt::replay
