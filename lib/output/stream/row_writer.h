// Rows of a stream, formatted without an allocation: as Report does it for answers that are not
// hundreds of megabytes long, from the same descriptions of columns. A table's widths are fixed by
// the columns' kinds, so that rows can be made by several threads and appear as they come.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "output/report.h"
#include "output/stream/output_buffer.h"
#include "output/stream/record.h"
#include "output/value.h"

namespace kt::stream {

/// A value that somebody else owns.
struct Cell {
  enum class Type : uint8_t { null, number, boolean, bytes, json };
  Type type = Type::null;
  int64_t number = 0;
  std::string_view text = {};

  Cell() = default;
  Cell(int64_t value) : type(Type::number), number(value) {}
  Cell(int32_t value) : Cell(int64_t{value}) {}
  Cell(int16_t value) : Cell(int64_t{value}) {}
  Cell(int8_t value) : Cell(int64_t{value}) {}
  Cell(uint32_t value) : Cell(int64_t{value}) {}
  Cell(bool value) : type(Type::boolean), number(value) {}
  Cell(std::string_view bytes) : type(Type::bytes), text(bytes) {}
  Cell(const std::string& bytes) : Cell(std::string_view(bytes)) {}
  Cell(const char* bytes) : Cell(std::string_view(bytes)) {}
  Cell(const Bytes& bytes) {
    if (bytes) *this = Cell(*bytes);
  }
  Cell(std::nullptr_t) {}
  /// JSON text, printed as it is.
  static Cell json(std::string_view text) {
    Cell cell(text);
    cell.type = Type::json;
    return cell;
  }
};

class RowWriter {
 public:
  /// `format`: table, jsonl, csv, tsv; or json, whose rows have a comma in front, so that they can
  /// be put into an array.
  RowWriter(std::vector<Column> columns, Format format, bool utc);

  /// Makes a column of a table this wide, within reason; before the heading.
  void fit(size_t column, size_t width);
  /// The heading, of those that have one.
  void begin(OutputBuffer& out) const;
  /// As many cells as columns.
  void write(OutputBuffer& out, std::span<const Cell> cells);

 private:
  void write_table(OutputBuffer& out, std::span<const Cell> cells);
  void write_json(OutputBuffer& out, std::span<const Cell> cells) const;
  void write_separated(OutputBuffer& out, std::span<const Cell> cells) const;
  void append_time(OutputBuffer& out, int64_t timestamp_ms);

  std::vector<Column> columns_;
  std::vector<std::string> json_keys_;  ///< `,"key":`
  std::vector<size_t> widths_;          ///< of a table; 0: not in it
  Format format_;
  bool utc_;
  int64_t time_second_ = INT64_MIN;  ///< what time_text_ says
  std::string time_text_;
};

/// Text for a terminal or a line of its own: what could mislead is escaped.
void append_visible(OutputBuffer& out, std::string_view text);

}  // namespace kt::stream
