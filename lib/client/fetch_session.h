// Fetch sessions (v7 and later): the broker remembers what was asked, and each further request
// names only what changed. Where there are no sessions every request names all.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "client/consumer.h"
#include "protocol/msg/fetch.h"

namespace kt {

class FetchSession {
 public:
  /// The request for these partitions in this version.
  msg::FetchRequest make(const std::vector<FetchPartition>& wanted, int16_t version,
                         const ConsumerOptions& options, const std::string& rack,
                         int32_t replica_id);
  /// What the broker made of it. False where the session is lost: nothing was fetched, and the next
  /// request opens a new one.
  bool accept(const msg::FetchResponse& response, int16_t version);
  /// Starts over, as after a new connection.
  void reset();

 private:
  struct Asked {
    int64_t position = 0;
    int32_t leader_epoch = -1;
    int32_t max_bytes = 0;
    Uuid topic_id;
    auto operator<=>(const Asked&) const = default;
  };

  int32_t id_ = 0;
  int32_t epoch_ = 0;
  size_t rotation_ = 0;
  std::map<TopicPartition, Asked> asked_;
};

}  // namespace kt
