// `-o csv` (RFC 4180, lines end with LF) and `-o tsv` (\t, \n, \r and \\ escaped): exact values
// under their JSON keys, null as nothing. Nested rows repeat the values around them.
#include <charconv>

#include "base/text.h"
#include "base/utf8.h"
#include "output/report.h"

namespace kt {
namespace {

std::string exact(const Column& column, const Value& value) {
  if (value.is_null()) return {};
  switch (column.kind) {
    case Kind::text:
      return std::string(value.text());
    case Kind::boolean:
      return value.boolean() ? "true" : "false";
    case Kind::real: {
      char digits[40];
      return {digits, std::to_chars(digits, digits + sizeof digits, value.real()).ptr};
    }
    case Kind::texts:
    case Kind::integers: {
      std::vector<std::string> pieces;
      for (const auto& element : value.list())
        pieces.push_back(
            exact({{}, {}, element.is_integer() ? Kind::integer : Kind::text}, element));
      return join(pieces, ",");
    }
    default:
      return std::to_string(value.integer());
  }
}

class Delimited : public Formatter {
 public:
  Delimited(const Schema& schema, const ReportOptions& options, Sink& out)
      : schema_(schema), options_(options), out_(out) {}

  void row(const Row& row) override {
    open();
    expand(schema_.columns, row, 0);
  }

  void flush() override { open(); }
  void finish(const Row&, const std::vector<ItemError>&) override { open(); }

 private:
  void open() {
    if (opened_ || !options_.headings) return;
    opened_ = true;
    std::vector<std::string> names;
    collect_names(schema_.columns, names);
    print(names);
  }

  static void collect_names(const std::vector<Column>& columns, std::vector<std::string>& names) {
    for (const auto& column : columns)
      if (column.kind != Kind::rows) names.emplace_back(column.key);
    if (auto nested = nested_column(columns)) collect_names(nested->columns, names);
  }

  /// The first column of rows; CSV has no place for a second one.
  static const Column* nested_column(const std::vector<Column>& columns) {
    for (const auto& column : columns)
      if (column.kind == Kind::rows && !column.only_json) return &column;
    return nullptr;
  }

  /// Puts the row's own values at `at` and prints one line for each innermost row.
  void expand(const std::vector<Column>& columns, const Row& row, size_t at) {
    const Value* inner = nullptr;
    auto nested = nested_column(columns);
    line_.resize(at);
    for (size_t i = 0; i < columns.size(); ++i) {
      if (&columns[i] == nested)
        inner = &row[i];
      else if (columns[i].kind != Kind::rows)
        line_.push_back(exact(columns[i], row[i]));
    }
    if (!nested) return print(line_);
    size_t own = line_.size();
    if (inner->is_null() || inner->list().empty()) {
      std::vector<std::string> missing;
      collect_names(nested->columns, missing);
      line_.resize(own + missing.size());
      return print(line_);
    }
    for (const auto& element : inner->list()) {
      line_.resize(own);
      expand(nested->columns, element.list(), own);
    }
  }

  void print(const std::vector<std::string>& cells) {
    std::string text;
    for (size_t i = 0; i < cells.size(); ++i) {
      if (i > 0) text += options_.format == Format::csv ? ',' : '\t';
      text += options_.format == Format::csv ? csv_cell(cells[i]) : tsv_cell(cells[i]);
    }
    out_.write(text + '\n');
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

  std::string tsv_cell(const std::string& cell) const {
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
  std::vector<std::string> line_;
  bool opened_ = false;
};

}  // namespace

std::unique_ptr<Formatter> make_delimited(const Schema& schema, const ReportOptions& options,
                                          Sink& out) {
  return std::make_unique<Delimited>(schema, options, out);
}

}  // namespace kt
