// The formats in which `produce` and `replay` read records, each the inverse of one in
// record_writer.h:
//
//   lines   a line is a value, or `key SEPARATOR value`; a last line needs no line feed; a carriage
//   return belongs to
//           the value; an empty line is an empty value; a key or value equal to the null text is
//           null
//   jsonl   one object a line: value (needed), key, headers, partition, timestamp_ms; other members
//   are ignored framed  int32 length of the key (-1: null), the key, the same of the value;
//   big-endian
//
// Records are views into the reader's block and good until the next call.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "output/stream/record.h"

namespace kt::stream {

struct InputRecord {
  int64_t number = 0;  ///< of the line, or of the record where there are no lines; from 1
  Bytes key = {};
  Bytes value = {};
  std::vector<Header> headers = {};
  std::optional<int32_t> partition = {};
  std::optional<int64_t> timestamp_ms = {};  ///< absent: now; -1: none
};

/// Input that is not in the format. The message names line and column.
class InputError : public Error {
 public:
  explicit InputError(const std::string& message) : Error(message, Exit::usage) {}
};

/// Fills `out` with at most `size` bytes and says how many; 0 at the end.
using ByteSource = std::function<size_t(char* out, size_t size)>;

class RecordReader {
 public:
  virtual ~RecordReader() = default;
  /// False at the end. Throws InputError.
  virtual bool next(InputRecord& record) = 0;
};

struct RecordReaderOptions {
  std::string format = "lines";
  std::optional<std::string> key_separator = {};  ///< for lines
  std::optional<std::string> null_text = {};      ///< for lines
  std::string name = "stdin";                     ///< of the input, for messages
};

/// Throws a usage error for an unknown format.
std::unique_ptr<RecordReader> make_record_reader(ByteSource source,
                                                 const RecordReaderOptions& options);

}  // namespace kt::stream
