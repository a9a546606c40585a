// The transaction coordinator: transactional ids with their producers, and what each open
// transaction touches. Markers are written at once when a transaction ends, since all leaders live
// here.
//
// Clients of transaction version 2 (KIP-890) name no partitions beforehand and get a new epoch at
// every end; they are told apart by the versions of their requests.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "protocol/errors.h"
#include "sandbox/event_loop.h"
#include "sandbox/groups.h"

namespace kt::sandbox {

class Cluster;

struct ProducerIdentity {
  int64_t id = -1;
  int16_t epoch = -1;
  bool operator==(const ProducerIdentity&) const = default;
};

struct Transaction {
  enum class State { empty, ongoing, complete_commit, complete_abort };

  std::string id;
  ProducerIdentity producer;
  ProducerIdentity
      previous;  // before the last change of epoch: a retry of what caused it is answered again
  int32_t timeout_ms = 0;
  State state = State::empty;
  std::set<TopicPartition> partitions;
  std::set<std::string> groups;
  int64_t start_ms = -1;
  int64_t updated_ms = 0;  // the last step of its producer: ids that stay silent expire
  std::optional<EventLoop::TimerId> timer;

  std::string state_name() const;
};

class Transactions {
 public:
  explicit Transactions(Cluster& cluster);
  ~Transactions();

  struct Initialised {
    ErrorCode error = ErrorCode::none;
    ProducerIdentity producer;
  };
  /// A producer without transactions.
  ProducerIdentity new_producer() { return {next_producer_id_++, 0}; }
  /// The producer of a transactional id, fencing the one before; `known` is what the client
  /// believes to be.
  Initialised initialise(const std::string& id, int32_t timeout_ms, const ProducerIdentity& known);

  /// None where this producer may go on; the transaction in any state.
  ErrorCode check(const std::string& id, const ProducerIdentity& producer) const;
  /// Adds a partition, or the offsets of a group, to the transaction, and opens it where needed.
  void add(const std::string& id, const TopicPartition& partition);
  void add_group(const std::string& id, const std::string& group_id);
  /// Whether the open transaction of `id` has this partition.
  bool has(const std::string& id, const TopicPartition& partition) const;

  /// Commits or aborts. `bump_epoch`: transaction version 2.
  Initialised end(const std::string& id, const ProducerIdentity& producer, bool commit,
                  bool bump_epoch);

  /// What a data directory kept; transactions that were open are not, and have been aborted.
  int64_t next_producer_id() const { return next_producer_id_; }
  void restore_next_producer(int64_t id) { next_producer_id_ = id; }
  void restore(const std::string& id, const ProducerIdentity& producer, int32_t timeout_ms);

  /// Forgets ids that have had no transaction, nor any other step, since then.
  void expire(int64_t idle_since_ms);

  /// Null where there is none.
  const Transaction* find(const std::string& id) const;
  const std::map<std::string, Transaction>& all() const { return transactions_; }

 private:
  void open(Transaction& transaction);
  void close(Transaction& transaction, bool commit, int16_t marker_epoch);
  void bump(Transaction& transaction);

  Cluster& cluster_;
  std::map<std::string, Transaction> transactions_;
  int64_t next_producer_id_ = 0;
};

/// Appends the marker that ends a transaction to a partition's log.
void write_marker(Partition& partition, const ProducerIdentity& producer, bool commit,
                  int32_t coordinator_epoch, int64_t now_ms);

}  // namespace kt::sandbox
