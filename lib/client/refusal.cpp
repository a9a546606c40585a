#include "client/refusal.h"

#include "protocol/errors.h"

namespace kt {

bool is_too_large(int16_t error_code) {
  return error_code == ErrorCode::message_too_large ||
         error_code == ErrorCode::record_list_too_large;
}

std::string way_out(int16_t error_code) {
  switch (static_cast<ErrorCode>(error_code)) {
    case ErrorCode::message_too_large:
      return "raise max.message.bytes of the target topic";
    case ErrorCode::record_list_too_large:
      return "raise segment.bytes of the target topic";
    case ErrorCode::topic_authorization_failed:
      return "the target needs Write and Describe on the topic";
    case ErrorCode::cluster_authorization_failed:
      return "targets before 3.0 need IdempotentWrite on the cluster";
    case ErrorCode::invalid_timestamp:
      return "raise message.timestamp.before.max.ms and .after.max.ms of the target topic";
    default:
      return "";
  }
}

}  // namespace kt
