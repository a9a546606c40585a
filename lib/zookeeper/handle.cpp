#include "zookeeper/handle.h"

#include <zookeeper/zookeeper.h>

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <mutex>

#include "base/error.h"

namespace kt::zk {
namespace {

/// So many may be on their way: servers stop reading beyond a thousand of all clients.
constexpr size_t kMostInFlight = 500;

Code code_of(int rc) {
  switch (rc) {
    case ZOK:
      return Code::ok;
    case ZNONODE:
      return Code::no_node;
    case ZNODEEXISTS:
      return Code::node_exists;
    case ZBADVERSION:
      return Code::bad_version;
    case ZNOTEMPTY:
      return Code::not_empty;
    case ZNOAUTH:
      return Code::no_auth;
    case ZCONNECTIONLOSS:
    case ZOPERATIONTIMEOUT:
    case ZCLOSING:
    case ZSESSIONMOVED:
    case ZTHROTTLEDOP:
      return Code::lost;
    case ZSESSIONEXPIRED:
    case ZINVALIDSTATE:
    case ZAUTHFAILED:
      return Code::expired;
    default:
      return Code::refused;
  }
}

Node node_of(const Stat& stat) {
  Node node;
  node.version = stat.version;
  node.child_count = stat.numChildren;
  node.created_ms = stat.ctime;
  node.modified_ms = stat.mtime;
  node.creation = stat.czxid;
  node.ephemeral_owner = stat.ephemeralOwner;
  return node;
}

}  // namespace

class Rights {
 public:
  explicit Rights(const ACL_vector& from) {
    for (int i = 0; i < from.count; ++i)
      texts_.emplace_back(from.data[i].id.scheme, from.data[i].id.id);
    for (int i = 0; i < from.count; ++i)
      entries_.push_back({from.data[i].perms,
                          {texts_[static_cast<size_t>(i)].first.data(),
                           texts_[static_cast<size_t>(i)].second.data()}});
  }
  Rights(const Rights&) = delete;

  /// A view of this.
  ACL_vector vector() const { return {static_cast<int32_t>(entries_.size()), entries_.data()}; }

 private:
  std::vector<std::pair<std::string, std::string>> texts_;
  mutable std::vector<ACL> entries_;
};

/// What the client's threads touch.
struct Handle::State {
  mutable std::mutex mutex;
  std::condition_variable changed;
  uint64_t events = 0;
  zhandle_t* client = nullptr;

  static void watcher(zhandle_t*, int, int, const char*, void* context) {
    auto& state = *static_cast<State*>(context);
    std::lock_guard lock(state.mutex);
    ++state.events;
    state.changed.notify_all();
  }
};

struct Handle::Batch {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<Operation> operations;
  size_t in_flight = 0;

  /// What the client hands back with an answer.
  struct Ticket {
    std::shared_ptr<Batch> batch;
    size_t index;
  };

  template <class Fill>
  static void settle(int rc, const void* data, const Fill& fill) {
    std::unique_ptr<const Ticket> ticket(static_cast<const Ticket*>(data));
    auto& batch = *ticket->batch;
    std::lock_guard lock(batch.mutex);
    auto& operation = batch.operations[ticket->index];
    operation.code = code_of(rc);
    if (operation.code == Code::refused) operation.refusal = zerror(rc);
    if (rc == ZOK) fill(operation);
    --batch.in_flight;
    batch.changed.notify_all();
  }

  static void on_data(int rc, const char* value, int length, const Stat* stat, const void* data) {
    settle(rc, data, [&](Operation& operation) {
      operation.node = node_of(*stat);
      if (value && length > 0) operation.node.data.assign(value, static_cast<size_t>(length));
    });
  }
  static void on_stat(int rc, const Stat* stat, const void* data) {
    settle(rc, data, [&](Operation& operation) { operation.node = node_of(*stat); });
  }
  static void on_names(int rc, const String_vector* names, const void* data) {
    settle(rc, data, [&](Operation& operation) {
      for (int i = 0; i < names->count; ++i) operation.names.emplace_back(names->data[i]);
    });
  }
  static void on_path(int rc, const char* path, const void* data) {
    settle(rc, data, [&](Operation& operation) { operation.created = path ? path : ""; });
  }
  static void on_done(int rc, const void* data) {
    settle(rc, data, [](Operation&) {});
  }
  static void on_rights(int rc, ACL_vector* acl, Stat*, const void* data) {
    settle(rc, data,
           [&](Operation& operation) { operation.rights = std::make_shared<Rights>(*acl); });
  }
};

Handle::Handle(const std::string& hosts, const std::string& chroot, Milliseconds session_timeout,
               const std::string& digest)
    : state_(std::make_unique<State>()) {
  // The client would log to stderr whatever it meets.
  zoo_set_debug_level(static_cast<ZooLogLevel>(0));
  auto timeout = static_cast<int>(std::clamp<int64_t>(session_timeout.count(), 1, 600'000));
  state_->client =
      zookeeper_init((hosts + chroot).c_str(), State::watcher, timeout, nullptr, state_.get(), 0);
  if (!state_->client)
    throw Error("ZooKeeper's client cannot start: " + std::string(std::strerror(errno)),
                Exit::unreachable);
  // Addresses are given, not names; the client would look them up again before each answer it
  // reads.
  zoo_set_servers_resolution_delay(state_->client, -1);
  if (!digest.empty())
    zoo_add_auth(state_->client, "digest", digest.data(), static_cast<int>(digest.size()), nullptr,
                 nullptr);
}

Handle::~Handle() { zookeeper_close(state_->client); }

bool Handle::expired() const {
  int state = zoo_state(state_->client);
  return state == ZOO_EXPIRED_SESSION_STATE || state == ZOO_AUTH_FAILED_STATE;
}

bool Handle::refused_credentials() const {
  return zoo_state(state_->client) == ZOO_AUTH_FAILED_STATE;
}

bool Handle::wait_connected(Deadline deadline) {
  while (true) {
    auto seen = events();
    if (zoo_state(state_->client) == ZOO_CONNECTED_STATE) return true;
    if (expired() || !wait_event(seen, deadline)) return false;
  }
}

uint64_t Handle::events() const {
  std::lock_guard lock(state_->mutex);
  return state_->events;
}

bool Handle::wait_event(uint64_t seen, Deadline deadline) {
  std::unique_lock lock(state_->mutex);
  auto came = [&] { return state_->events > seen; };
  if (!deadline.is_never()) return state_->changed.wait_until(lock, deadline.time(), came);
  state_->changed.wait(lock, came);
  return true;
}

void Handle::submit(const std::shared_ptr<Batch>& batch, size_t index) {
  auto* client = state_->client;
  auto& operation = batch->operations[index];
  const char* path = operation.path.c_str();
  const char* data = operation.data.empty() ? nullptr : operation.data.data();
  int size = operation.data.empty() ? -1 : static_cast<int>(operation.data.size());
  auto* ticket = new Batch::Ticket{batch, index};
  int rc = ZOK;
  switch (operation.kind) {
    case Operation::Kind::get:
      rc = zoo_aget(client, path, 0, Batch::on_data, ticket);
      break;
    case Operation::Kind::exists:
      rc = zoo_aexists(client, path, operation.watch, Batch::on_stat, ticket);
      break;
    case Operation::Kind::children:
      rc = zoo_aget_children(client, path, 0, Batch::on_names, ticket);
      break;
    case Operation::Kind::create: {
      auto rights = operation.rights ? operation.rights->vector() : ZOO_OPEN_ACL_UNSAFE;
      int flags = (operation.ephemeral ? ZOO_EPHEMERAL : 0) |
                  (operation.sequential ? ZOO_PERSISTENT_SEQUENTIAL : 0);
      rc = zoo_acreate(client, path, data, size, &rights, flags, Batch::on_path, ticket);
      break;
    }
    case Operation::Kind::set:
      rc = zoo_aset(client, path, data, size, operation.version, Batch::on_stat, ticket);
      break;
    case Operation::Kind::remove:
      rc = zoo_adelete(client, path, operation.version, Batch::on_done, ticket);
      break;
    case Operation::Kind::sync:
      rc = zoo_async(client, path, Batch::on_path, ticket);
      break;
    case Operation::Kind::acl:
      rc = zoo_aget_acl(client, path, Batch::on_rights, ticket);
      break;
  }
  if (rc != ZOK) Batch::on_done(rc, ticket);
}

std::vector<Operation> Handle::run(std::vector<Operation> operations, Deadline deadline) {
  // Answers that come after the deadline still find their batch.
  auto batch = std::make_shared<Batch>();
  batch->operations = std::move(operations);
  auto wait_until_at_most = [&](size_t most) {
    std::unique_lock lock(batch->mutex);
    auto few = [&] { return batch->in_flight <= most; };
    if (deadline.is_never())
      batch->changed.wait(lock, few);
    else if (!batch->changed.wait_until(lock, deadline.time(), few))
      throw Error("ZooKeeper did not answer in time", Exit::unreachable);
  };
  for (size_t i = 0; i < batch->operations.size(); ++i) {
    wait_until_at_most(kMostInFlight);
    {
      std::lock_guard lock(batch->mutex);
      ++batch->in_flight;
    }
    submit(batch, i);
  }
  wait_until_at_most(0);
  return std::move(batch->operations);
}

}  // namespace kt::zk
