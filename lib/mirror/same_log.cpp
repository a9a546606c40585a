#include "mirror/same_log.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <string>
#include <thread>

#include "mirror/peek.h"
#include "net/error.h"
#include "protocol/records/record_reader.h"

namespace kt::mirror {
namespace {

/// Batches of others at the target's end that are looked past.
constexpr int kMostForeignBatches = 20;
/// Far clusters answer slowly, and there may be thousands of partitions.
constexpr size_t kThreads = 8;

struct LastRecord {
  std::optional<std::string> key, value;
  std::optional<int64_t> timestamp_ms;  ///< where its writer gave it

  LastRecord(const RecordView& record, const BatchView& batch)
      : key(record.key), value(record.value) {
    if (record.timestamp_ms >= 0 && batch.timestamp_type() == TimestampType::create)
      timestamp_ms = record.timestamp_ms;
  }
  bool differs(const LastRecord& other) const {
    if (key != other.key || value != other.value) return true;
    return timestamp_ms && other.timestamp_ms && timestamp_ms != other.timestamp_ms;
  }
};

std::optional<LastRecord> last_copied(Cluster& target, const TargetPartition& partition,
                                      const TargetPosition& at) {
  auto abilities = abilities_of(target);
  int64_t offset = at.latest - 1;
  for (int i = 0; i < kMostForeignBatches && offset >= at.earliest; ++i) {
    auto peeked = peek(target, partition.partition, offset);
    if (!peeked) return std::nullopt;
    const auto& batch = peeked->batch;
    auto end = partition.ids.source_end(batch);
    if (!end) {
      offset = std::min(offset, batch.base_offset()) - 1;
      continue;
    }
    if (end != at.source_position || may_hide_holes(batch, abilities)) return std::nullopt;
    std::optional<LastRecord> last;
    RecordReader reader(batch.bytes(), {});
    // Where the target was compacted the batch may have lost its last record.
    while (const auto* record = reader.next())
      if (record->offset == batch.last_offset()) last.emplace(*record, reader.batch());
    return last;
  }
  return std::nullopt;
}

std::optional<LastRecord> record_at(Cluster& source, const TopicPartition& partition,
                                    int64_t offset) {
  auto peeked = peek(source, partition, offset);
  if (!peeked) return std::nullopt;
  RecordReader reader(peeked->batch.bytes(), {.from_offset = offset});
  const auto* record = reader.next();
  if (record == nullptr || record->offset != offset) return std::nullopt;
  return LastRecord(*record, reader.batch());
}

}  // namespace

bool is_same_log(Cluster& source, Cluster& target, const TargetPartition& partition,
                 const TargetPosition& at) {
  try {
    auto here = record_at(source, partition.source, *at.source_position - 1);
    if (!here) return true;
    auto there = last_copied(target, partition, at);
    return !there || !here->differs(*there);
  } catch (const net::NetError&) {
    throw;
  } catch (const Error&) {
    return true;
  }
}

std::vector<bool> are_same_logs(Cluster& source, Cluster& target,
                                const std::vector<TargetPartition>& partitions,
                                const std::vector<TargetPosition>& at,
                                const std::vector<int64_t>& earliest) {
  std::vector<char> same(partitions.size(), 1);
  if (!abilities_of(target).has_sequences) return {same.begin(), same.end()};
  std::vector<size_t> told;
  for (size_t i = 0; i < partitions.size(); ++i)
    if (!at[i].error && at[i].source_position.value_or(0) > earliest[i]) told.push_back(i);
  std::atomic<size_t> next = 0;
  std::mutex mutex;
  std::exception_ptr failure;
  auto work = [&] {
    for (size_t n = next++; n < told.size(); n = next++) try {
        size_t i = told[n];
        same[i] = is_same_log(source, target, partitions[i], at[i]) ? 1 : 0;
      } catch (...) {
        std::lock_guard lock(mutex);
        failure = std::current_exception();
        return;
      }
  };
  std::vector<std::thread> threads;
  for (size_t i = 1; i < std::min(kThreads, told.size()); ++i) threads.emplace_back(work);
  work();
  for (auto& thread : threads) thread.join();
  if (failure) std::rethrow_exception(failure);
  return {same.begin(), same.end()};
}

}  // namespace kt::mirror
