#include "protocol/records/aborted.h"

#include <algorithm>

#include "protocol/records/record_reader.h"

namespace kt {
namespace {

bool is_abort_marker(const BatchView& batch) {
  RecordReader reader(batch.bytes(),
                      {.from_offset = INT64_MIN, .check_crc = false, .control_records = true});
  const RecordView* record = reader.next();
  if (!record) return false;
  auto key = control_key(*record);
  return key && key->type == ControlKey::kAbort;
}

}  // namespace

AbortedTransactions::AbortedTransactions(std::vector<AbortedTransaction> list)
    : pending_(std::move(list)) {
  std::sort(pending_.begin(), pending_.end(),
            [](const auto& a, const auto& b) { return a.first_offset > b.first_offset; });
}

bool AbortedTransactions::skip(const BatchView& batch) {
  for (; !pending_.empty() && pending_.back().first_offset <= batch.last_offset();
       pending_.pop_back())
    aborting_.insert(pending_.back().producer_id);
  if (aborting_.empty() || !batch.transactional()) return false;
  if (!batch.control()) return aborting_.contains(batch.producer_id());
  if (is_abort_marker(batch)) aborting_.erase(batch.producer_id());
  return false;
}

}  // namespace kt
