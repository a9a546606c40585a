// Where an embedded cluster lives on from run to run: a directory that one process at a time may
// use, with a partition directory per partition as Kafka's own, and a file that says the rest
// (cluster id, topics, settings, leaders, transactional ids, feature levels, rights, quotas, SCRAM
// users, delegation tokens). Committed offsets are records of __consumer_offsets.
//
// The file `kt-sandbox.state` has one fact per line, its fields separated by tabs, what is not
// plain written as %XX.
#pragma once

#include <string>

namespace kt::sandbox {

class Cluster;

class DataDirectory {
 public:
  /// Makes the directory where it is missing and locks it; throws where another process uses it.
  explicit DataDirectory(std::string path);
  ~DataDirectory();
  DataDirectory(const DataDirectory&) = delete;
  DataDirectory& operator=(const DataDirectory&) = delete;

  const std::string& path() const { return path_; }

  void save(const Cluster& cluster) const;
  /// Makes the topics and all else that save() wrote; nothing in a new directory.
  void restore(Cluster& cluster) const;

 private:
  std::string path_;
  int lock_;
};

}  // namespace kt::sandbox
