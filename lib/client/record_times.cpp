#include "client/record_times.h"

#include <algorithm>
#include <map>
#include <set>

#include "client/offsets.h"
#include "protocol/errors.h"
#include "protocol/msg/fetch.h"
#include "protocol/records/record_reader.h"

namespace kt {

namespace {

/// What the first fetch asks of a partition: a header, and with luck the record.
constexpr int32_t kFirstBytes = 512;
/// What one round asks for in all: replies are held until it ends.
constexpr int64_t kRoundBytes = 32 << 20;
/// Of one place: header, whole batch, the batch behind a hole.
constexpr int kMostAttempts = 6;
/// The last version that names topics.
constexpr int16_t kNamesTopics = 12;

using FetchedPartition = msg::FetchResponse::Response::Partition;

/// A batch that the reply cut off: its first record's time as its header tells it.
std::optional<int64_t> first_time(std::string_view cut_off) {
  if (cut_off.size() < batch_layout::kHeaderBytes) return std::nullopt;
  BatchView batch(cut_off);
  if (!batch.is_v2())
    return batch.is_wrapper() ? std::nullopt : std::optional(batch.max_timestamp_ms());
  if (batch.timestamp_type() == TimestampType::log_append) return batch.max_timestamp_ms();
  return batch.delete_horizon_ms() ? std::nullopt : std::optional(batch.base_timestamp_ms());
}

class Search {
 public:
  Search(Cluster& cluster, const std::vector<RecordPlace>& places)
      : cluster_(cluster), places_(places), times_(places.size()), wanted_(places.size()) {
    for (size_t i = 0; i < places.size(); ++i) {
      wanted_[i].offset = places[i].offset;
      open_.push_back(i);
    }
  }

  std::vector<std::optional<int64_t>> run() {
    std::set<std::string> topics;
    for (const auto& place : places_) topics.insert(place.partition.topic);
    metadata_ = cluster_.metadata_for({topics.begin(), topics.end()});
    while (!open_.empty() && !cluster_.deadline().expired()) {
      ask(take_round());
      step_over_removed();
    }
    for (auto& time : times_)
      if (time && *time < 0) time.reset();
    return std::move(times_);
  }

 private:
  struct Wanted {
    int64_t offset = 0;
    int32_t bytes = kFirstBytes;
    int attempts = 0;
  };

  /// Of the open places as many as a round takes, each partition once; the rest stays open.
  std::vector<size_t> take_round() {
    std::set<std::pair<std::string_view, int32_t>> seen;
    std::vector<size_t> round, rest;
    int64_t bytes = 0;
    for (size_t i : open_) {
      const auto& partition = places_[i].partition;
      bool fits = bytes < kRoundBytes && seen.insert({partition.topic, partition.partition}).second;
      (fits ? round : rest).push_back(i);
      if (fits) bytes += wanted_[i].bytes;
    }
    open_ = std::move(rest);
    return round;
  }

  void ask(const std::vector<size_t>& round) {
    std::map<int32_t, std::map<std::string_view, std::vector<size_t>>> by_leader;
    for (size_t i : round) {
      const auto& place = places_[i].partition;
      const auto* known = metadata_->partition(place.topic, place.partition);
      if (known != nullptr && known->leader >= 0)
        by_leader[known->leader][place.topic].push_back(i);
    }
    std::vector<std::pair<int32_t, msg::FetchRequest>> requests;
    std::map<std::pair<std::string_view, int32_t>, size_t> index;
    for (const auto& [leader, topics] : by_leader) {
      auto& request = requests.emplace_back(leader, msg::FetchRequest{}).second;
      for (const auto& [name, members] : topics) {
        auto& topic = request.topics.emplace_back();
        topic.topic = name;
        for (size_t i : members) {
          auto& partition = topic.partitions.emplace_back();
          partition.partition = places_[i].partition.partition;
          partition.fetch_offset = wanted_[i].offset;
          partition.partition_max_bytes = wanted_[i].bytes;
          index[{name, partition.partition}] = i;
        }
      }
    }
    CallOptions options;
    options.at_most = kNamesTopics;
    for (const auto& answer : cluster_.call_each(requests, options)) {
      if (!answer.reply) continue;
      for (const auto& topic : (*answer.reply)->responses)
        for (const auto& partition : topic.partitions) {
          auto found = index.find({topic.topic, partition.partition_index});
          if (found != index.end()) take(found->second, partition);
        }
    }
  }

  void take(size_t i, const FetchedPartition& answer) {
    auto& wanted = wanted_[i];
    if (answer.error_code == ErrorCode::offset_out_of_range && wanted.attempts == 0)
      removed_.push_back(i);
    if (answer.error_code != 0 || !answer.records || answer.records->empty()) return;
    try {
      RecordReader reader(
          *answer.records,
          {.from_offset = wanted.offset, .check_crc = false, .control_records = true});
      if (const auto* record = reader.next()) {
        times_[i] = record->timestamp_ms;
        return;
      }
      look_further(i, reader);
    } catch (const DecodeError&) {
      // A damaged batch has no time to tell.
    }
  }

  /// The record was not among the whole batches: the one cut off has it, or a later one.
  void look_further(size_t i, const RecordReader& reader) {
    auto& wanted = wanted_[i];
    auto tail = reader.tail();
    auto whole = static_cast<int64_t>(reader.tail_needs_bytes());
    auto first = first_time(tail);
    if (first && BatchView(tail).base_offset() >= wanted.offset) {
      times_[i] = first;
      return;
    }
    wanted.offset = std::max(wanted.offset, reader.next_offset());
    if (++wanted.attempts == kMostAttempts) return;
    if (whole > kFirstBytes) {
      if (whole_bytes_ + whole > kWholeBatchBytes) {
        times_[i] = first;
        return;
      }
      whole_bytes_ += whole;
      wanted.bytes = static_cast<int32_t>(whole);
    } else {
      wanted.bytes = std::max(kFirstBytes, wanted.bytes);
    }
    open_.push_back(i);
  }

  /// Places below what their partitions still hold go on at the first record there is.
  void step_over_removed() {
    if (removed_.empty()) return;
    std::vector<OffsetQuery> queries;
    for (size_t i : removed_) queries.push_back({places_[i].partition, kEarliest});
    auto starts = list_offsets(cluster_, queries);
    for (size_t n = 0; n < removed_.size(); ++n) {
      auto& wanted = wanted_[removed_[n]];
      if (starts[n].error_code != 0 || starts[n].offset <= wanted.offset) continue;
      wanted.offset = starts[n].offset;
      wanted.attempts = 1;
      open_.push_back(removed_[n]);
    }
    removed_.clear();
  }

  Cluster& cluster_;
  const std::vector<RecordPlace>& places_;
  std::vector<std::optional<int64_t>> times_;
  std::vector<Wanted> wanted_;
  std::vector<size_t> open_, removed_;
  int64_t whole_bytes_ = 0;
  std::shared_ptr<const Metadata> metadata_;
};

}  // namespace

std::vector<std::optional<int64_t>> record_times(Cluster& cluster,
                                                 const std::vector<RecordPlace>& places) {
  if (places.empty()) return {};
  return Search(cluster, places).run();
}

}  // namespace kt
