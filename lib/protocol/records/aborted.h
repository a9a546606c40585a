// Which transactional batches a read-committed reader skips, by the list of aborted transactions in
// a fetch reply.
#pragma once

#include <cstdint>
#include <set>
#include <vector>

#include "protocol/records/batch.h"

namespace kt {

struct AbortedTransaction {
  int64_t producer_id;
  int64_t first_offset;
};

class AbortedTransactions {
 public:
  explicit AbortedTransactions(std::vector<AbortedTransaction> list = {});

  /// Must see the batches of the reply in order, each once. True for the data of an aborted
  /// transaction.
  bool skip(const BatchView& batch);

 private:
  std::vector<AbortedTransaction> pending_;  // by first offset, descending
  std::set<int64_t> aborting_;               // producers whose abort marker is still to come
};

}  // namespace kt
