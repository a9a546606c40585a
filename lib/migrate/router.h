// Which partition of the target each message of a source goes to, and where its runs begin: the
// same for everyone who goes through the source from there.
#pragma once

#include <cstdint>
#include <string_view>

#include "compress/crc32.h"
#include "migrate/streams.h"

namespace kt::migrate {

class Router {
 public:
  struct Options {
    Mapping mapping = Mapping::one_to_one;
    int32_t partitions = 1;     ///< of the target
    int32_t own_partition = 0;  ///< one to one: where all goes
    /// A run ends with the first entry that begins so many bytes behind its start.
    int64_t run_bytes = kRunBytes;
    /// Brokers before 0.11 know no runs: all is one.
    bool has_runs = true;
  };
  static constexpr int64_t kRunBytes = int64_t{64} << 20;

  explicit Router(Options options) : options_(options) {}

  void begin(mirror::Run run, int64_t taken = 0) {
    run_ = run;
    taken_ = taken;
  }
  /// Whether a new run begins with the entry at that position.
  bool is_full(int64_t entry_position) const {
    return options_.has_runs &&
           (entry_position - run_.start >= options_.run_bytes || taken_ >= kMostRecords);
  }
  const mirror::Run& run() const { return run_; }
  /// Messages of the run so far.
  int64_t taken() const { return taken_; }

  /// The partition of the next message.
  int32_t next(std::string_view message) {
    auto number = taken_++;
    switch (options_.mapping) {
      case Mapping::one_to_one:
        return options_.own_partition;
      case Mapping::round_robin:
        return static_cast<int32_t>(number % options_.partitions);
      case Mapping::hash:
        return static_cast<int32_t>(crc32(message) % static_cast<uint32_t>(options_.partitions));
    }
    return 0;
  }

 private:
  /// A sequence has 31 bits, of which runs without holes use 30.
  static constexpr int64_t kMostRecords = mirror::kRunLimit / 2;

  Options options_;
  mirror::Run run_;
  int64_t taken_ = 0;
};

}  // namespace kt::migrate
