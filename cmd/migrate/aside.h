// Where damaged messages are kept that a migration leaves out: a file of JSON lines, each with the
// broker, the byte position and the bytes as they stood. What is in it already is not added again.
#pragma once

#include <mutex>
#include <set>
#include <string>

#include "legacy/log.h"
#include "output/sink.h"
#include "storage/file.h"

namespace kt {

class Aside {
 public:
  /// Reads what the file has; it is made with the first entry.
  explicit Aside(std::string path);

  void keep(const legacy::PartitionId& source, const legacy::LogReader::Entry& entry);

 private:
  const std::string path_;
  std::mutex mutex_;
  std::set<std::pair<legacy::PartitionId, int64_t>> kept_;
  std::shared_ptr<SharedFile> file_;
};

}  // namespace kt
