#include "zookeeper/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/error.h"

namespace kt::zk {
namespace {

/// A session that is not there by now gets its servers looked at one by one.
constexpr Milliseconds kUsualConnect{300};
constexpr Milliseconds kMostForLooking{3'000};

std::string_view verb(Operation::Kind kind) {
  switch (kind) {
    case Operation::Kind::get:
      return "get";
    case Operation::Kind::exists:
      return "exists";
    case Operation::Kind::children:
      return "children";
    case Operation::Kind::create:
      return "create";
    case Operation::Kind::set:
      return "set";
    case Operation::Kind::remove:
      return "delete";
    case Operation::Kind::sync:
      return "sync";
    case Operation::Kind::acl:
      return "rights";
  }
  return "";
}

/// What a right is to.
std::string_view deed(Operation::Kind kind) {
  switch (kind) {
    case Operation::Kind::children:
      return "list";
    case Operation::Kind::acl:
      return "see the rights of";
    default:
      return verb(kind);
  }
}

bool lost(const Operation& operation) {
  return operation.code == Code::lost || operation.code == Code::expired;
}

std::vector<Operation> operations(Operation::Kind kind, const std::vector<std::string>& paths) {
  std::vector<Operation> list;
  for (const auto& path : paths) list.push_back({.kind = kind, .path = path});
  return list;
}

Operation create_operation(const std::string& path, const std::string& data) {
  return {.kind = Operation::Kind::create, .path = path, .data = data};
}

std::string parent_of(const std::string& path) {
  auto slash = path.rfind('/');
  return slash == 0 ? "/" : path.substr(0, slash);
}

void refuse_too_large(const Operation& operation) {
  if (operation.data.size() > kMaxNodeBytes)
    throw Error(fmt::format("ZooKeeper node {} would have {} bytes, and ZooKeeper takes 1 MiB",
                            operation.path, operation.data.size()));
}

Written written(Code code) {
  switch (code) {
    case Code::node_exists:
      return Written::exists;
    case Code::no_node:
      return Written::absent;
    case Code::bad_version:
      return Written::conflict;
    case Code::not_empty:
      return Written::not_empty;
    default:
      return Written::done;
  }
}

/// What a write came to whose answer was lost, from what is at its path now; nothing where it was
/// not done and can be tried again.
std::optional<Written> judge(const Operation& lost, const std::optional<Node>& now) {
  switch (lost.kind) {
    case Operation::Kind::create:
      if (!now) return std::nullopt;
      return now->data == lost.data ? Written::done : Written::uncertain;
    case Operation::Kind::set:
      if (!now) return Written::absent;
      if (now->version == lost.version) return std::nullopt;
      if (now->version != lost.version + 1) return Written::uncertain;
      return now->data == lost.data ? Written::done : Written::conflict;
    default:
      if (!now) return Written::done;
      return now->version == lost.version ? std::optional<Written>() : Written::conflict;
  }
}

}  // namespace

Session::Session(SessionOptions options) : options_(std::move(options)) {}
Session::~Session() = default;

void Session::open(const std::vector<net::HostPort>& addresses) {
  handle_.reset();
  handle_ =
      std::make_unique<Handle>(resolved(addresses, options_.deadline), options_.servers.chroot,
                               options_.session_timeout, options_.digest);
}

Handle& Session::connected() {
  bool fresh = !handle_ || handle_->expired();
  if (fresh) {
    if (handle_ && handle_->refused_credentials())
      throw Error("ZooKeeper " + where() + " does not take the credentials", Exit::unreachable,
                  "zookeeper.digest is user:password");
    open(options_.servers.addresses);
  }
  if (handle_->wait_connected(options_.deadline.sooner(kUsualConnect))) return *handle_;
  // A server that swallows everything would cost the client seconds, and one that refuses has a
  // sentence worth saying.
  if (fresh) {
    auto living = reachable(options_.servers.addresses, options_.deadline.sooner(kMostForLooking));
    if (living.size() < options_.servers.addresses.size()) open(living);
  }
  while (!handle_->wait_connected(options_.deadline)) {
    if (!handle_->expired() || handle_->refused_credentials() || options_.deadline.expired())
      throw Error("ZooKeeper " + where() + " gives no session in time", Exit::unreachable,
                  "has it a quorum, and is this its plain port? TLS and SASL are not spoken to "
                  "ZooKeeper");
    open(options_.servers.addresses);
  }
  return *handle_;
}

std::vector<Operation> Session::run_once(std::vector<Operation> operations) {
  auto& handle = connected();
  auto& clock = Clock::system();
  auto start = clock.now();
  std::string what;
  if (options_.log)
    what = operations.size() == 1
               ? operations[0].path
               : fmt::format("{} paths from {}", operations.size(), operations[0].path);
  auto done = handle.run(std::move(operations), options_.deadline);
  if (options_.log) {
    std::chrono::duration<double, std::milli> elapsed = clock.now() - start;
    options_.log(fmt::format("ZooKeeper {} {} {} {:.1f} ms", verb(done[0].kind), what, where(),
                             elapsed.count()));
  }
  for (const auto& operation : done)
    if (operation.code == Code::no_auth || operation.code == Code::refused) refuse(operation);
  return done;
}

void Session::refuse(const Operation& operation) const {
  if (operation.code == Code::no_auth)
    throw Error(fmt::format("ZooKeeper {} does not allow to {} {}", where(), deed(operation.kind),
                            operation.path),
                Exit::failed,
                "its rights name others; -X zookeeper.digest.user and .password name one");
  throw Error(fmt::format("ZooKeeper {}: {} {}: {}", where(), verb(operation.kind), operation.path,
                          operation.refusal));
}

std::vector<Operation> Session::run(std::vector<Operation> operations) {
  std::vector<size_t> open(operations.size());
  for (size_t i = 0; i < open.size(); ++i) open[i] = i;
  for (Milliseconds pause{20}; !open.empty(); pause = std::min(pause * 2, Milliseconds(1'000))) {
    std::vector<Operation> asked;
    for (auto i : open) asked.push_back(operations[i]);
    asked = run_once(std::move(asked));
    std::vector<size_t> again;
    for (size_t i = 0; i < open.size(); ++i) {
      if (lost(asked[i])) again.push_back(open[i]);
      operations[open[i]] = std::move(asked[i]);
    }
    open = std::move(again);
    if (open.empty()) break;
    if (options_.deadline.remaining() <= pause)
      throw Error("ZooKeeper " + where() + " closed the connection again and again, at last on " +
                      operations[open[0]].path,
                  Exit::unreachable);
    Clock::system().sleep(pause);
  }
  return operations;
}

std::vector<Written> Session::write_all(std::vector<Operation> operations) {
  for (const auto& operation : operations) refuse_too_large(operation);
  if (!options_.digest.empty()) {
    // A cluster with rights keeps them: a new node has those of the node above it.
    std::map<std::string, std::shared_ptr<const Rights>> rights;
    for (const auto& operation : operations)
      if (operation.kind == Operation::Kind::create) rights[parent_of(operation.path)];
    std::vector<std::string> parents;
    for (const auto& [parent, unknown] : rights) parents.push_back(parent);
    for (auto& answer : run(kt::zk::operations(Operation::Kind::acl, parents)))
      rights[answer.path] = answer.rights;
    for (auto& operation : operations)
      if (operation.kind == Operation::Kind::create)
        operation.rights = rights[parent_of(operation.path)];
  }
  std::vector<Written> results(operations.size(), Written::uncertain);
  std::vector<size_t> open(operations.size());
  for (size_t i = 0; i < open.size(); ++i) open[i] = i;
  std::vector<bool> doubtful(operations.size());
  while (!open.empty()) {
    std::vector<Operation> asked;
    for (auto i : open) asked.push_back(operations[i]);
    asked = run_once(std::move(asked));
    std::vector<size_t> unknown;
    for (size_t i = 0; i < open.size(); ++i) {
      bool done_before = doubtful[open[i]] && asked[i].code != Code::ok;
      if (lost(asked[i]) || done_before)
        unknown.push_back(open[i]);
      else
        results[open[i]] = written(asked[i].code);
    }
    open.clear();
    if (unknown.empty()) break;
    std::vector<Operation> look;
    for (auto i : unknown) {
      doubtful[i] = true;
      // The server now asked may be behind the one that took the write.
      look.push_back({.kind = Operation::Kind::sync, .path = operations[i].path});
      look.push_back({.kind = Operation::Kind::get, .path = operations[i].path});
    }
    look = run(std::move(look));
    for (size_t i = 0; i < unknown.size(); ++i) {
      const auto& seen = look[i * 2 + 1];
      std::optional<Node> now;
      if (seen.code == Code::ok) now = seen.node;
      if (auto judged = judge(operations[unknown[i]], now))
        results[unknown[i]] = *judged;
      else
        open.push_back(unknown[i]);
    }
  }
  return results;
}

std::vector<std::optional<Node>> Session::get(const std::vector<std::string>& paths) {
  std::vector<std::optional<Node>> nodes;
  for (auto& answer : run(operations(Operation::Kind::get, paths)))
    nodes.push_back(answer.code == Code::ok ? std::optional(std::move(answer.node)) : std::nullopt);
  return nodes;
}

std::optional<Node> Session::get(const std::string& path) { return get(std::vector{path})[0]; }

std::optional<Node> Session::exists(const std::string& path) {
  auto answer = run(operations(Operation::Kind::exists, {path}))[0];
  return answer.code == Code::ok ? std::optional(answer.node) : std::nullopt;
}

std::vector<std::optional<std::vector<std::string>>> Session::children(
    const std::vector<std::string>& paths) {
  std::vector<std::optional<std::vector<std::string>>> lists;
  for (auto& answer : run(operations(Operation::Kind::children, paths))) {
    auto& list = lists.emplace_back();
    if (answer.code != Code::ok) continue;
    list = std::move(answer.names);
  }
  return lists;
}

std::optional<std::vector<std::string>> Session::children(const std::string& path) {
  auto names = children(std::vector{path})[0];
  if (names) std::sort(names->begin(), names->end());
  return names;
}

Written Session::create(const std::string& path, const std::string& data) {
  return write_all({create_operation(path, data)})[0];
}

Written Session::create_ephemeral(const std::string& path, const std::string& data) {
  auto operation = create_operation(path, data);
  operation.ephemeral = true;
  return write_all({operation})[0];
}

std::string Session::create_sequential(const std::string& path, const std::string& data) {
  auto operation = create_operation(path, data);
  operation.sequential = true;
  refuse_too_large(operation);
  auto answer = run({operation})[0];
  if (answer.code != Code::ok)
    throw Error("ZooKeeper " + where() + " has no node " + parent_of(path));
  return answer.created;
}

void Session::make_path(const std::string& path) {
  if (path == "/" || path.empty() || exists(path)) return;
  make_path(parent_of(path));
  create(path, "");
}

Written Session::set(const std::string& path, const std::string& data, int32_t expected_version) {
  return write({{path, data, expected_version}})[0];
}

std::vector<Written> Session::write(const std::vector<Write>& writes) {
  std::vector<Operation> operations;
  for (const auto& write : writes) {
    auto& operation = operations.emplace_back(create_operation(write.path, write.data));
    if (!write.version) continue;
    operation.kind = Operation::Kind::set;
    operation.version = *write.version;
  }
  return write_all(std::move(operations));
}

Written Session::remove(const std::string& path, int32_t expected_version) {
  return write_all(
      {{.kind = Operation::Kind::remove, .path = path, .version = expected_version}})[0];
}

std::vector<Written> Session::remove(const std::vector<std::string>& paths) {
  std::vector<Written> results;
  for (const auto& answer : run(operations(Operation::Kind::remove, paths)))
    results.push_back(answer.code == Code::ok          ? Written::done
                      : answer.code == Code::not_empty ? Written::not_empty
                                                       : Written::absent);
  return results;
}

bool Session::await(const std::string& path,
                    const std::function<bool(const std::optional<Node>&)>& done,
                    Deadline deadline) {
  while (true) {
    auto seen = connected().events();
    Operation watch{.kind = Operation::Kind::exists, .path = path, .watch = true};
    bool there = run({watch})[0].code == Code::ok;
    auto now = there ? get(path) : std::nullopt;
    if (done(now)) return true;
    if (deadline.expired()) return false;
    // An event of a session that was lost meanwhile never comes.
    if (!connected().wait_event(seen, deadline.sooner(Milliseconds(2'000))) && deadline.expired())
      return false;
  }
}

bool Session::await_gone(const std::string& path, Deadline deadline) {
  return await(
      path, [](const auto& node) { return !node; }, deadline);
}

}  // namespace kt::zk
