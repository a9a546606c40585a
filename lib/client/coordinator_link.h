// A group member's own connection to its coordinator: found again when it moves, and apart from
// everything else, because JoinGroup holds a connection until the whole group has joined.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "client/cluster.h"

namespace kt {

class CoordinatorLink {
 public:
  CoordinatorLink(Cluster& cluster, std::string group)
      : cluster_(cluster), group_(std::move(group)) {}

  /// Asks the coordinator what `make(version)` gives; `wait` is how long the answer may take beyond
  /// the usual. Throws net::NetError after which the next call connects anew.
  template <class M, class Make>
  Reply<typename M::Response> ask(const Make& make, int16_t at_most = 0x7fff,
                                  Milliseconds wait = Milliseconds(0)) {
    auto reply = decode_reply<typename M::Response>(
        exchange(any_request_by_version<M>(make), at_most, wait));
    auto found = examine(&reply.message, *M::api().response);
    if (!found.denials.empty())
      cluster_.tell_denials(M::api(), found.denials, group_, connection().apis());
    if (found.verdict == Verdict::not_coordinator) moved();
    return reply;
  }

  /// What the coordinator speaks; good until the next call.
  const BrokerApis& apis();

  /// Wakes a call in another thread, which throws; later calls connect anew.
  void interrupt();
  /// From now on answers that may take beyond the usual are not waited for.
  void refuse_long_waits();

 private:
  ResponseFrame exchange(const AnyRequest& request, int16_t at_most, Milliseconds wait);
  Connection& connection();
  void moved();

  Cluster& cluster_;
  const std::string group_;
  std::mutex mutex_;
  bool waits_long_ = false;
  bool refuses_long_waits_ = false;
  std::unique_ptr<Connection> connection_;
};

}  // namespace kt
