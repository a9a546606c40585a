// The formats in which streams of records are printed. What `jsonl` and `framed` print, a
// RecordReader reads back byte for byte.
//
//   lines   the value and a line feed; where wanted the key, or the offset, in front
//   raw     the values' bytes and nothing else
//   framed  int32 length of the key (-1: null), the key, the same of the value; big-endian
//   jsonl   one object a line: topic, partition, offset, timestamp_ms, timestamp_type, key, value,
//   headers json    {"records":[...],"errors":[...]} of the same objects csv, tsv  a head line,
//   then topic, partition, offset, timestamp_ms, key, value a template, see record_template.h
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "output/stream/output_buffer.h"
#include "output/stream/record.h"

namespace kt::stream {

class RecordWriter {
 public:
  virtual ~RecordWriter() = default;

  virtual void begin(OutputBuffer&) {}
  virtual void write(OutputBuffer& out, const Record& record) = 0;
  /// `errors` is the inside of a JSON array, for the formats that carry it.
  virtual void end(OutputBuffer&, std::string_view /*errors*/) {}

  /// False where the headers need not be filled in.
  virtual bool wants_headers() const { return false; }
};

struct RecordWriterOptions {
  std::string format = "lines";
  std::optional<std::string> format_template = {};  ///< as typed; overrides `format`
  std::optional<std::string> key_separator = {};    ///< for lines
  bool offsets = false;                             ///< for lines: the offset and a tab first
  std::string null_text = {};                       ///< what lines and templates print for null
  bool terminal = false;  ///< escape what could harm one, in lines and templates
};

/// Throws a usage error for an unknown format or a template that is wrong.
std::unique_ptr<RecordWriter> make_record_writer(const RecordWriterOptions& options);

}  // namespace kt::stream
