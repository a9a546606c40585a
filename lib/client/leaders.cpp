#include "client/leaders.h"

namespace kt::leaders {

bool leader_moved(int16_t error_code) {
  switch (static_cast<ErrorCode>(error_code)) {
    case ErrorCode::leader_not_available:
    case ErrorCode::not_leader_or_follower:
    case ErrorCode::network_exception:
    case ErrorCode::fenced_leader_epoch:
    case ErrorCode::unknown_leader_epoch:
    case ErrorCode::kafka_storage_error:
    case ErrorCode::offset_not_available:
    case ErrorCode::unknown_topic_or_partition:
      return true;
    default:
      return false;
  }
}

}  // namespace kt::leaders
