#include "output/stream/row_writer.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "base/time.h"
#include "base/utf8.h"
#include "output/stream/json_text.h"
#include "output/stream/separated_text.h"

namespace kt::stream {
namespace {

constexpr size_t kTimeWidth = 23;

size_t least_width(Kind kind) {
  switch (kind) {
    case Kind::integer:
    case Kind::size_bytes:
      return 8;
    case Kind::timestamp_ms:
      return kTimeWidth;
    case Kind::text:
      return 6;
    default:
      return 3;
  }
}

bool is_right_aligned(Kind kind) { return kind == Kind::integer || kind == Kind::size_bytes; }

void append_blanks(OutputBuffer& out, size_t count) {
  char* at = out.room(count);
  std::memset(at, ' ', count);
  out.advance_to(at + count);
}

}  // namespace

void append_visible(OutputBuffer& out, std::string_view text) {
  // Printable ASCII, by blocks that the compiler turns into vector code, goes as it is.
  bool plain = true;
  for (size_t at = 0; at < text.size() && plain;) {
    size_t end = std::min(text.size(), at + 64);
    unsigned char strange = 0;
    for (; at < end; ++at) {
      auto byte = static_cast<unsigned char>(text[at]);
      strange |= static_cast<unsigned char>(byte < 0x20 || byte > 0x7e);
    }
    plain = strange == 0;
  }
  plain ? out.append(text) : out.append(escape_for_terminal(text));
}

RowWriter::RowWriter(std::vector<Column> columns, Format format, bool utc)
    : columns_(std::move(columns)), format_(format), utc_(utc) {
  for (const auto& column : columns_) {
    json_keys_.push_back((json_keys_.empty() ? "\"" : ",\"") + std::string(column.key) + "\":");
    widths_.push_back(
        column.title.empty() ? 0 : std::max(column.title.size(), least_width(column.kind)));
  }
}

void RowWriter::begin(OutputBuffer& out) const {
  if (format_ == Format::csv || format_ == Format::tsv) {
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (i > 0) out.append(format_ == Format::csv ? ',' : '\t');
      out.append(columns_[i].key);
    }
    out.append('\n');
    return;
  }
  if (format_ != Format::table) return;
  size_t last = columns_.size();
  while (last > 0 && widths_[last - 1] == 0) --last;
  for (size_t i = 0; i < last; ++i) {
    if (widths_[i] == 0) continue;
    size_t blanks = widths_[i] - columns_[i].title.size();
    if (is_right_aligned(columns_[i].kind)) append_blanks(out, blanks);
    out.append(columns_[i].title);
    if (i + 1 == last) break;
    append_blanks(out, (is_right_aligned(columns_[i].kind) ? 0 : blanks) + 2);
  }
  out.append('\n');
}

void RowWriter::write(OutputBuffer& out, std::span<const Cell> cells) {
  switch (format_) {
    case Format::json:
      out.append(',');
      [[fallthrough]];
    case Format::jsonl:
      return write_json(out, cells);
    case Format::csv:
    case Format::tsv:
      return write_separated(out, cells);
    default:
      return write_table(out, cells);
  }
}

void RowWriter::append_time(OutputBuffer& out, int64_t timestamp_ms) {
  int64_t second = timestamp_ms / 1000;
  if (second != time_second_ || timestamp_ms < 0) {
    time_text_ = format_local(timestamp_ms, utc_);
    time_second_ = timestamp_ms < 0 ? INT64_MIN : second;
  } else {
    auto rest = static_cast<int>(timestamp_ms % 1000);
    char* digits = time_text_.data() + time_text_.size() - 3;
    digits[0] = static_cast<char>('0' + rest / 100);
    digits[1] = static_cast<char>('0' + rest / 10 % 10);
    digits[2] = static_cast<char>('0' + rest % 10);
  }
  out.append(time_text_);
}

void RowWriter::write_table(OutputBuffer& out, std::span<const Cell> cells) {
  // Nulls at the end are left out, so that a long text before them is not followed by blanks.
  size_t last = cells.size();
  while (last > 0 && (widths_[last - 1] == 0 || cells[last - 1].type == Cell::Type::null)) --last;
  for (size_t i = 0; i < last; ++i) {
    if (widths_[i] == 0) continue;
    const Cell& cell = cells[i];
    size_t start = out.size();
    switch (cell.type) {
      case Cell::Type::null:
        if (is_right_aligned(columns_[i].kind)) append_blanks(out, widths_[i] - 1);
        out.append('-');
        break;
      case Cell::Type::boolean:
        out.append(cell.number != 0 ? "yes" : "no");
        break;
      case Cell::Type::number:
        if (columns_[i].kind == Kind::timestamp_ms) {
          append_time(out, cell.number);
        } else {
          char digits[20];
          auto size =
              static_cast<size_t>(std::to_chars(digits, digits + 20, cell.number).ptr - digits);
          if (size < widths_[i]) append_blanks(out, widths_[i] - size);
          out.append({digits, size});
        }
        break;
      case Cell::Type::bytes:
      case Cell::Type::json:
        append_visible(out, cell.text);
        break;
    }
    if (i + 1 == last) break;
    size_t width = out.size() - start;
    append_blanks(out, (width < widths_[i] ? widths_[i] - width : 0) + 2);
  }
  out.append('\n');
}

void RowWriter::write_json(OutputBuffer& out, std::span<const Cell> cells) const {
  out.append('{');
  for (size_t i = 0; i < cells.size(); ++i) {
    out.append(json_keys_[i]);
    switch (cells[i].type) {
      case Cell::Type::null:
        out.append("null");
        break;
      case Cell::Type::boolean:
        out.append(cells[i].number != 0 ? "true" : "false");
        break;
      case Cell::Type::number:
        append_number(out, cells[i].number);
        break;
      case Cell::Type::bytes:
        append_json_bytes(out, cells[i].text);
        break;
      case Cell::Type::json:
        out.append(cells[i].text);
        break;
    }
  }
  out.append("}\n");
}

void RowWriter::write_separated(OutputBuffer& out, std::span<const Cell> cells) const {
  char separator = format_ == Format::csv ? ',' : '\t';
  for (size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) out.append(separator);
    switch (cells[i].type) {
      case Cell::Type::null:
        break;
      case Cell::Type::boolean:
        out.append(cells[i].number != 0 ? "true" : "false");
        break;
      case Cell::Type::number:
        append_number(out, cells[i].number);
        break;
      case Cell::Type::bytes:
      case Cell::Type::json:
        append_separated(out, separator, cells[i].text);
        break;
    }
  }
  out.append('\n');
}

}  // namespace kt::stream
