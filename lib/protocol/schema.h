// The descriptions of lib/protocol/api and lib/protocol/data as constant tables: what the generator
// writes and the interpreter walks. A table knows where each field lies in its C++ struct, so no
// code is made per message.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace kt {

/// Versions `first` to `last` of a message; none where first > last.
struct Versions {
  int16_t first = 0;
  int16_t last = 32767;
  bool contains(int16_t version) const { return first <= version && version <= last; }
  bool empty() const { return first > last; }
};

/// What a field holds. A `records` field is a view of record batches; all else is owned.
enum class FieldType : uint8_t {
  boolean,
  int8,
  int16,
  int32,
  int64,
  uint16,
  uint32,
  float64,
  uuid,
  string,
  bytes,
  records,
  structure
};

/// Elements of an array member, or the one value of an optional struct.
struct Elements {
  const void* first = nullptr;
  size_t count = 0;
  bool present = true;
};

/// How to look into and fill a member that is a vector, an optional vector or an optional struct.
struct Holder {
  Elements (*view)(const void* member);
  /// Makes `count` elements of what is there, the first ones as they were.
  void* (*make)(void* member, size_t count);
  void (*clear)(void* member);  ///< null, where the member can be null
};

struct StructTable;

struct FieldTable {
  std::string_view name{};  ///< as in Kafka's JSON, lowerCamelCase
  std::string_view note{};
  const StructTable* structure = nullptr;
  const Holder* holder = nullptr;
  int64_t initial = 0;  ///< the default of a number
  uint32_t offset = 0;
  Versions versions{};
  Versions null_versions{};  ///< where null may be sent
  int16_t tag = -1;          ///< -1: not a tagged field
  FieldType type = FieldType::boolean;
  bool array = false;
  bool nullable = false;  ///< the member is an optional
  bool ignorable = false;
  bool inflexible = false;  ///< keeps its old form in flexible versions
  bool null_by_default = false;
};

struct StructTable {
  std::string_view name{};
  std::span<const FieldTable> fields{};
  uint32_t size = 0;
  uint32_t least_wire_size =
      1;  ///< over all versions; bounds how many can follow in the bytes left
  int32_t unknown_tags_offset = -1;
};

enum class MessageKind : uint8_t { request, response, data };

/// A request, a response, or data that Kafka keeps inside records and files.
struct MessageTable {
  std::string_view name{};  ///< `Metadata` for both request and response; a data message's own name
  std::string_view summary{};
  const StructTable* root = nullptr;
  int16_t key = -1;
  MessageKind kind = MessageKind::data;
  Versions versions{};
  int16_t flexible_from = 32767;
  void* (*create)() = nullptr;
  void (*destroy)(void*) = nullptr;

  bool flexible(int16_t version) const { return version >= flexible_from; }
};

/// Who answers a request.
enum class Route : uint8_t {
  any,          ///< any broker
  leader,       ///< the leaders of the partitions named
  controller,   ///< the active controller; a KRaft broker forwards to it
  group,        ///< the coordinator of the group
  transaction,  ///< the coordinator of the transactional id
  share,        ///< the coordinator of the share partition
  each_broker,  ///< every broker for itself
};

struct Api {
  int16_t key = -1;
  std::string_view name{};
  std::string_view summary{};
  int16_t min_version = 0, max_version = 0;
  int16_t stable_version = 0;  ///< the highest that brokers advertise by themselves; below
                               ///< max_version where that is a preview
  int16_t flexible_from = 32767;
  Route route = Route::any;
  const MessageTable* request = nullptr;
  const MessageTable* response = nullptr;
};

/// All APIs in the order of their keys.
std::span<const Api> apis();
/// nullptr where there is none.
const Api* find_api(int16_t key);
/// Finds `ListOffsets`, `list-offsets` and `list_offsets` alike; nullptr where there is none.
const Api* find_api(std::string_view name);
/// All data messages in the order of their names.
std::span<const MessageTable* const> data_messages();
/// As find_api, among the data messages.
const MessageTable* find_data_message(std::string_view name);

/// `any`, `leader`, `each broker`...
std::string_view route_name(Route route);
/// `bool`, `int8`... as the descriptions spell it; `struct` for a structure.
std::string_view type_name(FieldType type);

}  // namespace kt
