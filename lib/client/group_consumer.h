// Reading topics as a member of a consumer group (group_participant.h). What was reported done is
// committed; what was taken away meanwhile is not.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "client/consumer.h"
#include "client/group_participant.h"

namespace kt {

class GroupConsumer final : public GroupParticipant {
 public:
  GroupConsumer(Cluster& cluster, GroupOptions options, ConsumerOptions consumer_options);
  /// Leaves without another commit where close() was not called.
  ~GroupConsumer() override;

  /// As Consumer::next().
  std::optional<FetchedChunk> next(Deadline deadline = Deadline::never());
  /// Everything of the chunk's partition below `next_offset` is done and will be committed, unless
  /// the partition was taken away since.
  void done(const FetchedChunk& chunk, int64_t next_offset);
  /// With `stop_at_end`: every partition assigned has come out up to its end.
  bool finished() const;
  /// Commits what is done, leaves the group and ends the thread. Throws where the commit failed.
  void close();

 private:
  struct Holding {
    int64_t generation = 0;    ///< of the consumer's assignment
    int64_t done_offset = -1;  ///< -1 nothing yet
    int64_t committed_offset = -1;
  };

  std::set<TopicPartition> held() const override;
  void drop(const std::set<TopicPartition>& partitions) override;
  void add(const std::set<TopicPartition>& partitions) override;
  bool commit() override;
  void failed(std::exception_ptr error) override { consumer_.fail(std::move(error)); }
  /// Where each of them begins, none being committed.
  std::map<TopicPartition, int64_t> beginnings(const std::set<TopicPartition>& partitions);
  std::map<TopicPartition, int64_t> committed(const std::set<TopicPartition>& partitions);

  const bool read_committed_;
  Consumer consumer_;
  std::map<TopicPartition, Holding> holdings_;
};

}  // namespace kt
