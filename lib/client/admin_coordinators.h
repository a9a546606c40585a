// Asks the coordinators of many groups at once: of each broker all that it coordinates, in as few
// requests as are good, and once more where a coordinator has moved.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "client/cluster.h"

namespace kt {

/// Whether this code means that another broker, or the same one later, knows the group.
bool coordinator_moved(int16_t error_code);

/// Positions in a list of groups.
using Positions = std::vector<size_t>;

/// Asks for the groups at `open`. `make(positions)` gives the requests for one coordinator;
/// `take(positions, reply)` reads the answer to the whole of them and returns the positions whose
/// coordinator has moved; `fail(position, broker, code, message)` hears why a group got no answer.
template <class Request, class Make, class Take, class Fail>
void ask_coordinators(Cluster& cluster, const std::vector<std::string>& names, Positions open,
                      const CallOptions& options, const Make& make, const Take& take,
                      const Fail& fail) {
  for (int attempt = 1; !open.empty(); ++attempt) {
    std::vector<std::string> keys;
    for (size_t position : open) keys.push_back(names[position]);
    auto coordinators = cluster.coordinators(CoordinatorKind::group, keys);
    std::map<int32_t, Positions> by_broker;
    for (size_t position : open) {
      const auto& coordinator = coordinators[names[position]];
      if (coordinator.error_code == 0)
        by_broker[coordinator.broker_id].push_back(position);
      else
        fail(position, -1, coordinator.error_code, "");
    }
    std::vector<std::pair<int32_t, Request>> requests;
    std::vector<Positions> asked;
    for (const auto& [broker, positions] : by_broker)
      for (auto& [request, part] : make(positions)) {
        requests.emplace_back(broker, std::move(request));
        asked.push_back(std::move(part));
      }
    open.clear();
    auto replies = cluster.call_each(requests, options);
    for (size_t i = 0; i < replies.size(); ++i) {
      if (replies[i].reply) {
        auto moved = take(asked[i], *replies[i].reply);
        open.insert(open.end(), moved.begin(), moved.end());
      } else {
        for (size_t position : asked[i])
          fail(position, replies[i].broker_id, 0, replies[i].error->message());
      }
    }
    auto pause = cluster.backoff(attempt);
    if (open.empty() || cluster.deadline().remaining() <= pause) return;
    for (size_t position : open)
      cluster.forget_coordinator(CoordinatorKind::group, names[position]);
    Clock::system().sleep(pause);
  }
}

}  // namespace kt
