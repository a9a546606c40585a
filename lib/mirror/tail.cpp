#include "mirror/tail.h"

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "client/offsets.h"
#include "mirror/record_stream.h"
#include "protocol/errors.h"

namespace kt::mirror {
namespace {

/// What both sides have of a record: old formats lack headers and times.
class Fingerprint {
 public:
  uint64_t of(const RecordView& record, bool with_time) {
    bytes_.clear();
    add(record.key);
    add(record.value);
    if (with_time) add_number(record.timestamp_ms);
    return std::hash<std::string>()(bytes_);
  }

 private:
  void add_number(int64_t number) {
    char bytes[sizeof number];
    store_big_endian(bytes, number);
    bytes_.append(bytes, sizeof bytes);
  }
  void add(const std::optional<std::string_view>& part) {
    add_number(part ? static_cast<int64_t>(part->size()) : -1);
    if (part) bytes_ += *part;
  }

  std::string bytes_;
};

}  // namespace

int64_t match_tail(Cluster& source, const TopicPartition& source_partition, int64_t position,
                   Cluster& target, const TopicPartition& target_partition, TargetRange range) {
  Fingerprint fingerprint;
  std::vector<uint64_t> timed, timeless;
  bool has_times = true;
  RecordStream copied(target, target_partition, range.start, range.end);
  while (const auto* record = copied.next()) {
    if (record->timestamp_ms < 0 || copied.batch().timestamp_type() == TimestampType::log_append)
      has_times = false;
    timed.push_back(fingerprint.of(*record, true));
    timeless.push_back(fingerprint.of(*record, false));
  }
  const auto& tail = has_times ? timed : timeless;
  if (tail.empty()) return position;
  bool committed = has_transactions(source);
  auto end = list_offsets(source, {{source_partition, kLatest}}, committed).front();
  if (end.error_code != 0)
    throw Error("the source's offsets are not told: " + error_text(end.error_code));
  RecordStream records(source, source_partition, position, end.offset);
  auto at = tail.begin();
  while (const auto* record = records.next()) {
    at = std::find(at, tail.end(), fingerprint.of(*record, has_times));
    if (at == tail.end()) return std::max(position, record->offset);
    ++at;
    position = record->offset + 1;
    if (at == tail.end()) break;
  }
  return position;
}

}  // namespace kt::mirror
