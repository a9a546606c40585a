// The answer of a command: rows and item errors in, one of the output formats out. Rows stream,
// except that a table is held until its widths are known.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "output/sink.h"
#include "output/value.h"

namespace kt {

enum class Format { table, json, jsonl, csv, tsv, other };

/// An item that could not be done: what it was, and Kafka's code and name where a broker answered.
struct ItemError {
  std::vector<std::pair<std::string_view, Value>>
      item;             ///< `{"topic", "orders"}, {"partition", 3}`
  int code = 0;         ///< Kafka's error code; 0 where no broker gave one
  std::string error;    ///< its name, `TOPIC_ALREADY_EXISTS`
  std::string message;  ///< one sentence
};

/// What else is known of error codes that brokers answered with: the way out. Filled by any thread,
/// told by the one that reports.
class Advice {
 public:
  /// About a code, its name and the thing that it concerns; without a name, whatever thing.
  void add(int code, std::string error, std::string name, std::string sentence);
  /// What there is about the item, which is told by that; else empty.
  std::string of(const ItemError& error);
  /// As errors, what was told of no item; all is told then.
  std::vector<ItemError> untold();

 private:
  struct Known {
    int code;
    std::string error;
    std::string name;
    std::string sentence;
    bool told = false;
  };
  std::mutex mutex_;
  std::vector<Known> known_;
};

struct ReportOptions {
  Format format = Format::table;
  bool utc = false;      ///< times of tables in UTC
  bool streams = false;  ///< a table prints what it has after kStreamRows rows
  bool headings = true;  ///< of tables, CSV and TSV
  std::shared_ptr<Advice> advice{};
};

/// What each format does with rows; Report keeps the rules that all share.
class Formatter {
 public:
  virtual ~Formatter() = default;
  virtual void row(const Row& row) = 0;
  /// Rows so far become visible.
  virtual void flush() {}
  /// The end: single values by schema order, and errors.
  virtual void finish(const Row& fields, const std::vector<ItemError>& errors) = 0;
};

class Report {
 public:
  Report(const Schema& schema, ReportOptions options, Sink& out, Sink& err);

  /// One row, its values in the order of the schema's columns.
  void row(Row row);
  /// A single value beside the rows, one of the schema's fields.
  void set(std::string_view key, Value value);
  /// An item that failed: `kt: topic "a": message` on stderr at once, an element of `errors` in
  /// JSON.
  void error(ItemError error);
  /// The whole command failed: the sentence becomes an element of `errors`; main has printed it.
  void failed(std::string message);
  /// Makes rows visible that were given so far (streams that wait for more).
  void flush();
  /// Closes brackets and prints what was held. Called by main, once, also after an error.
  void finish();

  bool has_errors() const { return !errors_.empty(); }
  size_t row_count() const { return row_count_; }
  const Schema& schema() const { return schema_; }

 private:
  const Schema& schema_;
  ReportOptions options_;
  Sink& out_;
  Sink& err_;
  std::unique_ptr<Formatter> formatter_;
  Row fields_;
  std::vector<ItemError> errors_;
  size_t row_count_ = 0;
  bool finished_ = false;
};

/// `topic "a", partition 3: message (NAME)`: an item error as people read it.
std::string describe(const ItemError& error);

/// False where the name is none of the formats that every command has.
bool parse_format(std::string_view name, Format& format);

std::unique_ptr<Formatter> make_table(const Schema&, const ReportOptions&, Sink& out);
std::unique_ptr<Formatter> make_delimited(const Schema&, const ReportOptions&, Sink& out);
std::unique_ptr<Formatter> make_json(const Schema&, Sink& out);
std::unique_ptr<Formatter> make_json_lines(const Schema&, Sink& out);

/// The JSON Schema (2020-12) of the command's `-o json` answer.
std::string json_schema(const Schema& schema, std::string_view title);

}  // namespace kt
