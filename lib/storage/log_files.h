// The files of a log directory: what a file is by its name, and which ones a path stands for.
//
// A path is a file, the directory of a partition, or a log directory with the directories of many.
// Files of unfinished work (.deleted, .cleaned, .swap) and directories on their way out count only
// where they are named themselves. Files of tiered storage (`OFFSET-ID.log`) and of its local cache
// (`OFFSET_ID.index`) are known by the same suffixes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kt {

enum class FileKind : uint8_t {
  segment,               ///< .log, and .checkpoint of __cluster_metadata: batches
  offset_index,          ///< .index
  time_index,            ///< .timeindex
  transaction_index,     ///< .txnindex
  producer_snapshot,     ///< .snapshot
  leader_epochs,         ///< leader-epoch-checkpoint
  offset_checkpoint,     ///< recovery-point-, replication-, log-start-, cleaner-offset-checkpoint
  partition_metadata,    ///< partition.metadata
  directory_properties,  ///< meta.properties
  quorum_state,          ///< quorum-state
};

struct LogFile {
  std::string path;
  FileKind kind = FileKind::segment;
  std::string topic;       ///< empty where its directory is not a partition's
  int32_t partition = -1;  ///< -1 as above
  /// Of a segment and its indexes; 0 where the name does not say.
  int64_t base_offset = 0;
  bool snapshot = false;  ///< a segment that is a snapshot of the KRaft metadata
  bool active = false;    ///< the partition's last segment: a broker may be writing to it
};

/// What the name of a file says; nothing where it is none of a log directory's.
struct FileName {
  FileKind kind;
  int64_t base_offset = 0;
  bool snapshot = false;
};
std::optional<FileName> parse_file_name(std::string_view name);

/// A name for people: `offset index`.
std::string_view kind_name(FileKind kind);

/// All files that a path stands for: by partition, each with its segments in order and then what
/// lies beside them. Throws a usage error where there is no such path or a file is of no known
/// kind.
std::vector<LogFile> list_log_files(const std::string& path);

}  // namespace kt
