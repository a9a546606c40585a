// A migration: partitions of 0.7 brokers, each carried by one of a few threads, into topics of the
// target. Partitions fail alone; what the target or a source refuses for a moment is tried again
// from where the target says it stands.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "client/cluster.h"
#include "legacy/log.h"
#include "migrate/carrier.h"
#include "migrate/router.h"
#include "migrate/state.h"
#include "migrate/streams.h"

namespace kt::migrate {

/// A 0.7 partition and how to read it.
struct Source {
  legacy::PartitionId id;
  /// Opens it with the end that it has now. From any thread.
  std::function<std::unique_ptr<legacy::Log>()> open;
  /// Where it begins if the target has nothing of it; its first byte where this is absent.
  std::optional<int64_t> start = {};
};

struct MigrationOptions {
  std::string name = "migrate";  ///< part of the copies' identity
  Mapping mapping = Mapping::one_to_one;
  bool append = false;  ///< write to partitions that hold records of others
  bool follow = false;  ///< go on with what comes
  int threads = 4;
  size_t memory_bytes = size_t{128} << 20;
  double records_per_s = 0, bytes_per_s = 0;  ///< 0: no limit
  Compression compression;
  int64_t run_bytes = Router::kRunBytes;
  StateFile* state = nullptr;  ///< kept beside what the target tells, where one is wanted
  /// Told of damaged entries, each once. Throws where they must not be left out.
  std::function<void(const legacy::PartitionId&, const legacy::LogReader::Entry&)> on_damage;
  std::function<void(const std::string&)> log = [](const std::string&) {};
};

enum class State { waiting, copying, done, stopped };

struct SourceStatus {
  legacy::PartitionId id;
  State state = State::waiting;
  bool is_begun = false;  ///< the target had something of it
  int64_t start = 0;      ///< where this process began to read
  int64_t position = 0;   ///< all before it is in the target
  int64_t end = 0;
  int64_t records = 0;  ///< brought there by this process
  int64_t damaged = 0;  ///< entries left out by this process
  int64_t bytes = 0;    ///< gone through
  std::string message, hint;
  Exit exit = Exit::ok;  ///< of what stopped it
};

class Migration {
 public:
  Migration(Cluster& target, MigrationOptions options);
  ~Migration();
  Migration(const Migration&) = delete;

  /// Takes the sources into a topic that is there, and finds out where each goes on. Their order
  /// is the order of the target's partitions where they are mapped one to one. Throws where the
  /// target can't tell, or must not be written to.
  void add(const std::string& topic, std::vector<Source> sources);

  /// Makes each status' position exact, by reading the source: a run may be partly there.
  void find_positions();

  /// Carries everything; `look` is called several times a second and ends it with false.
  void run(const std::function<bool()>& look);
  std::vector<SourceStatus> status() const;

 private:
  struct Topic;
  struct Job;
  /// The first entry of a source of which the target lacks something.
  struct Front {
    int64_t position;
    bool is_clean;  ///< it has nothing of it, nor of what is behind it
  };

  void find_places(Topic& topic);
  void find_place(Job& job, const TargetStreams& streams, const std::optional<Place>& noted) const;
  std::optional<mirror::Run> count_lost(const Job& job, const TargetStreams& streams,
                                        const std::optional<Place>& noted,
                                        std::vector<int64_t>& present) const;
  std::optional<Place> noted_of(const Job& job) const;
  static void go_on_from(Job& job, const std::optional<Place>& noted);
  void check_room(const Topic& topic, const TargetStreams& streams) const;
  void find_old_places(Topic& topic);
  void check_last_record(const Job& job, int64_t earliest, bool is_noted) const;
  Router::Options routing(const Job& job) const;
  void work();
  Job* take_job();
  void carry(Job& job);
  std::optional<DeliveryFailure> carry_once(Job& job, legacy::Log& log);
  void find_again(Job& job);
  Front front_of(const Job& job) const;
  bool has_forgotten(const DeliveryFailure& failure) const;
  bool may_forget() const;
  void begin_run(Job& job) const;
  void note_ends();
  void stop(Job& job, const Error& error);
  ProducerOptions producer_options() const;

  Cluster& target_;
  const MigrationOptions options_;
  const bool has_sequences_;
  replay::Throttle throttle_;
  std::vector<std::unique_ptr<Topic>> topics_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::unique_ptr<Job>> jobs_;
  std::deque<Job*> waiting_;
  size_t at_work_ = 0;
  std::atomic<bool> stopping_ = false;
};

}  // namespace kt::migrate
