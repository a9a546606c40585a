#include "output/stream/record_writer.h"

#include <utility>

#include "base/bytes.h"
#include "base/error.h"
#include "base/text.h"
#include "base/utf8.h"
#include "output/stream/json_text.h"
#include "output/stream/record_template.h"
#include "output/stream/separated_text.h"

namespace kt::stream {
namespace {

class LineWriter final : public RecordWriter {
 public:
  explicit LineWriter(const RecordWriterOptions& options) : options_(options) {}

  void write(OutputBuffer& out, const Record& record) override {
    if (options_.offsets) {
      append_number(out, record.offset);
      out.append('\t');
    }
    if (options_.key_separator) {
      append(out, record.key);
      out.append(*options_.key_separator);
    }
    if (record.value && !options_.terminal) {  // the hot one: a copy and a line feed
      size_t size = record.value->size();
      char* at = out.room(size + 1);
      if (size > 0) std::memcpy(at, record.value->data(), size);
      at[size] = '\n';
      out.advance_to(at + size + 1);
      return;
    }
    append(out, record.value);
    out.append('\n');
  }

 private:
  void append(OutputBuffer& out, const Bytes& bytes) {
    if (!bytes)
      out.append(options_.null_text);
    else if (options_.terminal)
      out.append(escape_for_terminal(*bytes));
    else
      out.append(*bytes);
  }

  RecordWriterOptions options_;
};

class RawWriter final : public RecordWriter {
 public:
  void write(OutputBuffer& out, const Record& record) override {
    if (record.value) out.append(*record.value);
  }
};

class FramedWriter final : public RecordWriter {
 public:
  void write(OutputBuffer& out, const Record& record) override {
    append(out, record.key);
    append(out, record.value);
  }

 private:
  static void append(OutputBuffer& out, const Bytes& bytes) {
    char* at = out.room(4);
    store_big_endian(at, bytes ? static_cast<int32_t>(bytes->size()) : -1);
    out.advance_to(at + 4);
    if (bytes) out.append(*bytes);
  }
};

class JsonLineWriter : public RecordWriter {
 public:
  void write(OutputBuffer& out, const Record& record) override {
    write_object(out, record);
    out.append('\n');
  }
  bool wants_headers() const override { return true; }

 protected:
  void write_object(OutputBuffer& out, const Record& record) {
    start(out, record);
    append_number(out, record.offset);
    out.append(R"(,"timestamp_ms":)");
    if (record.timestamp_ms < 0) {
      out.append(R"(null,"timestamp_type":null)");
    } else {
      append_number(out, record.timestamp_ms);
      out.append(record.log_append_time ? R"(,"timestamp_type":"log_append_time")"
                                        : R"(,"timestamp_type":"create_time")");
    }
    out.append(R"(,"key":)");
    append_json_bytes(out, record.key);
    out.append(R"(,"value":)");
    append_json_bytes(out, record.value);
    out.append(R"(,"headers":[)");
    for (size_t i = 0; i < record.headers.size(); ++i) {
      out.append(i == 0 ? R"({"key":)" : R"(,{"key":)");
      append_json_bytes(out, record.headers[i].key);
      out.append(R"(,"value":)");
      append_json_bytes(out, record.headers[i].value);
      out.append('}');
    }
    out.append(']');
    out.append(record.further_members);
    out.append('}');
  }

 private:
  /// Everything up to the offset is the same from one record of a partition to the next.
  void start(OutputBuffer& out, const Record& record) {
    if (start_.empty() || record.partition != start_partition_ || record.topic != start_topic_) {
      start_topic_ = record.topic;
      start_partition_ = record.partition;
      OutputBuffer made;
      made.append(R"({"topic":)");
      append_json_bytes(made, record.topic.empty() ? Bytes() : Bytes(record.topic));
      made.append(R"(,"partition":)");
      record.partition < 0 ? made.append("null") : append_number(made, record.partition);
      made.append(R"(,"offset":)");
      start_ = made.view();
    }
    out.append(start_);
  }

  std::string start_;
  std::string start_topic_;
  int32_t start_partition_ = -1;
};

class JsonDocumentWriter final : public JsonLineWriter {
 public:
  void begin(OutputBuffer& out) override { out.append(R"({"records":[)"); }
  void write(OutputBuffer& out, const Record& record) override {
    out.append(first_ ? "\n" : ",\n");
    first_ = false;
    write_object(out, record);
  }
  void end(OutputBuffer& out, std::string_view errors) override {
    out.append(R"(],"errors":[)");
    out.append(errors);
    out.append("]}\n");
  }

 private:
  bool first_ = true;
};

class SeparatedWriter final : public RecordWriter {
 public:
  explicit SeparatedWriter(char separator) : separator_(separator) {}

  void begin(OutputBuffer& out) override {
    for (std::string_view name : {"topic", "partition", "offset", "timestamp_ms", "key"}) {
      out.append(name);
      out.append(separator_);
    }
    out.append("value\n");
  }
  void write(OutputBuffer& out, const Record& record) override {
    out.append(record.topic);
    out.append(separator_);
    if (record.partition >= 0) append_number(out, record.partition);
    out.append(separator_);
    append_number(out, record.offset);
    out.append(separator_);
    if (record.timestamp_ms >= 0) append_number(out, record.timestamp_ms);
    out.append(separator_);
    if (record.key) append(out, *record.key);
    out.append(separator_);
    if (record.value) append(out, *record.value);
    out.append('\n');
  }

 private:
  void append(OutputBuffer& out, std::string_view text) { append_separated(out, separator_, text); }

  char separator_;
};

class TemplateWriter final : public RecordWriter {
 public:
  explicit TemplateWriter(const RecordWriterOptions& options)
      : template_(*options.format_template, options.null_text, options.terminal) {}

  void write(OutputBuffer& out, const Record& record) override { template_.write(out, record); }
  bool wants_headers() const override { return template_.wants_headers(); }

 private:
  RecordTemplate template_;
};

}  // namespace

std::unique_ptr<RecordWriter> make_record_writer(const RecordWriterOptions& options) {
  if (options.format_template) return std::make_unique<TemplateWriter>(options);
  if (options.format == "lines") return std::make_unique<LineWriter>(options);
  if (options.format == "raw") return std::make_unique<RawWriter>();
  if (options.format == "framed") return std::make_unique<FramedWriter>();
  if (options.format == "jsonl") return std::make_unique<JsonLineWriter>();
  if (options.format == "json") return std::make_unique<JsonDocumentWriter>();
  if (options.format == "csv") return std::make_unique<SeparatedWriter>(',');
  if (options.format == "tsv") return std::make_unique<SeparatedWriter>('\t');
  throw Error("unknown format " + in_quotes(options.format), Exit::usage,
              "known are lines, raw, framed, jsonl, json, csv, tsv");
}

}  // namespace kt::stream
