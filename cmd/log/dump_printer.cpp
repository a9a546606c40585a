#include "log/dump_printer.h"

#include <array>

#include "base/text.h"

namespace kt {
namespace {

using stream::Cell;

std::string_view type_text(const BatchView& batch) {
  return batch.timestamp_type() == TimestampType::log_append ? "log_append_time" : "create_time";
}

/// What the record's sequence is, wrapped as Java wraps it.
Cell sequence_of(const BatchView& batch, const RecordView& record) {
  int32_t base = batch.base_sequence();
  if (base < 0) return nullptr;
  auto delta = static_cast<uint32_t>(wrapping_subtract(record.offset, batch.base_offset()));
  return static_cast<int32_t>((static_cast<uint32_t>(base) + delta) & INT32_MAX);
}

template <class Number>
Cell unless_negative(Number number) {
  if (number < 0) return nullptr;
  return number;
}

class RecordsPrinter final : public DumpPrinter {
 public:
  explicit RecordsPrinter(const DumpOptions& options)
      : options_(options),
        reader_(options.filter, options.check_crc, options.limit_bytes),
        json_(options.format == "json" && !options.record_format.format_template) {
    auto format = options.record_format;
    // A document's objects are lines with a comma in front: threads need not know who was first.
    if (json_) format.format = "jsonl";
    if (options.shape == DumpShape::sizes)
      rows_.emplace(size_columns(), *row_format(options), options.utc);
    else if (options.format == "table" && !format.format_template)
      rows_.emplace(table_columns(options.details), Format::table, options.utc);
    else
      writer_ = stream::make_record_writer(format);
  }

  void begin(stream::OutputBuffer& out) override {
    rows_ ? rows_->begin(out) : writer_->begin(out);
  }

  int64_t print(const LogFile& file, const Piece& piece, int64_t skip, int64_t most,
                stream::OutputBuffer& out, std::vector<Damage>& damage,
                const std::function<void()>& full) override {
    auto decoder = options_.decoder.value_or(internal_topic(file.topic));
    int64_t printed = 0;
    if (most <= 0) return 0;
    reader_.read(piece, damage, [&](const RecordReader& reader, const RecordView& record) {
      if (skip > 0) {
        --skip;
        return true;
      }
      decode(decoder, reader.batch(), record);
      if (options_.shape == DumpShape::sizes)
        write_sizes(out, file, reader, record);
      else if (rows_)
        write_table(out, reader, record);
      else
        write_record(out, file, reader, record);
      if (out.full()) full();
      return ++printed < most;
    });
    return printed;
  }

 private:
  static std::vector<Column> table_columns(bool details) {
    std::vector<Column> columns = {{"offset", "OFFSET", Kind::integer},
                                   {"timestamp_ms", "TIME", Kind::timestamp_ms}};
    if (details) {
      for (const Column& column :
           {Column{"position", "POSITION", Kind::integer},
            Column{"producer_id", "PRODUCER", Kind::integer},
            Column{"producer_epoch", "EPOCH", Kind::integer},
            Column{"sequence", "SEQUENCE", Kind::integer},
            Column{"transactional", "TXN", Kind::boolean}, Column{"codec", "CODEC", Kind::text}})
        columns.push_back(column);
    }
    columns.push_back({"key", "KEY", Kind::text});
    columns.push_back({"value", "VALUE", Kind::text});
    columns.push_back({"headers", "HEADERS", Kind::text});
    return columns;
  }

  void decode(InternalTopic decoder, const BatchView& batch, const RecordView& record) {
    decoded_.clear();
    control_ = {};
    if (batch.control()) {
      control_ = control_type(record);
      append_decoded_control(decoded_, record);
    } else if (decoder != InternalTopic::none) {
      append_decoded(decoded_, decoder, record);
    }
  }

  void write_sizes(stream::OutputBuffer& out, const LogFile& file, const RecordReader& reader,
                   const RecordView& record) {
    const auto& batch = reader.batch();
    auto size = [](const stream::Bytes& bytes) {
      return bytes ? Cell(static_cast<int64_t>(bytes->size())) : Cell();
    };
    std::array<Cell, 15> cells = {file.topic.empty() ? Cell() : Cell(file.topic),
                                  unless_negative(file.partition),
                                  record.offset,
                                  unless_negative(record.timestamp_ms),
                                  record.timestamp_ms < 0 ? Cell() : Cell(type_text(batch)),
                                  size(record.key),
                                  size(record.value),
                                  static_cast<int64_t>(record.headers.size()),
                                  static_cast<int64_t>(reader.batch_position()),
                                  codec_name(batch.codec()),
                                  unless_negative(batch.producer_id()),
                                  unless_negative(batch.producer_epoch()),
                                  sequence_of(batch, record),
                                  batch.transactional(),
                                  control_.empty() ? Cell() : Cell(control_)};
    rows_->write(out, cells);
  }

  void write_table(stream::OutputBuffer& out, const RecordReader& reader,
                   const RecordView& record) {
    const auto& batch = reader.batch();
    text_.clear();
    for (const auto& header : record.headers) {
      if (!text_.empty()) text_ += ',';
      text_ += header.key;
      text_ += '=';
      text_ += header.value.value_or("");
    }
    cells_.assign({record.offset, unless_negative(record.timestamp_ms)});
    if (options_.details) {
      for (Cell cell : {Cell(static_cast<int64_t>(reader.batch_position())),
                        unless_negative(batch.producer_id()),
                        unless_negative(batch.producer_epoch()), sequence_of(batch, record),
                        Cell(batch.transactional()), Cell(codec_name(batch.codec()))})
        cells_.push_back(cell);
    }
    if (decoded_.empty()) {
      cells_.push_back(record.key);
      cells_.push_back(record.value);
    } else {
      cells_.push_back(control_.empty() ? "decoded" : "control");
      cells_.push_back(decoded_);
    }
    cells_.push_back(record.headers.empty() ? Cell() : Cell(text_));
    rows_->write(out, cells_);
  }

  void write_record(stream::OutputBuffer& out, const LogFile& file, const RecordReader& reader,
                    const RecordView& record) {
    stream::Record row;
    row.topic = file.topic;
    row.partition = file.partition;
    row.offset = record.offset;
    row.timestamp_ms = record.timestamp_ms;
    row.log_append_time = reader.batch().timestamp_type() == TimestampType::log_append;
    row.key = record.key;
    row.value = record.value;
    if (writer_->wants_headers() && !record.headers.empty()) {
      headers_.clear();
      for (const auto& header : record.headers) headers_.push_back({header.key, header.value});
      row.headers = headers_;
    }
    text_.clear();
    if (options_.details) append_details(reader, record);
    if (!control_.empty()) text_ += ",\"control\":\"" + std::string(control_) + '"';
    if (!decoded_.empty()) text_ += ",\"decoded\":" + decoded_;
    row.further_members = text_;
    if (json_) out.append(',');
    writer_->write(out, row);
  }

  void append_details(const RecordReader& reader, const RecordView& record) {
    const auto& batch = reader.batch();
    auto add = [&](std::string_view key, const Cell& cell) {
      text_ += ",\"";
      text_ += key;
      text_ += "\":";
      if (cell.type == Cell::Type::null)
        text_ += "null";
      else
        text_ += std::to_string(cell.number);
    };
    add("position", static_cast<int64_t>(reader.batch_position()));
    add("magic", batch.magic());
    text_ += ",\"codec\":\"";
    text_ += codec_name(batch.codec());
    text_ += '"';
    add("producer_id", unless_negative(batch.producer_id()));
    add("producer_epoch", unless_negative(batch.producer_epoch()));
    add("sequence", sequence_of(batch, record));
    text_ += batch.transactional() ? ",\"transactional\":true" : ",\"transactional\":false";
  }

  const DumpOptions& options_;
  FilteredReader reader_;
  bool json_;
  std::optional<stream::RowWriter> rows_;
  std::unique_ptr<stream::RecordWriter> writer_;
  std::vector<stream::Header> headers_;
  std::vector<Cell> cells_;
  std::string decoded_, text_;
  std::string_view control_;
};

class BatchesPrinter final : public DumpPrinter {
 public:
  explicit BatchesPrinter(const DumpOptions& options)
      : options_(options), rows_(batch_columns(), *row_format(options), options.utc) {}

  void begin(stream::OutputBuffer& out) override { rows_.begin(out); }

  int64_t print(const LogFile& file, const Piece& piece, int64_t skip, int64_t most,
                stream::OutputBuffer& out, std::vector<Damage>& damage,
                const std::function<void()>& full) override {
    int64_t printed = 0;
    BatchReader batches(piece.bytes(), static_cast<uint64_t>(piece.position));
    while (printed < most) {
      auto batch = batches.next();
      if (!batch) break;
      if (options_.filter.skips(*batch)) continue;
      if (skip > 0) {
        --skip;
        continue;
      }
      auto position = static_cast<int64_t>(batches.batch_position());
      bool valid = !options_.check_crc || batch->stored_crc() == batch->computed_crc();
      if (!valid) damage.push_back({position, "the checksum does not match the bytes"});
      write(out, file, *batch, position, valid);
      ++printed;
      if (out.full()) full();
    }
    return printed;
  }

 private:
  /// First offset and count of the messages in a wrapper, which its own fields do not say.
  struct Inner {
    std::optional<int64_t> first;
    int64_t count = 0;
  };
  Inner look_inside(const BatchView& wrapper) const {
    Inner inner;
    try {
      RecordReader reader(
          wrapper.bytes(),
          {.from_offset = INT64_MIN, .check_crc = false, .limit_bytes = options_.limit_bytes});
      while (const RecordView* record = reader.next()) {
        if (!inner.first) inner.first = record->offset;
        ++inner.count;
      }
    } catch (const DecodeError&) {
      return {};
    }
    return inner;
  }

  void write(stream::OutputBuffer& out, const LogFile& file, const BatchView& batch,
             int64_t position, bool valid) {
    Cell first = batch.base_offset(), count = batch.count();
    if (batch.is_wrapper()) {
      auto inner = look_inside(batch);
      first = inner.first ? Cell(*inner.first) : Cell();
      count = inner.first ? Cell(inner.count) : Cell();
    }
    bool stamped = batch.max_timestamp_ms() >= 0;
    auto horizon = batch.delete_horizon_ms();
    std::array<Cell, 22> cells = {file.topic.empty() ? Cell() : Cell(file.topic),
                                  unless_negative(file.partition),
                                  file.path,
                                  first,
                                  batch.last_offset(),
                                  count,
                                  position,
                                  static_cast<int64_t>(batch.size_bytes()),
                                  batch.magic(),
                                  codec_name(batch.codec()),
                                  stamped ? Cell(batch.max_timestamp_ms()) : Cell(),
                                  stamped ? Cell(type_text(batch)) : Cell(),
                                  unless_negative(batch.producer_id()),
                                  unless_negative(batch.producer_epoch()),
                                  unless_negative(batch.base_sequence()),
                                  unless_negative(batch.last_sequence()),
                                  unless_negative(batch.leader_epoch()),
                                  batch.transactional(),
                                  batch.control(),
                                  horizon ? Cell(*horizon) : Cell(),
                                  batch.stored_crc(),
                                  valid};
    rows_.write(out, cells);
  }

  const DumpOptions& options_;
  stream::RowWriter rows_;
};

}  // namespace

const std::vector<Column>& batch_columns() {
  static const std::vector<Column> columns = {
      {"topic", "", Kind::text, "the topic, by the directory's name"},
      {"partition", "", Kind::integer, "its partition"},
      {"file", "", Kind::text, "the segment"},
      {"base_offset", "FIRST", Kind::integer, "the first offset"},
      {"last_offset", "LAST", Kind::integer, "the last offset"},
      {"count", "COUNT", Kind::integer, "how many records it holds"},
      {"position", "POSITION", Kind::integer, "where in the file it begins"},
      {"size_bytes", "BYTES", Kind::integer, "its size in the file"},
      {"magic", "FORMAT", Kind::integer, "the message format: 0, 1 or 2"},
      {"codec", "CODEC", Kind::text, "none, gzip, snappy, lz4, zstd"},
      {"max_timestamp_ms", "TIME", Kind::timestamp_ms, "the largest time of a record"},
      {"timestamp_type", "", Kind::text, "create_time or log_append_time"},
      {"producer_id", "PRODUCER", Kind::integer, "the idempotent producer that sent it"},
      {"producer_epoch", "EPOCH", Kind::integer, "its epoch"},
      {"base_sequence", "SEQUENCE", Kind::integer, "the first record's number"},
      {"last_sequence", "", Kind::integer, "the last record's number"},
      {"leader_epoch", "LEADER EPOCH", Kind::integer, "epoch of the leader that wrote it"},
      {"transactional", "TXN", Kind::boolean, "whether it belongs to a transaction"},
      {"control", "CONTROL", Kind::boolean, "whether it holds markers instead of records"},
      {"delete_horizon_ms", "", Kind::integer, "when compaction may drop its tombstones"},
      {"crc", "", Kind::integer, "the checksum that it carries"},
      {"valid", "VALID", Kind::boolean, "whether that is the checksum of its bytes"},
  };
  return columns;
}

const std::vector<Column>& size_columns() {
  static const std::vector<Column> columns = {
      {"topic", "", Kind::text, "the topic, by the directory's name"},
      {"partition", "", Kind::integer, "its partition"},
      {"offset", "OFFSET", Kind::integer, "the record's offset"},
      {"timestamp_ms", "TIME", Kind::timestamp_ms, "its time"},
      {"timestamp_type", "", Kind::text, "create_time or log_append_time"},
      {"key_size_bytes", "KEY BYTES", Kind::integer, "size of its key; null without one"},
      {"value_size_bytes", "VALUE BYTES", Kind::integer, "size of its value; null without one"},
      {"headers", "HEADERS", Kind::integer, "how many headers it has"},
      {"position", "BATCH AT", Kind::integer, "where in the file its batch begins"},
      {"codec", "CODEC", Kind::text, "none, gzip, snappy, lz4, zstd"},
      {"producer_id", "PRODUCER", Kind::integer, "the idempotent producer that sent it"},
      {"producer_epoch", "EPOCH", Kind::integer, "its epoch"},
      {"sequence", "SEQUENCE", Kind::integer, "its number"},
      {"transactional", "TXN", Kind::boolean, "whether it belongs to a transaction"},
      {"control", "CONTROL", Kind::text, "commit, abort, ...; null for a record of a client"},
  };
  return columns;
}

std::optional<Format> row_format(const DumpOptions& options) {
  Format format;
  if (options.record_format.format_template || !parse_format(options.format, format))
    return std::nullopt;
  return format;
}

std::unique_ptr<DumpPrinter> make_dump_printer(const DumpOptions& options) {
  if (options.shape == DumpShape::batches) return std::make_unique<BatchesPrinter>(options);
  return std::make_unique<RecordsPrinter>(options);
}

}  // namespace kt
