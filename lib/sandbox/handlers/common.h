// What several handlers need: finding the partition that a request means, and refusing what only
// the controller may do.
#pragma once

#include <cstdint>
#include <string>

#include "sandbox/authorizer.h"
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
/// The partition if the client may do with its topic what the API is for, and the broker that was
/// asked leads it. `leader_epoch` is what the client believes,
/// -1: nothing. With `followers_too` any broker that has a replica will do.
Found find_led(const Call& call, Topic* topic, int32_t index, int32_t leader_epoch = -1,
               bool followers_too = false);
/// The same of a topic by its name.
Found find_led(const Call& call, const std::string& topic, int32_t index,
               int32_t leader_epoch = -1);

/// not_controller where the request changes the cluster and reached another broker than the
/// controller; brokers of KRaft clusters forward it instead.
ErrorCode check_controller(const Call& call);

/// None where the client may do with this group what the API is for, and the broker that was asked
/// coordinates it.
ErrorCode check_coordinator(const Call& call, const std::string& group_id);

/// The same for a transactional id.
ErrorCode check_transaction_coordinator(const Call& call, const std::string& transactional_id);

/// Operations as bits by their numbers, as answers tell them.
using OperationBits = int32_t;

/// Those of the client on a resource: without an authorizer all there are.
OperationBits topic_operations(const Call& call, const std::string& topic);
OperationBits group_operations(const Call& call, const std::string& group);
OperationBits cluster_operations(const Call& call);

}  // namespace kt::sandbox
