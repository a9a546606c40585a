// What records of Kafka's own topics and control records say, as JSON, by the same descriptions of
// messages as the protocol:
//   {"type":"OffsetCommit","version":3,"key":{"group":...},"value":{"offset":...}}
// The version is the value's; a value of null (deleted) has version null. Records of a type or
// version that is not known, and damaged ones, become {"error":"..."}.
#pragma once

#include <string>
#include <string_view>

#include "protocol/records/record.h"

namespace kt {

enum class InternalTopic : uint8_t {
  none,
  offsets,
  transactions,
  share_state,
  metadata,
  remote_log
};

/// By the topic's name: `__consumer_offsets`, `__transaction_state`, `__share_group_state`,
/// `__cluster_metadata`, `__remote_log_metadata`.
InternalTopic internal_topic(std::string_view topic);

void append_decoded(std::string& out, InternalTopic topic, const RecordView& record);

/// `abort`, `commit`, `leader_change`, ...; `unknown` for what is none of them.
std::string_view control_type(const RecordView& record);
/// As append_decoded, of a record in a control batch; the type is control_type()'s.
void append_decoded_control(std::string& out, const RecordView& record);

}  // namespace kt
