#include "migrate/carrier.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace kt::migrate {
namespace {

constexpr Milliseconds kCheckpointEvery{2'000}, kStopLookedFor{100};
constexpr int kMostProofs = 1'000;  ///< then a partition that gets nothing is not waited for

}  // namespace

Carrier::Carrier(legacy::Log& log, Producer& producer, int producer_topic, mirror::RunIds ids,
                 replay::Throttle& throttle, CarrierOptions options)
    : log_(log),
      producer_(producer),
      producer_topic_(producer_topic),
      ids_(ids),
      throttle_(throttle),
      options_(options),
      router_(options.routing) {}

void Carrier::begin(Place place) {
  place_ = std::move(place);
  router_.begin(place_.run, place_.taken);
  place_.present.resize(static_cast<size_t>(options_.routing.partitions));
  place_.before.resize(place_.present.size());
  place_.ends.resize(place_.present.size());
  to_leave_out_ = place_.present;
  for (size_t i = 0; i < to_leave_out_.size(); ++i) to_leave_out_[i] -= place_.before[i];
  if (!producer_.has_sequences()) return;
  for (size_t partition = 0; partition < place_.present.size(); ++partition)
    producer_.send_as(producer_topic_, static_cast<int32_t>(partition),
                      ids_.producer_id(place_.run), mirror::RunIds::epoch(place_.run),
                      static_cast<int32_t>(place_.present[partition]));
}

std::optional<DeliveryFailure> Carrier::carry(const Place& place) {
  begin(place);
  first_ends_ = place_.ends;
  for (size_t i = 0; options_.must_prove && i < place_.present.size(); ++i)
    if (place_.present[i] > 0) unproven_.insert(static_cast<int32_t>(i));
  legacy::LogReader reader(log_, place_.position, options_.read_bytes);
  auto settled_at = Clock::system().now();
  while (!stops()) {
    auto entry = reader.next();
    if (!entry) break;
    if (router_.is_full(entry->position)) {
      if (auto failure = settle()) return failure;
      // What is left to leave out was counted by offsets, and is of this run.
      begin({.run = {entry->position}, .present = to_leave_out_, .ends = place_.ends});
    }
    if (!entry->damage.empty())
      leave_out(*entry);
    else if (auto failure = hand_over(*entry))
      return failure;
    if (stops()) break;
    carried_.bytes += entry->next_position - entry->position;
    place_.position = entry->next_position;
    place_.taken = router_.taken();
    for (size_t i = 0; i < to_leave_out_.size(); ++i)
      place_.before[i] = place_.present[i] - to_leave_out_[i];
    producer_.tick();
    if (Clock::system().now() - settled_at < kCheckpointEvery) continue;
    if (auto failure = settle()) return failure;
    settled_at = Clock::system().now();
  }
  return settle();
}

/// Where it must not be, what was handed over before it still counts.
void Carrier::leave_out(const legacy::LogReader::Entry& entry) {
  try {
    on_damage(entry);
  } catch (const Error&) {
    settle();
    throw;
  }
}

/// Waits until everything that was handed over is acknowledged.
std::optional<DeliveryFailure> Carrier::settle() {
  producer_.flush();
  auto failures = producer_.take_failures();
  if (!failures.empty()) return std::move(failures.front());
  note_ends();
  carried_.position = place_.position;
  carried_.records += std::exchange(unsettled_records_, 0);
  on_checkpoint(carried_);
  return std::nullopt;
}

/// The producer is this carrier's alone, so that its first batch is behind all that was there. If
/// not, the target remembers it from a run whose records it has deleted, and has written nothing.
void Carrier::note_ends() {
  auto deliveries = producer_.deliveries();
  for (size_t i = 0; i < place_.ends.size(); ++i) {
    const auto& delivered = deliveries[i];
    if (delivered.first_offset < 0) continue;
    if (delivered.first_offset < first_ends_[i])
      throw Error(fmt::format("{}-{} of the target remembers what it has deleted, and does not "
                              "write it again",
                              delivered.topic, delivered.partition),
                  Exit::failed, "with another --name and --append all of it is copied again");
    place_.ends[i] = delivered.last_offset + 1;
  }
}

std::optional<DeliveryFailure> Carrier::hand_over(const legacy::LogReader::Entry& entry) {
  for (auto message : *entry.messages) {
    auto partition = hand_over(message);
    if (stops()) break;
    if (!partition || unproven_.empty()) continue;
    if (auto failure = settle()) return failure;
    unproven_.erase(*partition);
    if (++proofs_ == kMostProofs) unproven_.clear();
  }
  return std::nullopt;
}

/// The partition that it was sent to, if it was.
std::optional<int32_t> Carrier::hand_over(std::string_view message) {
  auto partition = router_.next(message);
  auto& leave_out = to_leave_out_[static_cast<size_t>(partition)];
  if (leave_out > 0) {
    --leave_out;
    return std::nullopt;
  }
  if (!throttle_.is_off() && !wait_for_turn(message.size())) return std::nullopt;
  RecordView record;
  record.timestamp_ms = Clock::system().wall_ms();
  record.value = message;
  producer_.append(producer_topic_, partition, record, {}, 0);
  ++place_.present[static_cast<size_t>(partition)];
  ++unsettled_records_;
  return partition;
}

/// False where it ends before.
bool Carrier::wait_for_turn(size_t bytes) {
  auto turn = throttle_.take(bytes);
  while (!stops()) {
    auto left = std::chrono::ceil<Milliseconds>(turn - Clock::system().now());
    if (left <= Milliseconds(0)) return true;
    if (left > Milliseconds(5)) producer_.send_open();
    Clock::system().sleep(std::min(left, kStopLookedFor));
  }
  return false;
}

}  // namespace kt::migrate
