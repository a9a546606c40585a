// Messages as JSON, the way Kafka's own generated converters print them: field names in
// lowerCamelCase, the fields of the version in the order of the description, tagged fields only
// where they are not at their default, UUIDs as base64url, bytes as base64. Two things are added:
// `records`, which Kafka leaves empty, hold their bytes as base64, and unknown tagged fields stand
// under `_unknownTaggedFields` as {"tag": 7, "data": "base64"}.
#pragma once

#include <deque>
#include <string>
#include <string_view>

#include "protocol/message.h"

namespace kt {

/// A message whose type is known only at run time, with the bytes that its `records` fields look
/// at.
class AnyMessage {
 public:
  explicit AnyMessage(const MessageTable& table) : table_(&table), message_(table.create()) {}
  AnyMessage(AnyMessage&& other) noexcept
      : table_(other.table_),
        message_(std::exchange(other.message_, nullptr)),
        bytes_(std::move(other.bytes_)) {}
  AnyMessage& operator=(AnyMessage&&) = delete;
  ~AnyMessage() {
    if (message_) table_->destroy(message_);
  }

  const MessageTable& table() const { return *table_; }
  void* get() { return message_; }
  const void* get() const { return message_; }
  /// Keeps `bytes` as long as the message lives.
  std::string_view keep(std::string bytes) { return bytes_.emplace_back(std::move(bytes)); }

 private:
  const MessageTable* table_;
  void* message_;
  std::deque<std::string> bytes_;
};

enum class JsonForm { compact, indented };

/// Appends one JSON object.
void write_json(std::string& out, const MessageTable& table, const void* message, int16_t version,
                JsonForm form = JsonForm::compact);

/// Reads what write_json writes. A field that is left out keeps its default; one that the version
/// lacks, or that no version has, is an error that names it.
AnyMessage read_json(const MessageTable& table, std::string_view json, int16_t version);

/// The JSON of the header and of the body in `{"header":{...},"body":{...}}`; empty objects where
/// one is left out.
struct FrameJson {
  std::string header, body;
};
FrameJson split_frame_json(std::string_view json);

}  // namespace kt
