// A finished or running migration held against its source: every message of the source, in order,
// against the records that stand in the target under the source's producer ids.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "client/cluster.h"
#include "legacy/log.h"
#include "migrate/router.h"
#include "migrate/streams.h"

namespace kt::migrate {

/// The first place where the two differ.
struct Difference {
  enum class Kind {
    missing,    ///< the target's partition has no more records of the source
    different,  ///< it has another payload
    surplus,    ///< it has more than the source
  };
  Kind kind;
  int64_t position = 0;  ///< of the entry in the source
  int32_t partition = 0;
  int64_t offset = -1;  ///< in the target; -1 where nothing is there
};

struct Comparison {
  int64_t start = 0, end = 0;  ///< byte positions that were compared
  int64_t records = 0;         ///< equal ones, up to the difference
  int64_t damaged = 0;         ///< entries of the source that no migration copies
  std::optional<Difference> difference;
};

/// Begins where the migration of this source began; at `start` where the target has nothing of it,
/// or cannot tell.
Comparison compare(Cluster& target, const std::string& topic, Router::Options routing,
                   const mirror::RunIds& ids, legacy::Log& log, int64_t start);

/// One to one: the offset of the message of an entry of the source, where all before `copied_to` is
/// in the target's partition, at its end. Throws where another record stands there.
int64_t offset_of(Cluster& target, const TopicPartition& partition, legacy::Log& log,
                  int64_t position, int64_t copied_to);

}  // namespace kt::migrate
