#include "log/side_files.h"

#include <map>

#include "storage/checkpoints.h"
#include "storage/index_files.h"
#include "storage/snapshot_file.h"

namespace kt {
namespace {

using stream::Cell;

constexpr Column kFile{"file", "", Kind::text, "its path"};

class Printer {
 public:
  Printer(const LogFile& file, Format format, bool utc, stream::OutputBuffer& out)
      : file_(file), rows_(side_file_columns(file.kind), format, utc), out_(out) {}

  void print(bool heading) {
    auto bytes = read_side_file(file_.path);
    fit(bytes);
    if (heading) rows_.begin(out_);
    switch (file_.kind) {
      case FileKind::offset_index:
        for (const auto& entry : read_offset_index(bytes, file_.base_offset))
          row({entry.offset, entry.position});
        break;
      case FileKind::time_index:
        for (const auto& entry : read_time_index(bytes, file_.base_offset))
          row({entry.timestamp_ms, entry.offset});
        break;
      case FileKind::transaction_index:
        for (const auto& entry : read_transaction_index(bytes))
          row({entry.producer_id, entry.first_offset, entry.last_offset, entry.last_stable_offset});
        break;
      case FileKind::producer_snapshot:
        for (const auto& producer : read_producer_snapshot(bytes).producer_entries)
          row({producer.producer_id, producer.epoch, producer.last_sequence, producer.last_offset,
               producer.offset_delta, producer.timestamp, producer.coordinator_epoch,
               producer.current_txn_first_offset});
        break;
      case FileKind::leader_epochs:
        for (const auto& epoch : read_leader_epochs(bytes)) row({epoch.epoch, epoch.start_offset});
        break;
      case FileKind::offset_checkpoint:
        for (const auto& one : read_offset_checkpoint(bytes))
          row({one.topic, one.partition, one.offset});
        break;
      case FileKind::partition_metadata:
        row({file_.topic, file_.partition, read_partition_metadata(bytes).text()});
        break;
      case FileKind::directory_properties:
        for (const auto& [key, value] : read_properties(bytes)) row({key, value});
        break;
      case FileKind::quorum_state:
        row({Cell::json(quorum_state_json(bytes))});
        break;
      case FileKind::segment:
        break;
    }
  }

 private:
  /// The files with names are short, and read whole before the heading.
  void fit(std::string_view bytes) {
    constexpr size_t kName = 1;
    if (file_.kind == FileKind::partition_metadata) rows_.fit(kName, file_.topic.size());
    if (file_.kind == FileKind::offset_checkpoint)
      for (const auto& one : read_offset_checkpoint(bytes)) rows_.fit(kName, one.topic.size());
    if (file_.kind == FileKind::directory_properties)
      for (const auto& [key, value] : read_properties(bytes)) rows_.fit(kName, key.size());
  }

  void row(std::initializer_list<Cell> cells) {
    cells_.assign({Cell(file_.path)});
    cells_.insert(cells_.end(), cells);
    rows_.write(out_, cells_);
  }

  const LogFile& file_;
  stream::RowWriter rows_;
  stream::OutputBuffer& out_;
  std::vector<Cell> cells_;
};

}  // namespace

const std::vector<Column>& side_file_columns(FileKind kind) {
  static const std::map<FileKind, std::vector<Column>> columns = {
      {FileKind::segment, {}},
      {FileKind::offset_index,
       {kFile,
        {"offset", "OFFSET", Kind::integer, "an offset of the batch"},
        {"position", "POSITION", Kind::integer, "where in the segment it begins"}}},
      {FileKind::time_index,
       {kFile,
        {"timestamp_ms", "TIME", Kind::timestamp_ms, "the largest time so far"},
        {"offset", "OFFSET", Kind::integer, "the record that has it"}}},
      {FileKind::transaction_index,
       {kFile,
        {"producer_id", "PRODUCER", Kind::integer, "whose transaction was aborted"},
        {"first_offset", "FIRST", Kind::integer, "its first record"},
        {"last_offset", "LAST", Kind::integer, "its marker"},
        {"last_stable_offset", "STABLE", Kind::integer, "the last stable offset then"}}},
      {FileKind::producer_snapshot,
       {kFile,
        {"producer_id", "PRODUCER", Kind::integer, "an idempotent producer"},
        {"producer_epoch", "EPOCH", Kind::integer, "its epoch"},
        {"last_sequence", "SEQUENCE", Kind::integer, "its last record's number"},
        {"last_offset", "OFFSET", Kind::integer, "its last record"},
        {"offset_delta", "DELTA", Kind::integer, "from the first record of its last batch"},
        {"timestamp_ms", "TIME", Kind::timestamp_ms, "when it was last heard of"},
        {"coordinator_epoch", "COORDINATOR", Kind::integer, "epoch of its coordinator"},
        {"current_txn_first_offset", "TXN FIRST", Kind::integer,
         "where its open transaction begins; -1 without one"}}},
      {FileKind::leader_epochs,
       {kFile,
        {"leader_epoch", "LEADER EPOCH", Kind::integer, "a leader's epoch"},
        {"start_offset", "START", Kind::integer, "its first offset"}}},
      {FileKind::offset_checkpoint,
       {kFile,
        {"topic", "TOPIC", Kind::text, "a topic"},
        {"partition", "PARTITION", Kind::integer, "its partition"},
        {"offset", "OFFSET", Kind::integer, "the offset noted for it"}}},
      {FileKind::partition_metadata,
       {kFile,
        {"topic", "TOPIC", Kind::text, "the topic, by the directory's name"},
        {"partition", "PARTITION", Kind::integer, "its partition"},
        {"topic_id", "TOPIC ID", Kind::text, "the id of the topic"}}},
      {FileKind::directory_properties,
       {kFile,
        {"key", "KEY", Kind::text, "a property"},
        {"value", "VALUE", Kind::text, "its value"}}},
      {FileKind::quorum_state,
       {kFile, {"state", "STATE", Kind::text, "leader, epoch, vote, voters"}}},
  };
  return columns.at(kind);
}

void print_side_file(const LogFile& file, Format format, bool utc, bool heading,
                     stream::OutputBuffer& out) {
  Printer(file, format, utc, out).print(heading);
}

}  // namespace kt
