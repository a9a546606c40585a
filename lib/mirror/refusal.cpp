#include "mirror/refusal.h"

#include "client/refusal.h"
#include "protocol/errors.h"

namespace kt::mirror {

bool is_final(int16_t error_code) {
  switch (static_cast<ErrorCode>(error_code)) {
    case ErrorCode::message_too_large:
    case ErrorCode::record_list_too_large:
    case ErrorCode::topic_authorization_failed:
    case ErrorCode::cluster_authorization_failed:
    case ErrorCode::invalid_record:
    case ErrorCode::corrupt_message:
    case ErrorCode::invalid_timestamp:
    case ErrorCode::unsupported_compression_type:
    case ErrorCode::unsupported_for_message_format:
    case ErrorCode::policy_violation:
    case ErrorCode::invalid_topic_exception:
    case ErrorCode::unsupported_version:
      return true;
    default:
      return false;
  }
}

std::string way_out(int16_t error_code) {
  if (error_code == ErrorCode::corrupt_message)
    return "the batch is damaged in the source: kt consume shows where";
  return kt::way_out(error_code);
}

}  // namespace kt::mirror
