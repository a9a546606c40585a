#include "mirror/verify.h"

#include <fmt/format.h>

#include "base/crc32c.h"
#include "client/offsets.h"
#include "mirror/record_stream.h"
#include "protocol/errors.h"

namespace kt::mirror {
namespace {

constexpr int64_t kProgressStep = 1'000;

/// The copied records of the target, with what their batches say of the source.
class CopiedRecords {
 public:
  CopiedRecords(Cluster& target, const TargetPartition& partition, int64_t start, int64_t end)
      : ids_(partition.ids),
        abilities_(abilities_of(target)),
        stream_(target, partition.partition, start, end) {}

  const RecordView* record = nullptr;
  int64_t source_offset = -1;  ///< of the record; -1 where it is not told
  int64_t foreign = 0;         ///< records of others passed over

  /// Whether only the batch's first record tells its source offset.
  bool is_joined() const { return joined_; }
  bool has_headers() const { return abilities_.magic == 2; }
  void next() {
    while ((record = stream_.next()) != nullptr) {
      if (!abilities_.has_sequences) return;
      const auto& batch = stream_.batch();
      if (!ids_.source_end(batch)) {
        ++foreign;
        continue;
      }
      auto run = *ids_.run_of(batch.producer_id(), batch.producer_epoch());
      joined_ = batch.base_sequence() + batch.last_offset_delta() >= kJoinedBase ||
                may_hide_holes(batch, abilities_);
      int64_t place = record->offset - batch.base_offset();
      source_offset = run.start + batch.base_sequence() + place;
      if (joined_) source_offset = place == 0 ? run.start : -1;
      return;
    }
  }

 private:
  RunIds ids_;
  TargetAbilities abilities_;
  RecordStream stream_;
  bool joined_ = false;
};

uint32_t add(uint32_t crc, const std::optional<std::string_view>& bytes) {
  char size[8];
  store_big_endian(size, bytes ? static_cast<int64_t>(bytes->size()) : int64_t{-1});
  crc = crc32c({size, sizeof size}, crc);
  return bytes ? crc32c(*bytes, crc) : crc;
}

class Comparison {
 public:
  Comparison(Cluster& source, const TopicPartition& source_partition, Cluster& target,
             const TargetPartition& target_partition, const VerifyOptions& options)
      : source_(source),
        from_(source_partition),
        target_(target),
        to_(target_partition),
        options_(options) {}

  Verification run() {
    auto at = find_target_positions(source_, target_, options_.mirror, {to_}).front();
    if (at.error) throw *at.error;
    result_.position = at.source_position.value_or(-1);
    // After the target's: what is there was in the source before.
    int64_t earliest = source_offset_at(kEarliest), latest = source_offset_at(kLatest);
    CopiedRecords copied(target_, to_, at.earliest, at.latest);
    if (!copied.has_headers() && (options_.source_compacts || options_.target_compacts))
      throw Error("a compacted topic in a target before 0.11 cannot be compared");
    copied.next();
    bool target_is_whole = at.earliest == 0 && !options_.target_compacts;
    int64_t begin = earliest;
    if (copied.record != nullptr && (!target_is_whole || options_.from_first_copied))
      begin = std::max(begin, std::max<int64_t>(copied.source_offset, 0));
    RecordStream source(source_, from_, begin, latest);
    skip_what_source_lost(copied, begin);
    const auto* record = source.next();
    if (copied.record != nullptr && copied.source_offset < 0 && !copied.is_joined() &&
        (!target_is_whole || options_.from_first_copied))
      while (record != nullptr && !unequal(*record, copied).empty()) record = source.next();
    while (copied.record != nullptr && result_.difference.empty() && !options_.is_stopped())
      step(copied, source, record);
    result_.foreign = copied.foreign;
    while (record != nullptr && result_.difference.empty() && !options_.is_stopped()) {
      if (record->offset >= result_.position) {
        ++result_.behind;
      } else if (options_.target_compacts) {
        ++result_.skipped;
      } else {
        differ("is missing in the target", record->offset, -1);
      }
      record = source.next();
    }
    return result_;
  }

 private:
  int64_t source_offset_at(int64_t time) {
    bool committed = has_transactions(source_);
    auto answer = list_offsets(source_, {{from_, time}}, committed).front();
    if (answer.error_code != 0)
      throw Error("the source's offsets are not told: " + error_text(answer.error_code));
    return answer.offset;
  }

  void skip_what_source_lost(CopiedRecords& copied, int64_t begin) {
    while (copied.record != nullptr) {
      bool is_before = copied.source_offset < 0 ? copied.is_joined() : copied.source_offset < begin;
      if (!is_before) return;
      copied.next();
    }
  }

  void step(CopiedRecords& copied, RecordStream& source, const RecordView*& record) {
    int64_t here = copied.record->offset;
    bool knows = copied.source_offset >= 0;
    if (copied.is_joined() && (options_.source_compacts || options_.target_compacts)) {
      // Which of its records are left on either side cannot be told.
      do {
        ++result_.skipped;
        copied.next();
      } while (copied.record != nullptr && copied.source_offset < 0);
      int64_t end = copied.record != nullptr ? copied.source_offset : result_.position;
      while (record != nullptr && record->offset < end) record = source.next();
      return;
    }
    if (record == nullptr || (knows && record->offset > copied.source_offset)) {
      if (options_.source_compacts) {
        ++result_.skipped;
        return copied.next();
      }
      return differ("is not in the source", record == nullptr ? -1 : record->offset, here);
    }
    if (knows && record->offset < copied.source_offset) {
      if (options_.target_compacts) {
        ++result_.skipped;
        record = source.next();
        return;
      }
      return differ("is missing in the target", record->offset, here);
    }
    if (auto what = unequal(*record, copied); !what.empty())
      return differ("has another " + what + " in the target", record->offset, here);
    if (result_.first_offset < 0) result_.first_offset = record->offset;
    note(*record);
    record = source.next();
    copied.next();
  }

  std::string unequal(const RecordView& left, const CopiedRecords& copied) const {
    const auto& right = *copied.record;
    if (left.key != right.key) return "key";
    if (left.value != right.value) return "value";
    if (copied.has_headers() && (left.headers.size() != right.headers.size() ||
                                 left.headers.bytes() != right.headers.bytes()))
      return "set of headers";
    bool has_time = copied.has_headers() || right.timestamp_ms >= 0;
    if (!options_.ignore_times && has_time && left.timestamp_ms != right.timestamp_ms)
      return "time";
    return {};
  }

  void note(const RecordView& record) {
    auto& crc = result_.content_crc;
    crc = add(crc, record.key);
    crc = add(crc, record.value);
    crc = add(crc, record.headers.bytes());
    if (++result_.compared % kProgressStep == 0) options_.progress(kProgressStep);
  }

  void differ(const std::string& what, int64_t source_offset, int64_t target_offset) {
    result_.difference = what;
    result_.source_offset = source_offset;
    result_.target_offset = target_offset;
  }

  Cluster& source_;
  TopicPartition from_;
  Cluster& target_;
  TargetPartition to_;
  const VerifyOptions& options_;
  Verification result_;
};

}  // namespace

Verification verify(Cluster& source, const TopicPartition& source_partition, Cluster& target,
                    const TargetPartition& target_partition, const VerifyOptions& options) {
  return Comparison(source, source_partition, target, target_partition, options).run();
}

}  // namespace kt::mirror
