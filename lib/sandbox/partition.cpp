#include "sandbox/partition.h"

#include <utility>

#include "sandbox/topic.h"

namespace kt::sandbox {

Partition::Partition(Topic& topic, int32_t index, std::vector<int32_t> replica_ids,
                     LogOptions log_options)
    : replicas(std::move(replica_ids)),
      isr(replicas),
      topic_(topic),
      index_(index),
      log_(std::move(log_options)) {}

std::string Partition::name() const { return topic_.name + "-" + std::to_string(index_); }

void Partition::append(std::string_view batch) {
  log_.append(batch);
  notify();
}

void Partition::set_leader(int32_t broker_id) {
  leader_ = broker_id;
  ++leader_epoch_;
  notify();
}

int32_t Partition::epoch_at(int64_t offset) const {
  int32_t epoch = leader_epoch_;
  for (const auto& one : epochs())
    if (one.start_offset <= offset) epoch = one.epoch;
  return epoch;
}

void Partition::wait_for_change(std::weak_ptr<std::function<void()>> wake) {
  std::erase_if(waiters_, [](const auto& waiter) { return waiter.expired(); });
  waiters_.push_back(std::move(wake));
}

void Partition::notify() {
  // A woken fetch that goes on waiting puts itself down again.
  for (auto& waiter : std::exchange(waiters_, {}))
    if (auto wake = waiter.lock()) (*wake)();
}

}  // namespace kt::sandbox
