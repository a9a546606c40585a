// A record as the stream formats see it: plain views, filled by whoever has the bytes (a fetched
// batch, a segment, a line of input), so that nothing here knows the protocol.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace kt::stream {

/// Bytes somebody else owns, or null.
using Bytes = std::optional<std::string_view>;

struct Header {
  std::string_view key = {};
  Bytes value = {};
};

struct Record {
  std::string_view topic = {};  ///< empty: not known
  int32_t partition = 0;        ///< -1: not known
  int64_t offset = 0;
  int64_t timestamp_ms = -1;  ///< -1 where the record has none
  bool log_append_time = false;
  Bytes key = {};
  Bytes value = {};
  std::span<const Header> headers = {};
  /// Further members of the object in json and jsonl: JSON text, each with a comma in front.
  std::string_view further_members = {};
};

}  // namespace kt::stream
