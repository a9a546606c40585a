// Pieces of segments as text: a row per record or per batch, in the format wanted. One for each
// thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "log/record_filter.h"
#include "output/stream/record_writer.h"
#include "output/stream/row_writer.h"
#include "storage/internal_records.h"

namespace kt {

enum class DumpShape : uint8_t { records, sizes, batches };

struct DumpOptions {
  DumpShape shape = DumpShape::records;
  RecordFilter filter;
  bool check_crc = true;
  bool details = false;  ///< with each record what its batch says
  /// Decodes records as of this topic; nothing: by the name of the directory.
  std::optional<InternalTopic> decoder = {};
  size_t limit_bytes = size_t{256} << 20;
  std::string format = "table";  ///< a name of -o
  stream::RecordWriterOptions record_format;
  bool utc = false;
};

/// Columns of `--batches`.
const std::vector<Column>& batch_columns();
/// Columns of `--sizes`.
const std::vector<Column>& size_columns();

/// table, json, jsonl, csv or tsv; nothing for what only records have (raw, framed, a template).
std::optional<Format> row_format(const DumpOptions& options);

class DumpPrinter {
 public:
  virtual ~DumpPrinter() = default;
  /// The heading of each table; of csv and tsv, once.
  virtual void begin(stream::OutputBuffer& out) = 0;
  /// Appends the rows of a piece, without the first `skip`, until `most` rows are printed; `full`
  /// is called where the buffer should be emptied. Answers how many were printed.
  virtual int64_t print(const LogFile& file, const Piece& piece, int64_t skip, int64_t most,
                        stream::OutputBuffer& out, std::vector<Damage>& damage,
                        const std::function<void()>& full) = 0;
};

/// `options` must outlive it.
std::unique_ptr<DumpPrinter> make_dump_printer(const DumpOptions& options);

}  // namespace kt
