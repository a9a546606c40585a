#include "client/placement.h"

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/text.h"

namespace kt {
namespace {

using Brokers = std::map<int32_t, std::string>;

bool have_racks(const Brokers& brokers) {
  return std::all_of(brokers.begin(), brokers.end(),
                     [](const auto& broker) { return !broker.second.empty(); });
}

/// One broker of each rack in turn, racks by name, brokers of a rack by id.
std::vector<int32_t> by_turns(const Brokers& brokers) {
  std::map<std::string, std::vector<int32_t>> racks;
  for (const auto& [id, rack] : brokers) racks[rack].push_back(id);
  std::vector<int32_t> list;
  for (size_t turn = 0; list.size() < brokers.size(); ++turn)
    for (const auto& [rack, ids] : racks)
      if (turn < ids.size()) list.push_back(ids[turn]);
  return list;
}

}  // namespace

std::vector<std::vector<int32_t>> place(const Placement& wanted) {
  size_t count = wanted.brokers.size();
  auto factor = static_cast<size_t>(wanted.replication_factor);
  if (factor > count)
    throw Error(counted(wanted.replication_factor, "replica") + " of a partition need as many " +
                "brokers, and " + std::to_string(count) + " are alive");
  bool racks = have_racks(wanted.brokers);
  auto list = by_turns(racks ? wanted.brokers : [&] {
    Brokers plain;
    for (const auto& [id, rack] : wanted.brokers) plain[id];
    return plain;
  }());
  std::set<std::string> all_racks;
  for (const auto& [id, rack] : wanted.brokers) all_racks.insert(racks ? rack : "");
  std::vector<std::vector<int32_t>> placed;
  size_t shift = wanted.shift;
  auto end = static_cast<size_t>(wanted.first_partition) + static_cast<size_t>(wanted.partitions);
  for (auto partition = static_cast<size_t>(wanted.first_partition); partition < end; ++partition) {
    if (partition > 0 && partition % count == 0) ++shift;
    size_t first = (partition + wanted.start) % count;
    auto& replicas = placed.emplace_back(std::vector<int32_t>{list[first]});
    std::set<std::string> used = {racks ? wanted.brokers.at(list[first]) : ""};
    for (size_t step = 0; replicas.size() < factor; ++step) {
      size_t distance = 1 + (shift * all_racks.size() + step) % (count - 1);
      int32_t broker = list[(first + distance) % count];
      const auto& rack = racks ? wanted.brokers.at(broker) : *all_racks.begin();
      bool rack_is_due = !used.contains(rack) || used.size() == all_racks.size();
      bool holds = std::find(replicas.begin(), replicas.end(), broker) != replicas.end();
      if (!rack_is_due || holds) continue;
      replicas.push_back(broker);
      used.insert(rack);
    }
  }
  return placed;
}

}  // namespace kt
