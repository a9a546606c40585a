#include "mirror/translate.h"

#include <fmt/format.h>

#include "client/offsets.h"
#include "mirror/peek.h"
#include "mirror/record_stream.h"

namespace kt::mirror {
namespace {

struct Found {
  int64_t base_offset = 0, next_offset = 0;  ///< in the target
  int64_t source_first = 0, source_end = 0;
  bool hides_holes = false;  ///< source_end may be too low
  bool is_joined = false;
};

Found found_in(const BatchView& batch, const RunIds& ids, int64_t source_end, bool hides_holes) {
  Found found{batch.base_offset(), batch.next_offset(), 0, source_end, hides_holes};
  auto run = *ids.run_of(batch.producer_id(), batch.producer_epoch());
  found.is_joined = hides_holes || batch.base_sequence() + batch.last_offset_delta() >= kJoinedBase;
  found.source_first = found.is_joined ? run.start : run.start + batch.base_sequence();
  return found;
}

/// The mirror's first batch between the two target offsets.
std::optional<Found> first_own(Cluster& target, const TargetPartition& partition, int64_t offset,
                               int64_t end) {
  while (offset < end) {
    auto peeked = peek(target, partition.partition, offset);
    if (!peeked) return std::nullopt;
    if (auto source_end = partition.ids.source_end(peeked->batch))
      return found_in(peeked->batch, partition.ids, *source_end,
                      may_hide_holes(peeked->batch, abilities_of(target)));
    offset = peeked->batch.next_offset();
  }
  return std::nullopt;
}

int64_t count_records(Cluster& source, const TopicPartition& partition, int64_t start,
                      int64_t end) {
  RecordStream records(source, partition, start, end);
  int64_t count = 0;
  while (records.next() != nullptr) ++count;
  return count;
}

/// As groups are in partitions that nothing was written to.
bool is_at_the_start(Cluster& source, const TopicPartition& partition, int64_t offset) {
  auto start = list_offsets(source, {{partition, kEarliest}}).front();
  return start.error_code == 0 && offset <= start.offset;
}

}  // namespace

Translation translate(Cluster& source, const TopicPartition& source_partition, Cluster& target,
                      const TargetPartition& target_partition, const TargetPosition& at,
                      int64_t source_offset) {
  if (!abilities_of(target).has_sequences)
    return {{}, "targets before 0.11 do not tell where their records come from"};
  if (!at.source_position) {
    if (at.earliest == at.latest && is_at_the_start(source, source_partition, source_offset))
      return {at.latest, {}};
    return {{}, "nothing of it was copied"};
  }
  if (source_offset >= *at.source_position) {
    RecordStream rest(source, source_partition, *at.source_position, source_offset);
    if (rest.next() == nullptr) return {at.latest, {}};
    return {{}, fmt::format("copied up to offset {} only", *at.source_position)};
  }
  std::optional<Found> best;
  bool is_first = true;
  for (int64_t low = at.earliest, high = at.latest; low < high;) {
    int64_t middle = low + (high - low) / 2;
    auto own = first_own(target, target_partition, middle, high);
    if (own && own->hides_holes) {
      auto next = first_own(target, target_partition, own->next_offset, at.latest);
      own->source_end = next ? next->source_first : *at.source_position;
    }
    if (!own) {
      high = middle;
    } else if (own->source_end <= source_offset) {
      low = own->next_offset;
      is_first = false;
    } else {
      best = own;
      high = std::min(middle, own->base_offset);
    }
  }
  if (!best) return {{}, "the target has deleted the records there"};
  if (source_offset < best->source_first && is_first) return {best->base_offset, {}, true};
  if (source_offset <= best->source_first) return {best->base_offset, {}};
  if (!best->is_joined) return {best->base_offset + (source_offset - best->source_first), {}};
  int64_t all = count_records(source, source_partition, best->source_first, best->source_end);
  if (all != best->next_offset - best->base_offset)
    return {{}, "the source was compacted there since it was copied"};
  return {
      best->next_offset - count_records(source, source_partition, source_offset, best->source_end),
      {}};
}

Translation translate_by_syncs(Cluster& source, const TopicPartition& source_partition,
                               Cluster& target, const TopicPartition& target_partition,
                               const std::vector<OffsetSync>& syncs, const TargetPosition& at,
                               int64_t source_offset) {
  const OffsetSync* nearest = nullptr;
  for (const auto& sync : syncs)
    if (sync.source_offset <= source_offset && sync.target_offset >= at.earliest &&
        (nearest == nullptr || sync.source_offset >= nearest->source_offset))
      nearest = &sync;
  if (nearest == nullptr) return {{}, "none of MirrorMaker 2's offset syncs lies before it"};
  RecordStream sent(source, source_partition, nearest->source_offset, source_offset);
  RecordStream copied(target, target_partition, nearest->target_offset, at.latest);
  int64_t offset = nearest->target_offset;
  while (const auto* record = sent.next()) {
    const auto* copy = copied.next();
    if (copy == nullptr || copy->key != record->key || copy->value != record->value)
      return {{},
              fmt::format("the copies of the records before it differ, at offset {} of the source",
                          record->offset)};
    offset = copy->offset + 1;
  }
  return {offset, {}};
}

}  // namespace kt::mirror
