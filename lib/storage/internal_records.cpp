#include "storage/internal_records.h"

#include <array>
#include <map>

#include "base/bytes.h"
#include "protocol/json.h"
#include "protocol/msg/consumer_protocol.h"
#include "protocol/msg/group_metadata_record.h"

namespace kt {
namespace {

struct RecordTables {
  std::string_view type;
  const MessageTable* key = nullptr;
  const MessageTable* value = nullptr;
};

/// The topic whose records a data message belongs to.
InternalTopic topic_of(const MessageTable& table) {
  auto name = table.name;
  if (table.key < 0) return InternalTopic::none;
  if (name.starts_with("TransactionLog")) return InternalTopic::transactions;
  if (name.starts_with("ShareSnapshot") || name.starts_with("ShareUpdate"))
    return InternalTopic::share_state;
  if (!name.ends_with("Record")) return InternalTopic::offsets;
  return name.starts_with("Remote") ? InternalTopic::remote_log : InternalTopic::metadata;
}

const RecordTables* find_tables(InternalTopic topic, int64_t key) {
  static const auto all = [] {
    std::map<std::pair<InternalTopic, int64_t>, RecordTables> tables;
    for (const auto* table : data_messages()) {
      auto& entry = tables[{topic_of(*table), table->key}];
      if (table->name.ends_with("Key")) {
        entry.key = table;
        entry.type = table->name.substr(0, table->name.size() - 3);
      } else {
        entry.value = table;
        if (table->name.ends_with("Record")) entry.type = table->name;
      }
    }
    return tables;
  }();
  auto found = all.find({topic, key});
  return found == all.end() ? nullptr : &found->second;
}

/// All of `bytes` as a message of that version.
void append_message(std::string& out, const MessageTable& table, std::string_view bytes,
                    int64_t version) {
  if (version < table.versions.first || version > table.versions.last)
    throw DecodeError(std::string(table.name) + " of version " + std::to_string(version) +
                      ", which is not known");
  auto known = static_cast<int16_t>(version);
  AnyMessage message(table);
  require_all_read(table, known, decode(table, message.get(), bytes, known), bytes.size());
  write_json(out, table, message.get(), known);
}

/// Puts a message, whose bytes have its version in front, in place of the next text after `key`;
/// `at` moves behind it. What cannot be read stays as it is.
void replace_by_message(std::string& json, size_t& at, std::string_view key,
                        const MessageTable& table, std::string_view bytes) {
  at = json.find(key, at) + key.size();
  std::string readable;
  try {
    ByteReader reader(bytes);
    auto version = reader.integer<int16_t>();
    append_message(readable, table, reader.rest(), version);
  } catch (const DecodeError&) {
    return;
  }
  json.replace(at, json.find('"', at + 1) + 1 - at, readable);
  at += readable.size();
}

/// What the members of a classic group of consumers told each other, which is bytes to brokers.
/// Text in JSON has its quotes escaped, so that only the members' own keys are found.
void show_members(std::string& json, std::string_view bytes, int16_t version) {
  auto group = decode<msg::GroupMetadataValue>(bytes, version);
  if (group.protocol_type != "consumer") return;
  size_t at = 0;
  for (const auto& member : group.members) {
    replace_by_message(json, at, "\"subscription\":", msg::ConsumerProtocolSubscription::table(),
                       member.subscription);
    replace_by_message(json, at, "\"assignment\":", msg::ConsumerProtocolAssignment::table(),
                       member.assignment);
  }
}

void begin(std::string& out, std::string_view type, std::string_view version) {
  out += "{\"type\":\"";
  out += type;
  out += "\",\"version\":";
  out += version;
}

/// Key and value of a coordinator's record: each has a number in front, type and version.
void append_coordinator_record(std::string& out, InternalTopic topic, const RecordView& record) {
  if (!record.key) throw DecodeError("a record without a key");
  ByteReader key(*record.key);
  auto type = key.integer<int16_t>();
  const auto* tables = find_tables(topic, type);
  if (!tables || !tables->key || !tables->value)
    throw DecodeError("a record of type " + std::to_string(type) + ", which is not known");
  std::string key_json, value_json = "null", version = "null";
  append_message(key_json, *tables->key, key.rest(), 0);
  if (record.value) {
    ByteReader value(*record.value);
    auto number = value.integer<int16_t>();
    version = std::to_string(number);
    value_json.clear();
    auto body = value.rest();
    append_message(value_json, *tables->value, body, number);
    if (tables->value == &msg::GroupMetadataValue::table()) show_members(value_json, body, number);
  }
  begin(out, tables->type, version);
  out += ",\"key\":" + key_json + ",\"value\":" + value_json + '}';
}

/// Frame version, type and version stand in front of the body.
void append_framed_record(std::string& out, InternalTopic topic, const RecordView& record) {
  if (!record.value) throw DecodeError("a record without a value");
  ByteReader value(*record.value);
  if (auto frame = value.uvarint(); frame != 1)
    throw DecodeError("a frame of version " + std::to_string(frame) + ", which is not known");
  auto type = value.uvarint();
  auto version = value.uvarint();
  const auto* tables = find_tables(topic, type);
  if (!tables || !tables->value)
    throw DecodeError("a record of type " + std::to_string(type) + ", which is not known");
  std::string json;
  append_message(json, *tables->value, value.rest(), version);
  begin(out, tables->type, std::to_string(version));
  out += ",\"key\":null,\"value\":" + json + '}';
}

constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kControlRecords = {{
    {"abort", "EndTxnMarker"},
    {"commit", "EndTxnMarker"},
    {"leader_change", "LeaderChangeMessage"},
    {"snapshot_header", "SnapshotHeaderRecord"},
    {"snapshot_footer", "SnapshotFooterRecord"},
    {"kraft_version", "KRaftVersionRecord"},
    {"kraft_voters", "VotersRecord"},
}};

void append_control_record(std::string& out, const RecordView& record) {
  auto key = control_key(record);
  if (!key || key->type < 0 || static_cast<size_t>(key->type) >= kControlRecords.size())
    throw DecodeError("a control record of a type that is not known");
  const auto& [type, message] = kControlRecords[static_cast<size_t>(key->type)];
  if (!record.value) throw DecodeError("a control record without a value");
  ByteReader value(*record.value);
  auto version = value.integer<int16_t>();
  // Markers have the version in front of the message, KRaft's records as its first field.
  auto body = key->type <= ControlKey::kCommit ? value.rest() : *record.value;
  std::string json;
  append_message(json, *find_data_message(message), body, version);
  begin(out, type, std::to_string(version));
  out += ",\"key\":null,\"value\":" + json + '}';
}

template <class Append>
void or_error(std::string& out, Append append) {
  size_t start = out.size();
  try {
    append();
  } catch (const DecodeError& error) {
    out.resize(start);
    out += "{\"error\":\"";
    for (char c : error.message())
      if (static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\') out += c;
    out += "\"}";
  }
}

}  // namespace

InternalTopic internal_topic(std::string_view topic) {
  constexpr std::pair<std::string_view, InternalTopic> kTopics[] = {
      {"__consumer_offsets", InternalTopic::offsets},
      {"__transaction_state", InternalTopic::transactions},
      {"__share_group_state", InternalTopic::share_state},
      {"__cluster_metadata", InternalTopic::metadata},
      {"__remote_log_metadata", InternalTopic::remote_log}};
  for (const auto& [name, kind] : kTopics)
    if (topic == name) return kind;
  return InternalTopic::none;
}

void append_decoded(std::string& out, InternalTopic topic, const RecordView& record) {
  or_error(out, [&] {
    bool framed = topic == InternalTopic::metadata || topic == InternalTopic::remote_log;
    framed ? append_framed_record(out, topic, record)
           : append_coordinator_record(out, topic, record);
  });
}

std::string_view control_type(const RecordView& record) {
  auto key = control_key(record);
  bool known = key && key->type >= 0 && static_cast<size_t>(key->type) < kControlRecords.size();
  return known ? kControlRecords[static_cast<size_t>(key->type)].first : "unknown";
}

void append_decoded_control(std::string& out, const RecordView& record) {
  or_error(out, [&] { append_control_record(out, record); });
}

}  // namespace kt
