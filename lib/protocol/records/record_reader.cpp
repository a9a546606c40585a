#include "protocol/records/record_reader.h"

#include <string>

#include "compress/crc32.h"
#include "protocol/records/legacy_message.h"
#include "protocol/records/varint.h"

namespace kt {

RecordReader::RecordReader(std::string_view bytes, RecordReaderOptions options)
    : options_(options), batches_(bytes, options.position), next_offset_(options.from_offset) {}

const RecordView* RecordReader::next() {
  do {
    while (left_ > 0) {
      ++read_;
      legacy_ ? read_legacy() : read_v2();
      if (record_.offset >= options_.from_offset) return &record_;
    }
  } while (open_batch());
  return nullptr;
}

bool RecordReader::open_batch() {
  auto batch = batches_.next();
  if (!batch) return false;
  batch_ = *batch;
  read_ = 0;
  if (batch_.is_v2() && batch_.last_offset_delta() < 0) fail("its last offset is before its first");
  bool skip = options_.aborted && options_.aborted->skip(batch_);
  if (batch_.next_offset() <= options_.from_offset) return true;
  next_offset_ = batch_.next_offset();
  if (skip || (batch_.control() && !options_.control_records)) return true;
  if (options_.check_crc && batch_.stored_crc() != batch_.computed_crc())
    fail("its checksum does not match its bytes");
  batch_.is_v2() ? open_v2() : open_legacy();
  return true;
}

void RecordReader::open_v2() {
  legacy_ = false;
  left_ = batch_.count();
  if (left_ < 0) fail("it claims " + std::to_string(left_) + " records");
  auto records = batch_.records();
  if (left_ == 0) return;
  if (batch_.codec() != Codec::none) {
    decompress_into_buffer(records);
    records = buffer_.view();
  }
  at_ = records.data();
  end_ = at_ + records.size();
  base_offset_ = batch_.base_offset();
  log_append_time_ = batch_.timestamp_type() == TimestampType::log_append;
  base_timestamp_ms_ = log_append_time_ ? batch_.max_timestamp_ms() : batch_.base_timestamp_ms();
}

void RecordReader::read_v2() {
  const char* at = at_;
  int64_t size = 0, timestamp_delta = 0, offset_delta = 0, key_size = 0, value_size = 0,
          headers = 0;
  if (!take_varint(at, end_, size) || size < 0 || size > end_ - at)
    fail("its size is more than is left");
  const char* end = at + size;
  if (at == end) fail("it is empty");
  ++at;  // attributes, which nothing uses yet
  if (!take_varint(at, end, timestamp_delta) || !take_varint(at, end, offset_delta) ||
      !take_varint(at, end, key_size))
    fail("it ends before its key");
  if (key_size < -1 || key_size > end - at) fail("its key is longer than the record");
  if (key_size < 0) {
    record_.key.reset();
  } else {
    record_.key.emplace(at, static_cast<size_t>(key_size));
    at += key_size;
  }
  if (!take_varint(at, end, value_size)) fail("it ends before its value");
  if (value_size < -1 || value_size > end - at) fail("its value is longer than the record");
  if (value_size < 0) {
    record_.value.reset();
  } else {
    record_.value.emplace(at, static_cast<size_t>(value_size));
    at += value_size;
  }
  if (!take_varint(at, end, headers)) fail("it ends before its headers");
  // A header has at least two bytes.
  if (headers < 0 || headers > (end - at) / 2)
    fail("it claims " + std::to_string(headers) + " headers");
  if (headers == 0 && at != end) fail("bytes are left behind its value");
  record_.headers =
      HeadersView({at, static_cast<size_t>(end - at)}, static_cast<uint32_t>(headers));
  record_.offset = wrapping_add(base_offset_, offset_delta);
  record_.timestamp_ms =
      log_append_time_ ? base_timestamp_ms_ : wrapping_add(base_timestamp_ms_, timestamp_delta);
  at_ = end;
  if (--left_ == 0 && at_ != end_) fail("bytes are left behind the last record");
}

void RecordReader::open_legacy() {
  legacy_ = true;
  log_append_time_ = batch_.timestamp_type() == TimestampType::log_append;
  base_timestamp_ms_ = batch_.max_timestamp_ms();
  if (batch_.is_wrapper()) {
    LegacyMessage wrapper;
    try {
      wrapper = read_legacy_message(batch_);
    } catch (const DecodeError& error) {
      fail(error.message());
    }
    if (!wrapper.value) fail("it is compressed but has no value");
    open_wrapper(*wrapper.value);
  } else {
    base_offset_ = 0;
    left_ = 1;
    at_ = batch_.bytes().data();
    end_ = at_ + batch_.size_bytes();
  }
}

void RecordReader::open_wrapper(std::string_view compressed) {
  if (batch_.codec() > Codec::lz4) fail("codec zstd in a message format that has none");
  decompress_into_buffer(compressed);
  BatchReader inner(buffer_.view());
  int64_t last_offset = 0;
  int32_t count = 0;
  try {
    while (auto message = inner.next()) {
      if (message->magic() != batch_.magic()) throw DecodeError("a message has another magic");
      if (message->codec() != Codec::none) throw DecodeError("a wrapper stands in a wrapper");
      last_offset = message->base_offset();
      ++count;
    }
  } catch (const DecodeError& error) {
    fail("within it: " + error.message());
  }
  if (count == 0 || !inner.tail().empty()) fail("its last message is cut off");
  // Format v0 keeps the log's offsets inside, v1 counts from the first message, the wrapper has the
  // last one's.
  base_offset_ = batch_.magic() == 0 ? 0 : wrapping_subtract(batch_.base_offset(), last_offset);
  left_ = count;
  at_ = buffer_.data();
  end_ = at_ + buffer_.size();
}

void RecordReader::read_legacy() {
  BatchView message = *BatchReader(std::string_view(at_, static_cast<size_t>(end_ - at_))).next();
  if (options_.check_crc && batch_.is_wrapper() && message.stored_crc() != message.computed_crc())
    fail("its checksum does not match its bytes");
  LegacyMessage read;
  try {
    read = read_legacy_message(message);
  } catch (const DecodeError& error) {
    fail(error.message());
  }
  record_.offset = wrapping_add(base_offset_, read.offset);
  record_.timestamp_ms = log_append_time_ ? base_timestamp_ms_ : read.timestamp_ms;
  record_.key = read.key;
  record_.value = read.value;
  record_.headers = {};
  at_ += message.size_bytes();
  --left_;
}

void RecordReader::decompress_into_buffer(std::string_view bytes) {
  auto checksum = batch_.magic() == 0 ? Lz4Checksum::of_format_v0 : Lz4Checksum::right;
  try {
    decompress(batch_.codec(), bytes, buffer_, options_.limit_bytes, checksum);
  } catch (const DecodeError& error) {
    fail(error.message());
  }
}

void RecordReader::fail(const std::string& what) {
  left_ = 0;
  std::string place = "batch at byte " + std::to_string(batch_position()) + " (offset " +
                      std::to_string(batch_.base_offset()) + ")";
  if (read_ > 0) place += ", record " + std::to_string(read_);
  throw DecodeError(place + ": " + what);
}

}  // namespace kt
