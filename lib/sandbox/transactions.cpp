#include "sandbox/transactions.h"

#include "protocol/records/batch_builder.h"
#include "sandbox/cluster.h"

namespace kt::sandbox {
namespace {

constexpr int16_t kLastEpoch = INT16_MAX - 1;  // the very last is kept for fencing

}  // namespace

Transactions::Transactions(Cluster& cluster) : cluster_(cluster) {}
Transactions::~Transactions() = default;

std::string Transaction::state_name() const {
  switch (state) {
    case State::ongoing:
      return "Ongoing";
    case State::complete_commit:
      return "CompleteCommit";
    case State::complete_abort:
      return "CompleteAbort";
    default:
      return "Empty";
  }
}

Transactions::Initialised Transactions::initialise(const std::string& id, int32_t timeout_ms,
                                                   const ProducerIdentity& known) {
  if (timeout_ms <= 0 || timeout_ms > cluster_.number_setting("transaction.max.timeout.ms"))
    return {ErrorCode::invalid_transaction_timeout, {}};
  auto [entry, is_new] = transactions_.try_emplace(id);
  Transaction& transaction = entry->second;
  transaction.timeout_ms = timeout_ms;
  transaction.updated_ms = cluster_.now_ms();
  if (is_new) {
    transaction.id = id;
    transaction.producer = new_producer();
    return {ErrorCode::none, transaction.producer};
  }
  if (known.id >= 0) {
    if (known == transaction.previous) return {ErrorCode::none, transaction.producer};
    if (known != transaction.producer) return {ErrorCode::producer_fenced, {}};
  }
  if (transaction.state == Transaction::State::ongoing) {
    bump(transaction);  // so that the marker fences the old producer
    close(transaction, false, transaction.producer.epoch);
  }
  bump(transaction);
  transaction.state = Transaction::State::empty;
  return {ErrorCode::none, transaction.producer};
}

void Transactions::bump(Transaction& transaction) {
  transaction.previous = transaction.producer;
  if (transaction.producer.epoch >= kLastEpoch)
    transaction.producer = new_producer();
  else
    ++transaction.producer.epoch;
}

ErrorCode Transactions::check(const std::string& id, const ProducerIdentity& producer) const {
  const Transaction* transaction = find(id);
  if (!transaction || transaction->producer.id != producer.id)
    return ErrorCode::invalid_producer_id_mapping;
  return transaction->producer.epoch == producer.epoch ? ErrorCode::none
                                                       : ErrorCode::producer_fenced;
}

void Transactions::add(const std::string& id, const TopicPartition& partition) {
  Transaction& transaction = transactions_.at(id);
  open(transaction);
  transaction.partitions.insert(partition);
}

void Transactions::add_group(const std::string& id, const std::string& group_id) {
  Transaction& transaction = transactions_.at(id);
  open(transaction);
  transaction.groups.insert(group_id);
  Partition& offsets = cluster_.group_partition(group_id);
  transaction.partitions.insert({offsets.topic().name, offsets.index()});
}

bool Transactions::has(const std::string& id, const TopicPartition& partition) const {
  const Transaction* transaction = find(id);
  return transaction && transaction->state == Transaction::State::ongoing &&
         transaction->partitions.contains(partition);
}

void Transactions::open(Transaction& transaction) {
  transaction.updated_ms = cluster_.now_ms();
  if (transaction.state == Transaction::State::ongoing) return;
  transaction.state = Transaction::State::ongoing;
  transaction.start_ms = cluster_.now_ms();
  transaction.timer = cluster_.loop().after(
      transaction.timeout_ms, [this, id = transaction.id, producer = transaction.producer] {
        Transaction& late = transactions_.at(id);
        late.timer.reset();
        if (late.state != Transaction::State::ongoing || late.producer != producer) return;
        bump(late);
        close(late, false, late.producer.epoch);
      });
}

Transactions::Initialised Transactions::end(const std::string& id, const ProducerIdentity& producer,
                                            bool commit, bool bump_epoch) {
  auto wanted = commit ? Transaction::State::complete_commit : Transaction::State::complete_abort;
  const Transaction* found = find(id);
  // The answer to the first try may have been lost.
  if (bump_epoch && found && found->previous == producer && found->state == wanted)
    return {ErrorCode::none, found->producer};
  if (auto refused = check(id, producer); refused != ErrorCode::none) return {refused, {}};
  Transaction& transaction = transactions_.at(id);
  bool is_open = transaction.state == Transaction::State::ongoing;
  if (!is_open && !bump_epoch)
    return {transaction.state == wanted ? ErrorCode::none : ErrorCode::invalid_txn_state, producer};
  if (!is_open && commit) return {ErrorCode::invalid_txn_state, {}};
  if (bump_epoch) bump(transaction);
  close(transaction, commit,
        bump_epoch && transaction.producer.id == producer.id ? transaction.producer.epoch
                                                             : producer.epoch);
  return {ErrorCode::none, transaction.producer};
}

void Transactions::close(Transaction& transaction, bool commit, int16_t marker_epoch) {
  if (transaction.timer) cluster_.loop().cancel(*std::exchange(transaction.timer, std::nullopt));
  transaction.state =
      commit ? Transaction::State::complete_commit : Transaction::State::complete_abort;
  int64_t producer_id = transaction.previous.id >= 0 &&
                                transaction.previous.id != transaction.producer.id &&
                                transaction.producer.epoch == 0
                            ? transaction.previous.id
                            : transaction.producer.id;
  for (const auto& [topic, index] : transaction.partitions)
    if (Partition* partition = cluster_.partition(topic, index))
      write_marker(*partition, {producer_id, marker_epoch}, commit, 0, cluster_.now_ms());
  for (const auto& group_id : transaction.groups)
    if (Group* group = cluster_.groups().find(group_id))
      cluster_.groups().end_transaction(*group, producer_id, commit);
  transaction.partitions.clear();
  transaction.groups.clear();
  transaction.start_ms = -1;
  transaction.updated_ms = cluster_.now_ms();
}

void Transactions::restore(const std::string& id, const ProducerIdentity& producer,
                           int32_t timeout_ms) {
  Transaction& transaction = transactions_[id];
  transaction.id = id;
  transaction.producer = producer;
  transaction.timeout_ms = timeout_ms;
  transaction.updated_ms = cluster_.now_ms();
}

const Transaction* Transactions::find(const std::string& id) const {
  auto found = transactions_.find(id);
  return found == transactions_.end() ? nullptr : &found->second;
}

void write_marker(Partition& partition, const ProducerIdentity& producer, bool commit,
                  int32_t coordinator_epoch, int64_t now_ms) {
  std::string key, value;
  ByteWriter key_writer(key), value_writer(value);
  key_writer.integer<int16_t>(0);
  key_writer.integer(commit ? ControlKey::kCommit : ControlKey::kAbort);
  value_writer.integer<int16_t>(0);
  value_writer.integer(coordinator_epoch);
  BatchBuilder builder({.base_offset = partition.log().end_offset(),
                        .leader_epoch = partition.leader_epoch(),
                        .producer_id = producer.id,
                        .producer_epoch = producer.epoch,
                        .transactional = true,
                        .control = true});
  builder.append(now_ms, key, value);
  partition.append(builder.finish());
}

}  // namespace kt::sandbox
