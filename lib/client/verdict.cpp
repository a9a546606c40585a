#include "client/verdict.h"

#include <algorithm>
#include <optional>

#include "protocol/acl.h"
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

/// A struct of the answer and those around it.
struct Place {
  const char* base;
  const StructTable& table;
  const Place* outer = nullptr;
};

/// What answers call the name of a resource of the type.
std::vector<std::string_view> name_fields(AclResource type) {
  switch (type) {
    case AclResource::topic:
      return {"name", "topic", "topicName", "resourceName"};
    case AclResource::group:
      return {"groupId", "groupName", "resourceName", "key"};
    case AclResource::transactional_id:
      return {"transactionalId", "key"};
    case AclResource::delegation_token:
      return {"principalName"};
    default:
      return {};
  }
}

std::string text_at(const char* member, const FieldTable& field) {
  if (!field.nullable) return *reinterpret_cast<const std::string*>(member);
  return reinterpret_cast<const std::optional<std::string>*>(member)->value_or("");
}

/// The resource that the code at `place` is about: the nearest name around it.
Denial denial_at(const Place* place, int16_t error_code, AclResource type) {
  auto names = name_fields(type);
  Denial denial{error_code};
  for (; place != nullptr; place = place->outer)
    for (const auto& field : place->table.fields) {
      const char* member = place->base + field.offset;
      if (field.type == FieldType::uuid && !field.array && field.name == "topicId")
        denial.topic_id = *reinterpret_cast<const Uuid*>(member);
      if (field.type != FieldType::string || field.array || !denial.name.empty()) continue;
      if (std::ranges::find(names, field.name) != names.end()) denial.name = text_at(member, field);
    }
  return denial;
}

/// Of routing errors the first counts. Groups, topics and partitions nest up to four deep; nothing
/// below partitions carries such codes.
void walk(const Place& place, Examination& result) {
  for (const auto& field : place.table.fields) {
    const char* member = place.base + field.offset;
    if (field.type == FieldType::int16 && !field.array && field.name == "errorCode") {
      auto code = *reinterpret_cast<const int16_t*>(member);
      if (result.error_code == 0 && verdict_of(code) != Verdict::final_answer)
        result.error_code = code;
      if (auto type = refused_resource(code))
        result.denials.push_back(denial_at(&place, code, *type));
    }
    if (field.type != FieldType::structure || !field.array || field.holder == nullptr) continue;
    Elements elements = field.holder->view(member);
    for (size_t i = 0; i < elements.count; ++i) {
      auto* element = static_cast<const char*>(elements.first) + i * field.structure->size;
      walk({element, *field.structure, &place}, result);
    }
  }
}

}  // namespace

Examination examine(const void* message, const MessageTable& table) {
  Examination result;
  auto* base = static_cast<const char*>(message);
  for (const auto& field : table.root->fields)
    if (field.name == "throttleTimeMs")
      result.throttle = Milliseconds(*reinterpret_cast<const int32_t*>(base + field.offset));
  walk({base, *table.root}, result);
  result.verdict = verdict_of(result.error_code);
  return result;
}

}  // namespace kt
