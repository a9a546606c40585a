// Fetched batches to formatted text on a sink: decompressed and printed through one buffer, no
// allocation per record.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

#include "client/fetched.h"
#include "output/sink.h"
#include "output/stream/record_writer.h"

namespace kt {

class RecordPrinter {
 public:
  /// Prints at most `most_records`.
  RecordPrinter(stream::RecordWriter& writer, Sink& out, int64_t most_records)
      : writer_(writer), out_(out), most_records_(most_records) {}

  void begin() { writer_.begin(buffer_); }
  void print(const FetchedChunk& chunk);
  /// `errors` as RecordWriter::end() takes them.
  void end(std::string_view errors);
  /// What was printed goes out. Throws OutputClosed, or Error where it cannot be written.
  void flush();

  bool is_done() const { return printed_ >= most_records_; }

  /// Told, after it is written, of each chunk printed and of the offset where its partition goes
  /// on.
  std::function<void(const FetchedChunk&, int64_t next_offset)> on_written;

 private:
  int64_t print_records(const FetchedChunk& chunk);

  stream::RecordWriter& writer_;
  Sink& out_;
  const int64_t most_records_;
  int64_t printed_ = 0;
  stream::OutputBuffer buffer_;
  std::vector<stream::Header> headers_;
  std::vector<std::pair<FetchedChunk, int64_t>> unwritten_;
};

}  // namespace kt
