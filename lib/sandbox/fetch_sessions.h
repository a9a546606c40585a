// Incremental fetches (from v7): a client names its partitions once, later only what changes, and
// is told only about partitions that have something new.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/uuid.h"
#include "protocol/errors.h"
#include "protocol/msg/fetch.h"

namespace kt::sandbox {

/// One partition that a client reads, with what it was told last.
struct FetchPart {
  std::string topic;
  Uuid topic_id;
  int32_t index = 0;
  int64_t offset = 0;
  int32_t max_bytes = 0;
  int32_t leader_epoch = -1;

  int16_t told_error = 0;
  int64_t told_high_watermark = -1;
  int64_t told_start = -1;
};

struct FetchSession {
  int32_t id = 0;
  int32_t next_epoch = 1;
  uint64_t last_use = 0;
  std::list<FetchPart> parts;  // who had data goes to the end, so that all get their turn
};

class FetchSessions {
 public:
  struct Opened {
    ErrorCode error = ErrorCode::none;
    FetchSession* session = nullptr;  // null: this fetch stands for itself
    bool incremental = false;
  };
  /// Finds, makes or ends the session that the request speaks of, and merges the request's
  /// partitions into it.
  Opened open(const msg::FetchRequest& request);
  /// Null where it has been forgotten meanwhile.
  FetchSession* find(int32_t id);

 private:
  FetchSession& create(const msg::FetchRequest& request);

  std::map<int32_t, FetchSession> sessions_;
  int32_t next_id_ = 1;
  uint64_t uses_ = 0;
};

/// The partitions that a request names itself.
std::list<FetchPart> fetch_parts(const msg::FetchRequest& request);

}  // namespace kt::sandbox
