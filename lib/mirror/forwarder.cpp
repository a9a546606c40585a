#include "mirror/forwarder.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "mirror/record_stream.h"

namespace kt::mirror {
namespace {

constexpr size_t kJoinBelowBytes = 64 << 10;
/// Compressed ones: taking larger ones apart costs more than what the target does for each.
constexpr size_t kJoinPackedBelowBytes = 8 << 10;

class HeldBytes {
 public:
  HeldBytes(std::string_view bytes, std::shared_ptr<BufferPool> pool)
      : bytes_(bytes), pool_(std::move(pool)) {
    pool_->hold(bytes_.capacity());
  }
  ~HeldBytes() { pool_->let_go(bytes_.capacity()); }
  HeldBytes(const HeldBytes&) = delete;

  std::string_view view() const { return bytes_; }

 private:
  const std::string bytes_;
  const std::shared_ptr<BufferPool> pool_;
};

bool is_cheaply_joined(const BatchView& batch) {
  auto codec = batch.codec();
  bool is_cheap =
      codec == Codec::none ||
      (codec != Codec::gzip && static_cast<size_t>(batch.size_bytes()) < kJoinPackedBelowBytes);
  // What is damaged goes through: the target says so, after all before it has arrived.
  return is_cheap && batch.stored_crc() == batch.computed_crc();
}

}  // namespace

void Forwarder::resume(int64_t position, std::optional<Run> run) {
  position_ = run_end_ = position;
  run_ = run;
  builder_.reset();
  out_.clear();
}

std::vector<OutgoingBatch> Forwarder::take(const FetchedChunk& chunk, bool as_copies) {
  auto aborted = aborted_in(chunk);
  BatchReader batches(chunk.records);
  pool_ = chunk.keeps_alive->pool;
  while (auto batch = batches.next()) {
    bool skipped = aborted.skip(*batch) || batch->next_offset() <= position_;
    auto passage = skipped ? Passage::drop : passage_of(*batch, position_, options_.keep_times);
    auto next_offset = batch->next_offset();
    bool is_last = batches.tail().empty();
    if (passage == Passage::pass && (!is_taken(*batch) || is_better_joined(*batch, is_last)))
      passage = Passage::rewrite;
    if (passage == Passage::pass) pass(chunk, *batch, as_copies);
    if (passage == Passage::rewrite) rewrite(*batch);
    position_ = std::max(position_, next_offset);
  }
  flush();
  return std::exchange(out_, {});
}

/// Whether the target knows its format and codec.
bool Forwarder::is_taken(const BatchView& batch) const {
  return options_.magic == 2 && (options_.has_zstd || batch.codec() != Codec::zstd);
}

bool Forwarder::is_better_joined(const BatchView& batch, bool is_last) const {
  if (builder_.empty() && is_last) return false;
  if (batch.size_bytes() >= std::min(kJoinBelowBytes, options_.batch_bytes)) return false;
  bool goes_on = run_ && run_end_ == first_;
  bool behind_hole = builder_.empty()
                         ? run_ && run_end_ != batch.base_offset()
                         : last_ + 1 != batch.base_offset() || (codec_ != Codec::none && !goes_on);
  return behind_hole || is_cheaply_joined(batch);
}

Sender Forwarder::place(int64_t first, int64_t last, int32_t count, bool& begins_run) {
  if (last >= kOffsetLimit)
    throw Error(fmt::format("offset {} is beyond what a mirror can copy (2^46)", last));
  bool is_whole = last - first + 1 == count;
  begins_run = !run_ || !is_whole || run_end_ != first || last - run_->start >= kRunLimit;
  if (begins_run) {
    run_ = Run{first};
    ++runs_begun_;
  }
  run_end_ = is_whole ? last + 1 : -1;
  auto distance = static_cast<int32_t>(last - run_->start);
  int32_t last_sequence = is_whole                      ? distance
                          : options_.runs_begin_at_zero ? count - 1
                                                        : kJoinedBase + distance * kJoinedStep;
  return {ids_.producer_id(*run_), RunIds::epoch(*run_), last_sequence - count + 1};
}

void Forwarder::pass(const FetchedChunk& chunk, const BatchView& batch, bool as_copy) {
  flush();
  OutgoingBatch out;
  out.count = batch.count();
  out.source_end = batch.next_offset();
  out.time_ms = batch.max_timestamp_ms();
  auto sender = place(batch.base_offset(), batch.last_offset(), out.count, out.begins_run);
  out.bytes = batch.bytes();
  out.keeps_alive = chunk.keeps_alive;
  patch_header(chunk.mutable_records() + (out.bytes.data() - chunk.records.data()),
               out.bytes.size(), sender);
  if (as_copy) copy_into(out, out.bytes);
  out_.push_back(std::move(out));
}

void Forwarder::rewrite(const BatchView& batch) {
  RecordReader reader(batch.bytes(), {.from_offset = position_});
  while (const RecordView* record = reader.next()) append(*record, batch);
}

void Forwarder::append(const RecordView& record, const BatchView& batch) {
  auto codec = batch.codec() == Codec::zstd && !options_.has_zstd ? Codec::lz4 : batch.codec();
  if (!builder_.empty()) {
    bool hole = record.offset != last_ + 1;
    bool full = builder_.size_bytes() >= options_.batch_bytes;
    bool too_far = record.offset - first_ >= kJoinedSpan || builder_.count() >= kJoinedStep - 1;
    bool is_whole = last_ - first_ + 1 == builder_.count();
    // What goes on in the run is not joined with what lies behind a hole: the broker would not hold
    // it against the run, and who reads other chunks of the same source sends it there.
    bool goes_on = is_whole && run_ && run_end_ == first_;
    bool joins = hole || !is_whole;
    if (full || codec != codec_ || (hole && goes_on) || (joins && too_far)) flush();
  }
  if (builder_.empty()) {
    codec_ = codec;
    builder_.reset(BatchOptions{.magic = options_.magic, .compression = {codec_}});
    first_ = record.offset;
    time_ms_ = -1;
  }
  last_ = record.offset;
  time_ms_ = std::max(time_ms_, record.timestamp_ms);
  builder_.append_at(builder_.count(), record);
}

void Forwarder::flush() {
  if (builder_.empty()) return;
  OutgoingBatch out;
  out.is_made = true;
  out.count = builder_.count();
  out.source_end = last_ + 1;
  out.time_ms = time_ms_;
  if (options_.magic == 2) {
    auto sender = place(first_, last_, out.count, out.begins_run);
    builder_.set_producer(sender.producer_id, sender.epoch, sender.base_sequence);
  }
  copy_into(out, builder_.finish());
  out_.push_back(std::move(out));
  builder_.reset();
}

void Forwarder::copy_into(OutgoingBatch& out, std::string_view bytes) const {
  auto held = std::make_shared<HeldBytes>(bytes, pool_);
  out.bytes = held->view();
  out.keeps_alive = std::move(held);
}

}  // namespace kt::mirror
