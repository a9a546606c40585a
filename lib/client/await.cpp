#include "client/await.h"

namespace kt {

bool await(const Cluster& cluster, const std::function<bool()>& is_so) {
  for (int attempt = 1; !is_so(); ++attempt) {
    auto pause = cluster.backoff(attempt);
    if (cluster.deadline().remaining() <= pause) return false;
    Clock::system().sleep(pause);
  }
  return true;
}

}  // namespace kt
