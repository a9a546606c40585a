// Who leads which partition of the embedded cluster: brokers that come and go, elections, moves of
// replicas.
#include <algorithm>
#include <utility>

#include "sandbox/cluster.h"
#include "sandbox/config_definitions.h"

namespace kt::sandbox {

void Cluster::stop_broker(int32_t id) {
  if (!is_alive(id)) return;
  broker(id)->stop();
  for (const auto& [name, topic] : topics_) {
    for (auto& partition : topic->partitions) {
      if (partition->isr.size() > 1) std::erase(partition->isr, id);
      if (partition->leader() == id) choose_leader(*partition);
    }
  }
}

void Cluster::retire(int32_t id) {
  retired_.insert(id);
  for (const auto& [name, topic] : topics_) {
    for (auto& partition : topic->partitions) {
      if (partition->isr.size() == 1) continue;  // nobody else has the data
      std::erase(partition->isr, id);
      if (partition->leader() == id) choose_leader(*partition);
    }
  }
}

bool Cluster::unregister(int32_t id) { return broker(id) && unregistered_.insert(id).second; }

void Cluster::start_broker(int32_t id) {
  if (!broker(id) || is_alive(id)) return;
  retired_.erase(id);
  unregistered_.erase(id);
  broker(id)->start();
  for (const auto& [name, topic] : topics_) {
    for (auto& partition : topic->partitions) {
      bool has_replica = std::ranges::count(partition->replicas, id) > 0;
      if (!has_replica) continue;
      if (partition->leader() < 0) choose_leader(*partition);
      // A follower has caught up as soon as there is a leader to follow.
      if (partition->leader() >= 0 && std::ranges::count(partition->isr, id) == 0)
        partition->isr.push_back(id);
    }
  }
}

void Cluster::choose_leader(Partition& partition) {
  for (int32_t replica : partition.replicas) {
    if (!is_alive(replica) || std::ranges::count(partition.isr, replica) == 0) continue;
    if (!retired_.contains(replica)) return partition.set_leader(replica);
  }
  partition.set_leader(-1);
}

Status Cluster::elect(Partition& partition, Election election) {
  if (election == Election::preferred) {
    int32_t preferred = partition.replicas.front();
    if (partition.leader() == preferred)
      return {ErrorCode::election_not_needed, "Leader election not needed for partition."};
    if (!is_alive(preferred) || std::ranges::count(partition.isr, preferred) == 0)
      return {ErrorCode::preferred_leader_not_available, "The preferred leader was not available."};
    partition.set_leader(preferred);
    return {};
  }
  if (partition.leader() >= 0)
    return {ErrorCode::election_not_needed, "Leader election not needed for partition."};
  for (int32_t replica : partition.replicas) {
    if (!is_alive(replica)) continue;
    partition.isr = {replica};
    partition.set_leader(replica);
    return {};
  }
  return {ErrorCode::eligible_leaders_not_available,
          "Eligible topic partition leaders are not available."};
}

void Cluster::reassign(Partition& partition, const std::vector<int32_t>& target) {
  cancel_reassignment(partition);
  auto is_in = [](const std::vector<int32_t>& list, int32_t id) {
    return std::ranges::count(list, id) > 0;
  };
  std::vector<int32_t> all = target;
  for (int32_t replica : partition.replicas) {
    if (is_in(target, replica)) continue;
    all.push_back(replica);
    partition.removing_replicas.push_back(replica);
  }
  for (int32_t replica : target)
    if (!is_in(partition.replicas, replica)) partition.adding_replicas.push_back(replica);
  partition.replicas = std::move(all);
  auto duration = options_.configs.find("kt.reassignment.ms");
  if (duration == options_.configs.end() || !partition.is_reassigning())
    return finish_reassignment(partition);
  // Looked up again when it is time: topics may be deleted and moves cancelled meanwhile.
  loop_.after(parse_number(duration->second),
              [this, topic = partition.topic().name, index = partition.index(),
               moved = partition.adding_replicas] {
                Partition* waiting = this->partition(topic, index);
                if (waiting && waiting->is_reassigning() && waiting->adding_replicas == moved)
                  finish_reassignment(*waiting);
              });
}

void Cluster::finish_reassignment(Partition& partition) {
  for (int32_t removed : partition.removing_replicas) {
    std::erase(partition.replicas, removed);
    std::erase(partition.isr, removed);
  }
  for (int32_t added : partition.adding_replicas)
    if (is_alive(added)) partition.isr.push_back(added);
  partition.adding_replicas.clear();
  partition.removing_replicas.clear();
  if (std::ranges::count(partition.replicas, partition.leader()) == 0) choose_leader(partition);
}

void Cluster::cancel_reassignment(Partition& partition) {
  for (int32_t added : partition.adding_replicas) std::erase(partition.replicas, added);
  partition.adding_replicas.clear();
  partition.removing_replicas.clear();
}

}  // namespace kt::sandbox
