// What a 0.7 broker answers over the wire. A request is a frame of a 16-bit key and a body, without
// version or correlation; answers come in order. An answer is a frame that begins with an error.
//
//   1 Fetch    topic, i32 partition, i64 position, i32 most bytes    -> i16 error, bytes of the log
//   4 Offsets  topic, i32 partition, i64 time, i32 most              -> i16 error, [i64]
//
// A broker cannot say which topics it has: ZooKeeper knows. For a partition that it has not it
// closes the connection.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/buffer.h"
#include "legacy/log.h"
#include "net/transport.h"

namespace kt::legacy {

/// A connection, made when something is asked and again where it was lost; all within the timeout.
class Broker {
 public:
  Broker(net::HostPort address, Milliseconds timeout)
      : address_(std::move(address)), timeout_(timeout) {}

  /// Where the log ends and its segments begin, the latest first. A topic that is not there gives
  /// 0.
  std::vector<int64_t> offsets(const std::string& topic, int32_t partition);
  /// Appends what lies at the position, at most so many bytes.
  void fetch(const std::string& topic, int32_t partition, int64_t position, int32_t most_bytes,
             std::string& out);
  /// How many partitions it has of a topic, by asking for one after the other.
  int32_t count_partitions(const std::string& topic);

 private:
  std::string_view ask(const std::string& request, size_t most_bytes);

  net::HostPort address_;
  Milliseconds timeout_;
  std::unique_ptr<net::Transport> transport_;
  Buffer answer_;
};

/// A partition of a living broker, up to the end that it has now.
class BrokerLog final : public Log {
 public:
  BrokerLog(PartitionId id, net::HostPort address, Milliseconds timeout);

  int64_t start() const override { return bounds_.front(); }
  int64_t end() const override { return bounds_.back(); }
  int64_t segment_end(int64_t position) const override;
  bool is_missing(int64_t) const override { return false; }
  void read(int64_t position, size_t most_bytes, std::string& out) override;

 private:
  PartitionId id_;
  Broker broker_;
  std::vector<int64_t> bounds_;  ///< where segments begin, and the end
};

}  // namespace kt::legacy
