// Input of produce in every format: it ends in records or an input error, and what was read comes
// out of the writers and back in the same.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#include "output/stream/record_reader.h"
#include "output/stream/record_template.h"
#include "output/stream/record_writer.h"

namespace {

using namespace kt;
using namespace kt::stream;

/// Gives the text in pieces, so that records lie across them.
ByteSource in_pieces(std::string_view text, size_t piece) {
  return [text, piece](char* out, size_t size) mutable {
    size_t count = std::min({size, piece, text.size()});
    std::memcpy(out, text.data(), count);
    text.remove_prefix(count);
    return count;
  };
}

Record as_record(const InputRecord& input) {
  Record record;
  record.key = input.key;
  record.value = input.value;
  record.headers = input.headers;
  record.partition = input.partition.value_or(0);
  record.timestamp_ms = input.timestamp_ms.value_or(-1);
  return record;
}

/// All records of the text as JSON lines; what follows an error is left out.
std::string rewritten(std::string_view text, const std::string& format, size_t piece) {
  RecordReaderOptions options;
  options.format = format;
  if (piece % 2 == 0) options.key_separator = "\t";
  if (piece % 3 == 0) options.null_text = "";
  auto writer = make_record_writer({.format = "jsonl"});
  OutputBuffer out;
  try {
    auto reader = make_record_reader(in_pieces(text, piece), options);
    InputRecord input;
    while (reader->next(input)) writer->write(out, as_record(input));
  } catch (const InputError&) {
  }
  return std::string(out.view());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);
  constexpr const char* kFormats[] = {"lines", "jsonl", "framed"};
  size_t piece = data[1] + size_t{1};
  auto once = rewritten(text, kFormats[data[0] % 3], piece);
  if (rewritten(once, "jsonl", piece) != once) std::abort();
  try {
    RecordTemplate parsed(text, "-", data[0] % 2 == 0);
    OutputBuffer out;
    Record record;
    record.value = text;
    parsed.write(out, record);
  } catch (const Error&) {
  }
  return 0;
}
