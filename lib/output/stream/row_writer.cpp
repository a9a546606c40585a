#include "output/stream/row_writer.h"

#include <algorithm>
#include <cstring>

#include "base/time.h"
#include "base/utf8.h"
#include "output/stream/json_text.h"
#include "output/stream/separated_text.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

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

/// Writes `count` blanks, and may write up to kMostBlanks of them.
constexpr size_t kMostBlanks = 32;
char* put_blanks(char* at, size_t count) {
  std::memset(at, ' ', kMostBlanks);
  return at + count;
}

void append_blanks(OutputBuffer& out, size_t count) {
  out.advance_to(put_blanks(out.room(kMostBlanks), count));
}

/// Right-aligned.
void append_number(OutputBuffer& out, int64_t number, size_t width) {
  char digits[20];
  char* at = digits + sizeof digits;
  auto left =
      number < 0 ? uint64_t{0} - static_cast<uint64_t>(number) : static_cast<uint64_t>(number);
  do *--at = static_cast<char>('0' + left % 10);
  while ((left /= 10) != 0);
  if (number < 0) *--at = '-';
  auto size = static_cast<size_t>(digits + sizeof digits - at);
  char* to = out.room(kMostBlanks + sizeof digits);
  if (size < width) to = put_blanks(to, width - size);
  std::memcpy(to, at, size);
  out.advance_to(to + size);
}

/// Nothing but printable ASCII, which is shown as it is.
bool is_printable(std::string_view text) {
  const char* at = text.data();
  const char* end = at + text.size();
#if defined(__SSE2__)
  for (; end - at >= 16; at += 16) {
    __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    // Signed: bytes from 0x80 on are below zero.
    __m128i strange = _mm_or_si128(_mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20)),
                                   _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7f)));
    if (_mm_movemask_epi8(strange) != 0) return false;
  }
#endif
  for (; at < end; ++at)
    if (*at < 0x20 || *at == 0x7f) return false;
  return true;
}

/// What is written alike in all formats that programs read; false for text, and for null, whose
/// text is empty.
bool append_plain(OutputBuffer& out, const Cell& cell) {
  if (cell.type == Cell::Type::boolean)
    out.append(cell.number != 0 ? "true" : "false");
  else if (cell.type == Cell::Type::number)
    stream::append_number(out, cell.number);
  else
    return false;
  return true;
}

}  // namespace

void append_visible(OutputBuffer& out, std::string_view text) {
  is_printable(text) ? out.append(text) : out.append(escape_for_terminal(text));
}

RowWriter::RowWriter(std::vector<Column> columns, Format format, bool utc)
    : columns_(std::move(columns)), format_(format), utc_(utc) {
  for (const auto& column : columns_) {
    json_keys_.push_back((json_keys_.empty() ? "\"" : ",\"") + std::string(column.key) + "\":");
    widths_.push_back(column.title.empty() ? 0
                                           : std::clamp(column.title.size(),
                                                        least_width(column.kind), kMostBlanks - 2));
  }
}

void RowWriter::fit(size_t column, size_t width) {
  widths_[column] = std::max(widths_[column], std::min(width, kMostBlanks - 2));
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
    size_t width = widths_[i];
    if (width == 0) continue;
    const Cell& cell = cells[i];
    bool right = is_right_aligned(columns_[i].kind);
    size_t start = out.size();
    if (cell.type == Cell::Type::number && columns_[i].kind == Kind::timestamp_ms) {
      append_time(out, cell.number);
    } else if (cell.type == Cell::Type::number) {
      append_number(out, cell.number, width);
    } else if (cell.type == Cell::Type::null) {
      if (right) append_blanks(out, width - 1);
      out.append('-');
    } else if (cell.type == Cell::Type::boolean) {
      out.append(cell.number != 0 ? "yes" : "no");
    } else {
      append_visible(out, cell.text);
    }
    if (i + 1 == last) break;
    size_t used = out.size() - start;
    append_blanks(out, (used < width ? width - used : 0) + 2);
  }
  out.append('\n');
}

void RowWriter::write_json(OutputBuffer& out, std::span<const Cell> cells) const {
  out.append('{');
  for (size_t i = 0; i < cells.size(); ++i) {
    const auto& cell = cells[i];
    out.append(json_keys_[i]);
    if (cell.type == Cell::Type::null)
      out.append("null");
    else if (cell.type == Cell::Type::json)
      out.append(cell.text);
    else if (!append_plain(out, cell))
      append_json_bytes(out, cell.text);
  }
  out.append("}\n");
}

void RowWriter::write_separated(OutputBuffer& out, std::span<const Cell> cells) const {
  char separator = format_ == Format::csv ? ',' : '\t';
  for (size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) out.append(separator);
    if (!append_plain(out, cells[i])) append_separated(out, separator, cells[i].text);
  }
  out.append('\n');
}

}  // namespace kt::stream
