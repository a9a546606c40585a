// Shares a mirror's partitions out between the runs of its name, by Kafka's own group protocol: all
// of them are members of the group "kt-mirror.NAME.SOURCE" of the target, or of the source where
// the target is older than 0.9, and the partitions of that cluster's topics are dealt out among
// them. Where a copy goes on is asked of the target (mirror.h), so nothing is committed. What a run
// gives up is settled before another has it; of a run that was thought dead and is not, the
// target's brokers refuse what does not follow.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "client/group_participant.h"
#include "mirror/mirror.h"

namespace kt::mirror {

struct ShareOptions {
  std::string mirror, source_cluster_id;
  /// Others take over the partitions of a run that was silent for so long.
  Milliseconds session_timeout{10'000};
  /// How often it is looked whether topics have got more partitions.
  Milliseconds refresh{30'000};
  std::function<void(const std::string&)> log{};
};

class Share final : public GroupParticipant {
 public:
  /// Throws where neither cluster has groups.
  Share(Cluster& source, Cluster& target, Mirror& mirror, ShareOptions options);
  ~Share() override { abandon(); }

  /// One more partition to be shared out.
  void offer(const TopicPartition& source, const TopicPartition& target);
  /// Not to be shared out any more.
  void withdraw(const TopicPartition& source);
  /// Joins the group for the topics offered, or tells it of further ones.
  void join();
  /// Has the mirror copy what fell to this run. Throws what ended the membership.
  void take_up();
  void leave() { end(false); }

 private:
  struct Pair {
    TopicPartition source, target;
  };

  Share(Cluster& cluster, bool is_source, Mirror& mirror, const ShareOptions& options);
  std::set<TopicPartition> held() const override;
  void drop(const std::set<TopicPartition>& partitions) override;
  void add(const std::set<TopicPartition>& partitions) override;
  bool commit() override { return true; }
  void failed(std::exception_ptr error) override;

  Mirror& mirror_;
  const bool is_source_;
  bool has_joined_ = false;
  // By their names in the group's cluster, under the lock:
  std::map<TopicPartition, Pair> offered_;
  std::set<TopicPartition> assigned_;
  std::exception_ptr error_;
};

}  // namespace kt::mirror
