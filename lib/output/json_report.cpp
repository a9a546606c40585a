// `-o json`: one object for the whole command, a row a line, written as rows come; `-o jsonl`: an
// object a line.
#include "output/json.h"
#include "output/report.h"

namespace kt {
namespace {

class JsonReport : public Formatter {
 public:
  JsonReport(const Schema& schema, Sink& out) : schema_(schema), out_(out) {}

  void row(const Row& row) override {
    open();
    std::string text = rows_++ == 0 ? "\n" : ",\n";
    JsonWriter(text).row(schema_.columns, row);
    out_.write(text);
  }

  void flush() override { open(); }

  void finish(const Row& fields, const std::vector<ItemError>& errors) override {
    open();
    std::string text = rows_ > 0 ? "\n]" : "]";
    for (size_t i = 0; i < fields.size(); ++i) {
      text += ',';
      append_json_string(text, schema_.fields[i].key);
      text += ':';
      JsonWriter(text).value(schema_.fields[i], fields[i]);
    }
    text += ",\"errors\":";
    JsonWriter json(text);
    json.begin_array();
    for (const auto& error : errors) write_error(json, error);
    json.end_array();
    text += "}\n";
    out_.write(text);
  }

 private:
  void open() {
    if (opened_) return;
    opened_ = true;
    std::string text = "{";
    append_json_string(text, schema_.name);
    out_.write(text + ":[");
  }

  static void write_error(JsonWriter& json, const ItemError& error) {
    json.begin_object();
    for (const auto& [noun, value] : error.item) {
      json.key(noun);
      json.value(Column{noun, {}, value.is_integer() ? Kind::integer : Kind::text}, value);
    }
    json.key("code");
    error.code == 0 ? json.null() : json.integer(error.code);
    json.key("error");
    error.error.empty() ? json.null() : json.text(error.error);
    json.key("message");
    json.text(error.message);
    json.end_object();
  }

  const Schema& schema_;
  Sink& out_;
  size_t rows_ = 0;
  bool opened_ = false;
};

class JsonLines : public Formatter {
 public:
  JsonLines(const Schema& schema, Sink& out) : schema_(schema), out_(out) {}

  void row(const Row& row) override {
    line_.clear();
    JsonWriter(line_).row(schema_.columns, row);
    line_ += '\n';
    out_.write(line_);
  }

  void finish(const Row&, const std::vector<ItemError>&) override {}

 private:
  const Schema& schema_;
  Sink& out_;
  std::string line_;
};

}  // namespace

std::unique_ptr<Formatter> make_json(const Schema& schema, Sink& out) {
  return std::make_unique<JsonReport>(schema, out);
}

std::unique_ptr<Formatter> make_json_lines(const Schema& schema, Sink& out) {
  return std::make_unique<JsonLines>(schema, out);
}

}  // namespace kt
