#include "record_printer.h"

#include "protocol/records/record_reader.h"

namespace kt {
namespace {

AbortedTransactions aborted_in(const FetchedChunk& chunk) {
  std::vector<AbortedTransaction> list;
  for (const auto& aborted : chunk.aborted)
    list.push_back({aborted.producer_id, aborted.first_offset});
  return AbortedTransactions(std::move(list));
}

}  // namespace

void RecordPrinter::print(const FetchedChunk& chunk) {
  int64_t next_offset = print_records(chunk);
  if (!on_written) return;
  auto& [told, next] = unwritten_.emplace_back(chunk, next_offset);
  told.keeps_alive.reset();  // its bytes are printed; only its place is told
  told.records = {};
}

/// Where the partition goes on.
int64_t RecordPrinter::print_records(const FetchedChunk& chunk) {
  auto aborted = aborted_in(chunk);
  RecordReaderOptions options;
  options.from_offset = chunk.from_offset;
  if (!chunk.aborted.empty()) options.aborted = &aborted;
  RecordReader reader(chunk.records, options);
  stream::Record row;
  row.topic = chunk.partition.topic;
  row.partition = chunk.partition.partition;
  while (const RecordView* record = reader.next()) {
    if (record->offset >= chunk.end_offset) break;
    if (is_done()) return record->offset;
    row.offset = record->offset;
    row.timestamp_ms = record->timestamp_ms;
    row.log_append_time = reader.batch().timestamp_type() == TimestampType::log_append;
    row.key = record->key;
    row.value = record->value;
    if (writer_.wants_headers()) {
      headers_.clear();
      for (const auto& header : record->headers) headers_.push_back({header.key, header.value});
      row.headers = headers_;
    }
    writer_.write(buffer_, row);
    ++printed_;
    if (buffer_.full()) flush();
  }
  return chunk.next_offset;
}

void RecordPrinter::end(std::string_view errors) {
  writer_.end(buffer_, errors);
  flush();
}

void RecordPrinter::flush() {
  if (!buffer_.empty()) {
    out_.write(buffer_.view());
    out_.flush();
    buffer_.clear();
  }
  for (const auto& [chunk, next_offset] : unwritten_) on_written(chunk, next_offset);
  unwritten_.clear();
}

}  // namespace kt
