#include "client/verdict.h"

#include "protocol/errors.h"

namespace kt {
namespace {

Verdict verdict_of(int16_t error_code) {
  switch (static_cast<ErrorCode>(error_code)) {
    case ErrorCode::not_controller:
      return Verdict::not_controller;
    case ErrorCode::not_coordinator:
    case ErrorCode::coordinator_not_available:
      return Verdict::not_coordinator;
    case ErrorCode::coordinator_load_in_progress:
      return Verdict::again;
    default:
      return Verdict::final_answer;
  }
}

/// The first routing error in the struct at `base`, 0 where there is none. Groups, topics and
/// partitions nest up to four deep; nothing below partitions carries routing errors.
int16_t routing_error(const char* base, const StructTable& table) {
  for (const auto& field : table.fields) {
    const char* member = base + field.offset;
    if (field.type == FieldType::int16 && !field.array && field.name == "errorCode") {
      auto code = *reinterpret_cast<const int16_t*>(member);
      if (verdict_of(code) != Verdict::final_answer) return code;
    }
    if (field.type != FieldType::structure || !field.array || field.holder == nullptr) continue;
    Elements elements = field.holder->view(member);
    for (size_t i = 0; i < elements.count; ++i) {
      auto* element = static_cast<const char*>(elements.first) + i * field.structure->size;
      if (int16_t code = routing_error(element, *field.structure); code != 0) return code;
    }
  }
  return 0;
}

}  // namespace

Examination examine(const void* message, const MessageTable& table) {
  Examination result;
  auto* base = static_cast<const char*>(message);
  for (const auto& field : table.root->fields)
    if (field.name == "throttleTimeMs")
      result.throttle = Milliseconds(*reinterpret_cast<const int32_t*>(base + field.offset));
  result.error_code = routing_error(base, *table.root);
  result.verdict = verdict_of(result.error_code);
  return result;
}

}  // namespace kt
