// Positions of groups as files, in layouts that others write and read:
//   json       what `kt offsets export` prints:
//   {"offsets":[{"group":...,"topic":...,"partition":...,
//              "offset":...,"metadata":...}],"errors":[]}
//   zk         ExportZkOffsets and ImportZkOffsets of 0.8.0 to 1.1: /consumers/G/offsets/T/P:N
//   kafka-csv  kafka-consumer-groups --reset-offsets --export and --from-file:
//   topic,partition,offset
//              for one group, group,topic,partition,offset for several
// Reading takes CRLF, a byte order mark and blank lines, and refuses with file, line and column
// what it cannot take whole: half a file is never read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/argument.h"
#include "client/metadata.h"

namespace kt {

enum class PositionsFormat { json, zk, kafka_csv };

/// Their names, in the order of the enumeration.
constexpr std::string_view kPositionsFormats[] = {"json", "zk", "kafka-csv"};

struct FilePosition {
  std::string group;  ///< empty where the file does not tell: CSV of one group
  TopicPartition partition;
  int64_t offset = 0;
  std::string metadata = {};

  bool operator==(const FilePosition&) const = default;
};

/// `--format json|zk|kafka-csv`.
Argument format_argument(std::optional<PositionsFormat>* format);

/// The format that the text begins like.
PositionsFormat guess_format(std::string_view text);

/// Throws a usage error that names `file`, line and column; so it does for a partition that stands
/// twice.
std::vector<FilePosition> parse_positions(std::string_view text, PositionsFormat format,
                                          std::string_view file);

/// Appends one line of `zk` or `kafka-csv`, byte for byte as Kafka's tools write it. A group
/// stands in CSV only `with_group`.
void append_zk_line(std::string& out, const FilePosition& position);
void append_csv_line(std::string& out, const FilePosition& position, bool with_group);

}  // namespace kt
