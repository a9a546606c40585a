// One record as a view into bytes that somebody else owns.
#pragma once

#include <cstdint>
#include <iterator>
#include <optional>
#include <string_view>

namespace kt {

struct RecordHeader {
  std::string_view key;
  std::optional<std::string_view> value;

  bool operator==(const RecordHeader&) const = default;
};

/// The headers of a record, decoded while one walks over them: `for (RecordHeader header :
/// record.headers)`. Throws DecodeError where they are damaged.
class HeadersView {
 public:
  struct End {};
  class Iterator {
   public:
    using value_type = RecordHeader;
    using difference_type = std::ptrdiff_t;

    Iterator(std::string_view bytes, uint32_t left) : bytes_(bytes), left_(left) { decode(); }
    const RecordHeader& operator*() const { return header_; }
    const RecordHeader* operator->() const { return &header_; }
    Iterator& operator++() {
      --left_;
      decode();
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(End) const { return left_ == 0; }

   private:
    void decode();

    std::string_view bytes_;
    uint32_t left_;
    RecordHeader header_;
  };

  HeadersView() = default;
  HeadersView(std::string_view bytes, uint32_t count) : bytes_(bytes), count_(count) {}

  uint32_t size() const { return count_; }
  bool empty() const { return count_ == 0; }
  Iterator begin() const { return Iterator(bytes_, count_); }
  End end() const { return {}; }
  /// As they stand on the wire, behind their count.
  std::string_view bytes() const { return bytes_; }

 private:
  std::string_view bytes_;
  uint32_t count_ = 0;
};

struct RecordView {
  int64_t offset = -1;
  int64_t timestamp_ms = -1;  // -1: none (format v0)
  std::optional<std::string_view> key;
  std::optional<std::string_view> value;
  HeadersView headers;
};

/// What the key of a record in a control batch says.
struct ControlKey {
  static constexpr int16_t kAbort = 0, kCommit = 1, kLeaderChange = 2, kSnapshotHeader = 3;
  static constexpr int16_t kSnapshotFooter = 4, kKraftVersion = 5, kKraftVoters = 6;

  int16_t version;
  int16_t type;
};

/// Nothing where the key is too short to be one.
std::optional<ControlKey> control_key(const RecordView& record);

}  // namespace kt
