#include "client/cluster.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <thread>

#include "client/bootstrap.h"
#include "net/error.h"
#include "protocol/errors.h"
#include "protocol/msg/find_coordinator.h"

namespace kt {
namespace {

/// A broker that takes connections and drops each request is not asked more often than this.
constexpr int kMaxConnectionFailures = 5;
/// Requests in flight to one broker in a fan-out.
constexpr size_t kFanOutWindow = 16;

CoordinatorKind kind_of(Route route) {
  if (route == Route::transaction) return CoordinatorKind::transaction;
  return route == Route::share ? CoordinatorKind::share : CoordinatorKind::group;
}

}  // namespace

/// A connection for as long as somebody uses it; goes back to the idle ones unless it broke.
struct Cluster::Lease {
  Cluster* owner;
  std::unique_ptr<Connection> connection;
  bool reused;

  Lease(Cluster* owner, std::unique_ptr<Connection> connection, bool reused)
      : owner(owner), connection(std::move(connection)), reused(reused) {}
  Lease(Lease&&) = default;
  ~Lease() {
    if (connection) owner->give_back(std::move(connection));
  }
};

Cluster::Cluster(ClientOptions options)
    : options_(std::make_shared<const ClientOptions>(std::move(options))),
      deadline_(options_->timeout),
      metadata_(std::make_shared<const Metadata>()) {}

Cluster::~Cluster() = default;

Deadline Cluster::deadline() const {
  std::lock_guard lock(mutex_);
  return deadline_;
}

void Cluster::progress() {
  std::lock_guard lock(mutex_);
  deadline_ = Deadline(options_->timeout);
}

Milliseconds Cluster::backoff(int attempt) const {
  thread_local std::minstd_rand random(std::random_device{}());
  double full = static_cast<double>(options_->backoff.count()) * (1 << std::min(attempt - 1, 10));
  full = std::min(full, static_cast<double>(options_->max_backoff.count()));
  return Milliseconds(
      static_cast<int64_t>(full * std::uniform_real_distribution(0.8, 1.2)(random)));
}

std::unique_ptr<Connection> Cluster::take_idle(int32_t broker_id) {
  std::lock_guard lock(mutex_);
  adopt_bootstrap_connections(broker_id);
  auto found = idle_.find(broker_id);
  if (found == idle_.end()) return nullptr;
  while (!found->second.empty()) {
    auto connection = std::move(found->second.back());
    found->second.pop_back();
    if (!connection->ended_while_idle()) return connection;
  }
  return nullptr;
}

void Cluster::adopt_bootstrap_connections(int32_t broker_id) {
  auto broker = metadata_->brokers.find(broker_id);
  auto nobodys = idle_.find(-1);
  if (broker == metadata_->brokers.end() || nobodys == idle_.end()) return;
  std::erase_if(nobodys->second, [&](auto& connection) {
    if (connection->address() != broker->second.address) return false;
    connection->set_broker_id(broker_id);
    idle_[broker_id].push_back(std::move(connection));
    return true;
  });
}

void Cluster::give_back(std::unique_ptr<Connection> connection) {
  if (!connection->usable() || connection->in_flight() > 0) return;
  std::lock_guard lock(mutex_);
  if (connection->broker_id() < 0)
    for (const auto& [id, broker] : metadata_->brokers)
      if (broker.address == connection->address()) connection->set_broker_id(id);
  idle_[connection->broker_id()].push_back(std::move(connection));
}

Metadata::Broker Cluster::broker(int32_t broker_id) {
  auto known = metadata();
  auto found = known->brokers.find(broker_id);
  if (found == known->brokers.end()) {
    known = refresh({});
    found = known->brokers.find(broker_id);
  }
  if (found != known->brokers.end()) return found->second;
  std::string ids;
  for (const auto& [id, broker] : known->brokers)
    ids += (ids.empty() ? "" : ", ") + std::to_string(id);
  // One that a moment ago led a partition comes back, or another leads it soon.
  throw net::NetError(net::Failure::unreachable,
                      fmt::format("broker {} is not in the cluster (its brokers: {})", broker_id,
                                  ids.empty() ? "none listed" : ids));
}

std::unique_ptr<Connection> Cluster::open(int32_t broker_id, Deadline deadline) {
  auto address = broker(broker_id).address;
  auto share = deadline.sooner(std::min(options_->connect_timeout, deadline.remaining() / 2));
  try {
    return Connection::open(options_, address, broker_id, share, may_be_old_);
  } catch (const net::NetError& error) {
    const auto& named = options_->bootstrap;
    bool advertised_only = std::find(named.begin(), named.end(), address) == named.end();
    if (!advertised_only || error.failure() == net::Failure::closed) throw;
    throw net::NetError(
        error.failure(),
        fmt::format("broker {} advertises {}, which cannot be used from here: {}", broker_id,
                    address.to_string(), error.message()),
        fmt::format("if it is reachable otherwise: --map {}=HOST:PORT", address.to_string()));
  }
}

Cluster::Lease Cluster::lease(int32_t broker_id, Deadline deadline) {
  if (auto idle = take_idle(broker_id)) return {this, std::move(idle), true};
  return {this, open(broker_id, deadline), false};
}

Cluster::Lease Cluster::lease_any(Deadline deadline) {
  std::vector<int32_t> ids;
  std::vector<int32_t> brokers;
  {
    std::lock_guard lock(mutex_);
    for (const auto& [id, connections] : idle_)
      if (!connections.empty()) ids.push_back(id);
    for (const auto& [id, broker] : metadata_->brokers) brokers.push_back(id);
  }
  for (int32_t id : ids)
    if (auto idle = take_idle(id)) return {this, std::move(idle), true};
  if (!brokers.empty()) try {
      thread_local std::minstd_rand random(std::random_device{}());
      return {this, open(brokers[random() % brokers.size()], deadline), false};
    } catch (const net::NetError&) {
      // The bootstrap addresses lead to those that live.
    }
  auto first = open_first(options_, deadline);
  may_be_old_ = !first->apis().probed_release().empty();
  return {this, std::move(first), false};
}

std::optional<int32_t> Cluster::choose(const Target& target, Deadline deadline) {
  if (target.broker) return target.broker;
  switch (target.route) {
    case Route::any:
    case Route::each_broker:
      return std::nullopt;
    case Route::leader:
      throw Error("a request to leaders names no broker", Exit::failed);
    case Route::controller: {
      auto known = metadata();
      return known->controller_id < 0 ? std::nullopt : std::optional(known->controller_id);
    }
    case Route::group:
    case Route::transaction:
    case Route::share:
      break;
  }
  if (target.key.empty() || !apis_of_any().range(msg::FindCoordinatorRequest::api().key))
    return std::nullopt;
  auto kind = kind_of(target.route);
  auto found = find_until(kind, {target.key}, deadline).at(target.key);
  if (found.error_code != 0)
    throw Error(fmt::format("the coordinator of \"{}\" is not known: {}", target.key,
                            error_name(found.error_code)),
                error_retriable(found.error_code) ? Exit::unreachable : Exit::failed);
  return found.broker_id;
}

void Cluster::forget(const Target& target) {
  if (target.broker) return;
  if (target.route == Route::controller) {
    std::lock_guard lock(mutex_);
    auto without = std::make_shared<Metadata>(*metadata_);
    without->brokers.clear();
    without->controller_id = -1;
    metadata_ = std::move(without);
  } else if (!target.key.empty()) {
    forget_coordinator(kind_of(target.route), target.key);
  }
}

Cluster::Decoder Cluster::decoder(const Destination& destination) {
  return [destination](ResponseFrame&& frame) {
    const auto& table = *frame.api->response;
    *destination.frame = std::move(frame);
    destination.renew(destination.message);
    decode_body(*destination.frame, table, destination.message);
    return examine(destination.message, table);
  };
}

void Cluster::run_into(const Destination& destination, const AnyRequest& request, std::string key,
                       const CallOptions& options) {
  run(request, {options.route.value_or(request.api->route), options.broker, std::move(key)},
      options, decoder(destination));
}

void Cluster::run(const AnyRequest& request, const Target& target, const CallOptions& options,
                  const Decoder& decode) {
  check_cluster_id(*request.api);
  Deadline deadline = options.deadline.value_or(this->deadline());
  int failures = 0;
  for (int attempt = 1;; ++attempt) {
    bool silent_retry = false;
    try {
      auto broker = choose(target, deadline);
      auto lease = broker ? this->lease(*broker, deadline) : lease_any(deadline);
      auto& connection = *lease.connection;
      silent_retry = lease.reused;
      int16_t version = connection.version_for(*request.api, options.at_least, options.at_most);
      connection.send(request, version, deadline);
      auto examination = decode(connection.receive(deadline));
      connection.throttle(examination.throttle);
      tell_denials(*request.api, examination.denials, target.key, connection.apis());
      if (examination.verdict == Verdict::final_answer || !options.retry) return;
      if (examination.verdict != Verdict::again) forget(target);
      auto pause = backoff(attempt);
      if (pause >= deadline.remaining()) return;
      Clock::system().sleep(pause);
    } catch (const net::NetError& error) {
      silent_retry = silent_retry && error.failure() == net::Failure::closed;
      if (silent_retry) continue;
      forget(target);
      bool hopeless = error.failure() == net::Failure::tls ||
                      error.failure() == net::Failure::unauthenticated ||
                      error.failure() == net::Failure::not_kafka ||
                      error.failure() == net::Failure::too_large;
      auto pause = backoff(attempt);
      if (!options.retry || hopeless || ++failures >= kMaxConnectionFailures ||
          pause >= deadline.remaining() || no_broker_ever_answered())
        throw;
      Clock::system().sleep(pause);
    }
  }
}

bool Cluster::no_broker_ever_answered() const {
  std::lock_guard lock(mutex_);
  return idle_.empty() && metadata_->brokers.empty();
}

void Cluster::ask_on(Lease& lease, const std::vector<EachRequest*>& requests,
                     const CallOptions& options, Deadline deadline, size_t& sent) {
  auto& connection = *lease.connection;
  for (; sent < requests.size() && connection.in_flight() < kFanOutWindow; ++sent) {
    const auto& request = requests[sent]->request;
    connection.send(
        request, connection.version_for(*request.api, options.at_least, options.at_most), deadline);
  }
}

void Cluster::run_each_once(const std::vector<EachRequest*>& requests, const CallOptions& options,
                            Deadline deadline) {
  struct Share {
    std::vector<EachRequest*> requests;
    std::optional<Lease> lease;
    size_t sent = 0;
    size_t done = 0;
    void fail(const Error& error, bool again) {
      for (; done < requests.size(); ++done) {
        requests[done]->error = error;
        requests[done]->again = again;
      }
    }
  };
  std::map<int32_t, Share> shares;
  for (auto* request : requests) shares[request->broker_id].requests.push_back(request);

  // Connecting runs at once for all brokers that have no connection yet.
  std::vector<std::thread> openers;
  for (auto& [id, share] : shares) {
    if (auto idle = take_idle(id)) {
      share.lease.emplace(this, std::move(idle), true);
      continue;
    }
    auto open_one = [this, id = id, &share = share, deadline] {
      try {
        share.lease.emplace(this, open(id, deadline), false);
      } catch (const Error& error) {
        share.fail(error, false);
      }
    };
    if (shares.size() == 1)
      open_one();
    else
      openers.emplace_back(open_one);
  }
  for (auto& opener : openers) opener.join();

  auto guarded = [](Share& share, auto&& step) {
    try {
      if (share.done < share.requests.size()) step();
    } catch (const net::NetError& error) {
      share.fail(error, share.lease->reused && error.failure() == net::Failure::closed);
    } catch (const Error& error) {
      share.fail(error, false);
    }
  };
  for (auto& [id, share] : shares)
    guarded(share, [&, &share = share] {
      ask_on(*share.lease, share.requests, options, deadline, share.sent);
    });
  for (auto& [id, share] : shares)
    guarded(share, [&, &share = share] {
      while (share.done < share.requests.size()) {
        auto& request = *share.requests[share.done];
        auto examination = request.decode(share.lease->connection->receive(deadline));
        share.lease->connection->throttle(examination.throttle);
        tell_denials(*request.request.api, examination.denials, options.coordinator_of,
                     share.lease->connection->apis());
        request.again =
            examination.verdict == Verdict::again ||
            examination.error_code == static_cast<int16_t>(ErrorCode::coordinator_not_available);
        request.error.reset();
        ++share.done;
        ask_on(*share.lease, share.requests, options, deadline, share.sent);
      }
    });
}

void Cluster::run_each(std::vector<EachRequest>& requests, const CallOptions& options) {
  if (requests.empty()) return;
  check_cluster_id(*requests.front().request.api);
  Deadline deadline = options.deadline.value_or(this->deadline());
  // Half of the time for each try: a broker that never answers must not eat what the others need.
  for (int attempt = 1;; ++attempt) {
    std::vector<EachRequest*> pending;
    for (auto& request : requests)
      if (attempt == 1 || request.again) pending.push_back(&request);
    if (pending.empty()) return;
    run_each_once(pending, options, deadline.sooner(deadline.remaining() / 2));
    auto pause = backoff(attempt);
    if (!options.retry || pause >= deadline.remaining()) return;
    bool again = std::any_of(requests.begin(), requests.end(), [](auto& r) { return r.again; });
    if (!again) return;
    Clock::system().sleep(pause);
  }
}

BrokerApis Cluster::apis_of(int32_t broker_id) {
  return lease(broker_id, deadline()).connection->apis();
}

BrokerApis Cluster::apis_of_any() { return lease_any(deadline()).connection->apis(); }

}  // namespace kt
