// `-o table`: for eyes. Columns aligned by display width, numbers to the right, sizes and times
// readable, names from others escaped. Rows that hold rows become a headed block each.
#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "base/time.h"
#include "base/units.h"
#include "base/utf8.h"
#include "output/report.h"

namespace kt {
namespace {

constexpr size_t kStreamRows = 64;

bool is_number(Kind kind) {
  return kind == Kind::integer || kind == Kind::real || kind == Kind::size_bytes ||
         kind == Kind::duration_ms;
}

std::string readable(const Column& column, const Value& value, bool utc) {
  if (value.is_null()) return "-";
  switch (column.kind) {
    case Kind::text:
      return value.text().empty() ? "\"\"" : escape_for_terminal(value.text());
    case Kind::boolean:
      return value.boolean() ? "yes" : "no";
    case Kind::integer:
      return std::to_string(value.integer());
    case Kind::size_bytes:
      return format_size(value.integer());
    case Kind::timestamp_ms:
      return format_local(value.integer(), utc);
    case Kind::duration_ms:
      return format_duration(std::chrono::milliseconds(value.integer()));
    case Kind::real: {
      char digits[48];
      return {digits, std::to_chars(digits, digits + sizeof digits, value.real(),
                                    std::chars_format::fixed, 2)
                          .ptr};
    }
    case Kind::any:
      if (!value.is_list()) return readable({{}, {}, value.kind()}, value, utc);
      [[fallthrough]];
    case Kind::texts:
    case Kind::integers: {
      std::vector<std::string> pieces;
      Column element{{}, {}, Kind::any};
      for (const auto& piece : value.list()) pieces.push_back(readable(element, piece, utc));
      return pieces.empty() ? "-" : join(pieces, ",");
    }
    case Kind::rows:
      break;
  }
  return {};
}

std::string heading(const Column& column, bool utc) {
  std::string title(column.title);
  if (column.kind == Kind::timestamp_ms) title += utc ? " (UTC)" : " (" + local_zone_name() + ')';
  return title;
}

/// Lines of cells that become columns of equal width.
class Grid {
 public:
  Grid(const std::vector<Column>& columns, const ReportOptions& options, Sink& out,
       std::string indent)
      : options_(options), out_(out), indent_(std::move(indent)) {
    for (const auto& column : columns)
      if (column.kind != Kind::rows && !column.title.empty()) columns_.push_back(&column);
    for (auto column : columns_) {
      Cell title(heading(*column, options.utc));
      widths_.push_back(options.headings ? title.width : 0);
      titles_.push_back(std::move(title));
    }
  }

  size_t size() const { return lines_.size(); }

  void add(const std::vector<Column>& columns, const Row& row) {
    std::vector<Cell> line;
    line.reserve(columns_.size());
    for (size_t i = 0; i < columns.size(); ++i) {
      if (columns[i].kind == Kind::rows || columns[i].title.empty()) continue;
      Cell cell(readable(columns[i], row.at(i), options_.utc));
      widths_[line.size()] = std::max(widths_[line.size()], cell.width);
      line.push_back(std::move(cell));
    }
    lines_.push_back(std::move(line));
  }

  void print() {
    if (options_.headings && !headed_ && !lines_.empty()) {
      headed_ = true;
      if (out_.color) out_.write("\x1b[1m");
      print_line(titles_);
      if (out_.color) out_.write("\x1b[0m");
    }
    for (const auto& line : lines_) print_line(line);
    lines_.clear();
  }

 private:
  struct Cell {
    explicit Cell(std::string shown) : text(std::move(shown)), width(display_width(text)) {}

    std::string text;
    int width;
  };

  void print_line(const std::vector<Cell>& cells) {
    std::string text = indent_;
    for (size_t i = 0; i < cells.size(); ++i) {
      bool last = i + 1 == cells.size();
      size_t padding = static_cast<size_t>(std::max(0, widths_[i] - cells[i].width));
      if (is_number(columns_[i]->kind)) text.append(padding, ' ');
      text += cells[i].text;
      if (!is_number(columns_[i]->kind) && !last) text.append(padding, ' ');
      if (!last) text += "  ";
    }
    text += '\n';
    out_.write(text);
  }

  const ReportOptions& options_;
  Sink& out_;
  std::string indent_;
  std::vector<const Column*> columns_;
  std::vector<Cell> titles_;
  std::vector<int> widths_;
  std::vector<std::vector<Cell>> lines_;
  bool headed_ = false;
};

class Table : public Formatter {
 public:
  Table(const Schema& schema, const ReportOptions& options, Sink& out)
      : schema_(schema), options_(options), out_(out), grid_(schema.columns, options_, out, "") {
    for (const auto& column : schema.columns)
      has_rows_ |= column.kind == Kind::rows && !column.title.empty();
  }

  void row(const Row& row) override {
    if (has_rows_ && !lacks_rows(row)) return print_block(schema_.columns, row, "");
    grid_.add(schema_.columns, row);
    if (options_.streams && grid_.size() >= kStreamRows) grid_.print();
  }

  void flush() override { grid_.print(); }

  void finish(const Row& fields, const std::vector<ItemError>&) override {
    grid_.print();
    for (size_t i = 0; i < fields.size(); ++i) {
      const auto& column = schema_.fields[i];
      if (column.title.empty() || fields[i].is_null()) continue;
      if (column.kind == Kind::rows) {
        print_nested(column, fields[i], "");
      } else {
        out_.write(heading(column, options_.utc) + ": " +
                   readable(column, fields[i], options_.utc) + '\n');
      }
    }
  }

 private:
  /// Whether all rows inside of it are null: nobody asked for them, and a line says it all.
  bool lacks_rows(const Row& row) const {
    for (size_t i = 0; i < row.size(); ++i)
      if (schema_.columns[i].kind == Kind::rows && !row[i].is_null()) return false;
    return true;
  }

  /// `orders  partitions 3  replication factor 2`, then each nested list as an indented table.
  void print_block(const std::vector<Column>& columns, const Row& row, const std::string& indent) {
    if (blocks_++ > 0 && indent.empty()) out_.write("\n");
    std::string line = indent;
    bool first = true;
    for (size_t i = 0; i < columns.size(); ++i) {
      if (columns[i].kind == Kind::rows || columns[i].title.empty()) continue;
      auto cell = readable(columns[i], row.at(i), options_.utc);
      if (first)
        line += out_.color ? "\x1b[1m" + cell + "\x1b[0m" : cell;
      else
        line += "  " + lower(heading(columns[i], options_.utc)) + ' ' + cell;
      first = false;
    }
    out_.write(line + '\n');
    for (size_t i = 0; i < columns.size(); ++i)
      if (columns[i].kind == Kind::rows && !columns[i].title.empty())
        print_nested(columns[i], row.at(i), indent + "  ");
  }

  void print_nested(const Column& column, const Value& rows, const std::string& indent) {
    if (rows.is_null() || rows.list().empty()) return;
    bool deeper = std::any_of(column.columns.begin(), column.columns.end(), [](const Column& c) {
      return c.kind == Kind::rows && !c.title.empty();
    });
    if (deeper) {
      for (const auto& inner : rows.list()) print_block(column.columns, inner.list(), indent);
      return;
    }
    Grid grid(column.columns, options_, out_, indent);
    for (const auto& inner : rows.list()) grid.add(column.columns, inner.list());
    grid.print();
  }

  const Schema& schema_;
  ReportOptions options_;
  Sink& out_;
  Grid grid_;
  bool has_rows_ = false;
  size_t blocks_ = 0;
};

}  // namespace

std::unique_ptr<Formatter> make_table(const Schema& schema, const ReportOptions& options,
                                      Sink& out) {
  return std::make_unique<Table>(schema, options, out);
}

}  // namespace kt
