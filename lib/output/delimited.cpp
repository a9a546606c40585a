// `-o csv` (RFC 4180, lines end with LF) and `-o tsv` (\t, \n, \r and \\ escaped): exact values
// under their JSON keys, null as nothing. Nested rows repeat the values around them.
#include <algorithm>
#include <charconv>

#include "base/utf8.h"
#include "output/report.h"

namespace kt {
namespace {

void append_integer(int64_t value, std::string& out) {
  char digits[24];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

/// Adds the value as it is, before anything is escaped.
void append_exact(Kind kind, const Value& value, std::string& out) {
  if (value.is_null()) return;
  switch (kind) {
    case Kind::text:
      out += value.text();
      break;
    case Kind::boolean:
      out += value.boolean() ? "true" : "false";
      break;
    case Kind::real: {
      char digits[40];
      out.append(digits, std::to_chars(digits, digits + sizeof digits, value.real()).ptr);
      break;
    }
    case Kind::any:
      if (!value.is_list()) return append_exact(value.kind(), value, out);
      [[fallthrough]];
    case Kind::texts:
    case Kind::integers: {
      const char* between = "";
      for (const auto& element : value.list()) {
        out += between;
        append_exact(Kind::any, element, out);
        between = ",";
      }
      break;
    }
    default:
      append_integer(value.integer(), out);
  }
}

class Delimited : public Formatter {
 public:
  Delimited(const Schema& schema, const ReportOptions& options, Sink& out)
      : schema_(schema), options_(options), out_(out), csv_(options.format == Format::csv) {}

  void row(const Row& row) override {
    open();
    line_.clear();
    expand(schema_.columns, row);
  }

  void flush() override { open(); }
  void finish(const Row&, const std::vector<ItemError>&) override { open(); }

 private:
  void open() {
    if (opened_ || !options_.headings) return;
    opened_ = true;
    for (auto name : names(schema_.columns)) line_.append(name) += separator();
    print();
  }

  static std::vector<std::string_view> names(const std::vector<Column>& columns) {
    std::vector<std::string_view> found;
    for (const auto& column : columns)
      if (column.kind != Kind::rows) found.push_back(column.key);
    if (auto nested = nested_column(columns))
      for (auto name : names(nested->columns)) found.push_back(name);
    return found;
  }

  /// The first column of rows; CSV has no place for a second one.
  static const Column* nested_column(const std::vector<Column>& columns) {
    for (const auto& column : columns)
      if (column.kind == Kind::rows && !column.only_json) return &column;
    return nullptr;
  }

  char separator() const { return csv_ ? ',' : '\t'; }

  /// Adds the row's own values to the line and prints it once for each innermost row.
  void expand(const std::vector<Column>& columns, const Row& row) {
    const Value* inner = nullptr;
    auto nested = nested_column(columns);
    for (size_t i = 0; i < columns.size(); ++i) {
      if (&columns[i] == nested)
        inner = &row[i];
      else if (columns[i].kind != Kind::rows)
        add(columns[i].kind, row[i]);
    }
    if (!nested) return print();
    size_t own = line_.size();
    if (inner->is_null() || inner->list().empty()) {
      line_.append(names(nested->columns).size(), separator());
      return print();
    }
    for (const auto& element : inner->list()) {
      line_.resize(own);
      expand(nested->columns, element.list());
    }
  }

  /// A separator follows each cell; the last is the end of the line.
  void print() {
    out_.write(std::string_view(line_).substr(0, std::max<size_t>(line_.size(), 1) - 1));
    out_.write("\n");
  }

  void add(Kind kind, const Value& value) {
    size_t start = line_.size();
    append_exact(kind, value, line_);
    if (!value.is_null() && !value.is_integer()) escape_from(start);
    line_ += separator();
  }

  /// Escapes the cell that begins there, where it must be.
  void escape_from(size_t start) {
    auto cell = std::string_view(line_).substr(start);
    auto is_special = [this](char c) {
      return c == '\n' || c == '\r' || (csv_ ? c == ',' || c == '"' : c == '\t' || c == '\\');
    };
    if (!out_.is_terminal() && std::none_of(cell.begin(), cell.end(), is_special)) return;
    auto escaped = csv_ ? csv_cell(std::string(cell)) : tsv_cell(cell);
    line_.replace(start, cell.size(), escaped);
  }

  std::string csv_cell(const std::string& exact_cell) const {
    std::string cell = out_.is_terminal() ? escape_for_terminal(exact_cell) : exact_cell;
    if (cell.find_first_of(",\"\r\n") == std::string::npos) return cell;
    std::string quoted_cell = "\"";
    for (char c : cell) {
      if (c == '"') quoted_cell += '"';
      quoted_cell += c;
    }
    return quoted_cell + '"';
  }

  std::string tsv_cell(std::string_view cell) const {
    std::string escaped;
    for (char c : cell) {
      switch (c) {
        case '\t':
          escaped += "\\t";
          break;
        case '\n':
          escaped += "\\n";
          break;
        case '\r':
          escaped += "\\r";
          break;
        case '\\':
          escaped += "\\\\";
          break;
        default:
          escaped += c;
      }
    }
    return out_.is_terminal() ? escape_for_terminal(escaped) : escaped;
  }

  const Schema& schema_;
  ReportOptions options_;
  Sink& out_;
  bool csv_;
  std::string line_;  ///< cells so far, a separator behind each
  bool opened_ = false;
};

}  // namespace

std::unique_ptr<Formatter> make_delimited(const Schema& schema, const ReportOptions& options,
                                          Sink& out) {
  return std::make_unique<Delimited>(schema, options, out);
}

}  // namespace kt
