#include "migrate/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "client/offsets.h"
#include "mirror/record_stream.h"
#include "protocol/errors.h"

namespace kt::migrate {
namespace {

constexpr size_t kReadBytes = 1 << 20;

/// The records of one source in one partition of the target.
class SourceRecords {
 public:
  SourceRecords(Cluster& target, const TopicPartition& partition, int64_t start, int64_t end,
                const mirror::RunIds* ids)
      : records_(target, partition, start, end), ids_(ids) {
    advance();
  }

  /// Null behind the last.
  const RecordView* current() const { return current_; }
  /// Its run, where brokers keep them.
  std::optional<mirror::Run> run() const { return run_; }
  void advance() {
    while ((current_ = records_.next()) != nullptr) {
      if (ids_ == nullptr) return;
      run_ = ids_->run_of(records_.batch().producer_id(), records_.batch().producer_epoch());
      if (run_) return;
    }
  }

 private:
  mirror::RecordStream records_;
  const mirror::RunIds* ids_;
  const RecordView* current_ = nullptr;
  std::optional<mirror::Run> run_;
};

using Streams = std::vector<std::unique_ptr<SourceRecords>>;

/// One to one there is but the source's own.
Streams open_streams(Cluster& target, const std::string& topic, const Router::Options& routing,
                     const mirror::RunIds& ids) {
  Streams streams(static_cast<size_t>(routing.partitions));
  for (int32_t number = 0; number < routing.partitions; ++number) {
    if (routing.mapping == Mapping::one_to_one && number != routing.own_partition) continue;
    TopicPartition partition{topic, number};
    auto ends = list_offsets(target, {{partition, kEarliest}, {partition, kLatest}});
    for (const auto& end : ends)
      if (end.error_code != 0)
        throw Error(fmt::format("the offsets of {} are not told: {}", name_of(partition),
                                error_text(end.error_code)));
    streams[static_cast<size_t>(number)] = std::make_unique<SourceRecords>(
        target, partition, ends[0].offset, ends[1].offset, routing.has_runs ? &ids : nullptr);
  }
  return streams;
}

}  // namespace

Comparison compare(Cluster& target, const std::string& topic, Router::Options routing,
                   const mirror::RunIds& ids, legacy::Log& log, int64_t start) {
  auto streams = open_streams(target, topic, routing, ids);
  std::optional<mirror::Run> first;
  for (const auto& stream : streams)
    if (stream && stream->run() && (!first || *stream->run() < *first)) first = stream->run();
  Comparison comparison;
  comparison.start = first ? first->start : start;
  Router router(routing);
  router.begin({comparison.start});
  legacy::LogReader reader(log, comparison.start, kReadBytes);
  // A target before 2.5 that forgot who wrote got a new run earlier.
  auto begins_run = [&](int64_t position) {
    return std::any_of(streams.begin(), streams.end(), [&](const auto& stream) {
      return stream && stream->current() != nullptr && stream->run() == mirror::Run{position};
    });
  };
  while (auto entry = reader.next()) {
    if (router.is_full(entry->position) || begins_run(entry->position))
      router.begin({entry->position});
    if (entry->messages == nullptr) {
      ++comparison.damaged;
      continue;
    }
    for (auto message : *entry->messages) {
      auto partition = router.next(message);
      auto& stream = *streams[static_cast<size_t>(partition)];
      const auto* record = stream.current();
      if (record == nullptr || record->key || record->value != message) {
        comparison.difference = {
            record == nullptr ? Difference::Kind::missing : Difference::Kind::different,
            entry->position, partition, record == nullptr ? -1 : record->offset};
        comparison.end = entry->position;
        return comparison;
      }
      ++comparison.records;
      stream.advance();
    }
  }
  comparison.end = reader.position();
  for (size_t number = 0; number < streams.size(); ++number)
    if (streams[number] && streams[number]->current() != nullptr)
      comparison.difference = {Difference::Kind::surplus, comparison.end,
                               static_cast<int32_t>(number), streams[number]->current()->offset};
  return comparison;
}

int64_t offset_of(Cluster& target, const TopicPartition& partition, legacy::Log& log,
                  int64_t position, int64_t copied_to) {
  auto ends = list_offsets(target, {{partition, kEarliest}, {partition, kLatest}});
  for (const auto& end : ends)
    if (end.error_code != 0) throw Error(error_text(end.error_code));
  int64_t count = 0;
  std::optional<std::string> first;
  legacy::LogReader reader(log, std::max(position, log.start()), kReadBytes);
  while (auto entry = reader.next()) {
    if (entry->position >= copied_to) break;
    if (entry->messages == nullptr) continue;
    count += static_cast<int64_t>(entry->messages->size());
    if (!first && !entry->messages->empty()) first = entry->messages->front();
  }
  auto offset = std::max(ends[0].offset, ends[1].offset - count);
  if (!first || offset > ends[1].offset - count) return offset;
  mirror::RecordStream records(target, partition, offset, offset + 1);
  const auto* record = records.next();
  if (record == nullptr || record->value != *first)
    throw Error(fmt::format("offset {} is not the message at byte {}", offset, position),
                Exit::failed, "somebody else has written behind what was copied");
  return offset;
}

}  // namespace kt::migrate
