#include "client/coordinator_link.h"

#include <fmt/format.h>

#include "net/error.h"
#include "protocol/errors.h"

namespace kt {

Connection& CoordinatorLink::connection() {
  if (connection_ && connection_->usable() && !connection_->ended_while_idle()) return *connection_;
  cluster_.progress();
  auto found = cluster_.coordinators(CoordinatorKind::group, {group_}).at(group_);
  if (found.error_code != 0)
    throw Error(
        fmt::format("group \"{}\" has no coordinator: {}", group_, error_text(found.error_code)),
        error_retriable(found.error_code) ? Exit::unreachable : Exit::failed);
  try {
    auto fresh = cluster_.open(found.broker_id, cluster_.deadline());
    std::lock_guard lock(mutex_);
    connection_ = std::move(fresh);
  } catch (const net::NetError&) {
    moved();
    throw;
  }
  return *connection_;
}

ResponseFrame CoordinatorLink::exchange(const AnyRequest& request, int16_t at_most,
                                        Milliseconds wait) {
  auto& coordinator = connection();
  Deadline deadline(cluster_.options().timeout + wait);
  {
    std::lock_guard lock(mutex_);
    waits_long_ = wait.count() > 0;
    if (waits_long_ && refuses_long_waits_)
      throw net::NetError(net::Failure::closed, "the group is being left");
  }
  try {
    coordinator.send(request, coordinator.version_for(*request.api, 0, at_most), deadline);
    auto frame = coordinator.receive(deadline);
    std::lock_guard lock(mutex_);
    waits_long_ = false;
    return frame;
  } catch (const net::NetError&) {
    moved();
    throw;
  }
}

const BrokerApis& CoordinatorLink::apis() { return connection().apis(); }

void CoordinatorLink::interrupt() {
  std::lock_guard lock(mutex_);
  if (connection_) connection_->transport().shut_down();
}

void CoordinatorLink::refuse_long_waits() {
  std::lock_guard lock(mutex_);
  refuses_long_waits_ = true;
  if (connection_ && waits_long_) connection_->transport().shut_down();
}

void CoordinatorLink::moved() {
  cluster_.forget_coordinator(CoordinatorKind::group, group_);
  std::lock_guard lock(mutex_);
  connection_.reset();
}

}  // namespace kt
