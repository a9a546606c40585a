// What several handlers need: finding the partition that a request means, and refusing what only
// the controller may do.
#pragma once

#include <cstdint>
#include <string>

#include "sandbox/call.h"
#include "sandbox/groups.h"
#include "sandbox/transactions.h"

namespace kt::sandbox {

inline int16_t number(ErrorCode code) { return static_cast<int16_t>(code); }

/// A partition, or the reason why this broker does not serve it.
struct Found {
  Partition* partition = nullptr;
  ErrorCode error = ErrorCode::none;
};
/// The partition if the broker that was asked leads it. `leader_epoch` is what the client believes,
/// -1: nothing. With `followers_too` any broker that has a replica will do.
Found find_led(const Call& call, Topic* topic, int32_t index, int32_t leader_epoch = -1,
               bool followers_too = false);

/// not_controller where the request changes the cluster and reached another broker than the
/// controller; brokers of KRaft clusters forward it instead.
ErrorCode check_controller(const Call& call);

/// None where the broker that was asked coordinates this group.
ErrorCode check_coordinator(const Call& call, const std::string& group_id);

/// The same for a transactional id.
ErrorCode check_transaction_coordinator(const Call& call, const std::string& transactional_id);

/// Bits of the operations on each kind of resource; without an authorizer everybody may do all of
/// them.
constexpr int32_t kTopicOperations = 0xdf8;
constexpr int32_t kClusterOperations = 0x1fa0;
constexpr int32_t kGroupOperations = 0x148;

}  // namespace kt::sandbox
