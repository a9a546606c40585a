// ZooKeeper as Kafka's operators use it, under one deadline: connects when something is asked, goes
// on after a lost connection or session, and never assumes what became of a write: after a lost
// connection the node is read again. Paths are relative to the chroot. Many reads or writes given
// together take one round trip, not one each. For one thread at a time.
//
// Throws Error with exit code 4 where no server answers in time, and one that names the path where
// ZooKeeper refuses (no rights). A node that is absent, there already or changed meanwhile is an
// answer.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "zookeeper/handle.h"
#include "zookeeper/node.h"
#include "zookeeper/servers.h"

namespace kt::zk {

struct SessionOptions {
  Servers servers;
  Deadline deadline = Deadline(Milliseconds(30'000));
  std::string digest = {};  ///< `user:password` for nodes with digest rights; empty for none
  Milliseconds session_timeout{10'000};
  std::function<void(std::string_view)> log = {};  ///< a line for each round trip
};

/// What became of a write.
enum class Written {
  done,
  exists,     ///< not created: there is a node already
  absent,     ///< no such node, or no parent to create it under
  conflict,   ///< another version than expected
  not_empty,  ///< not removed: it has children
  uncertain,  ///< the connection was lost meanwhile, and what is there now does not tell
};

/// `set` where a version is expected, `create` where not.
struct Write {
  std::string path;
  std::string data;                ///< empty writes null
  std::optional<int32_t> version;  ///< nothing: the node is to be created
};

/// ZooKeeper takes 1 MiB a node at most, everything around it included.
constexpr size_t kMaxNodeBytes = 1'000'000;

class Session {
 public:
  explicit Session(SessionOptions options);
  ~Session();
  Session(const Session&) = delete;

  std::optional<Node> get(const std::string& path);
  std::vector<std::optional<Node>> get(const std::vector<std::string>& paths);
  /// Everything but the data.
  std::optional<Node> exists(const std::string& path);
  /// The names below a node, sorted; of many, as the server lists them. Nothing where it is absent.
  std::optional<std::vector<std::string>> children(const std::string& path);
  std::vector<std::optional<std::vector<std::string>>> children(
      const std::vector<std::string>& paths);

  Written create(const std::string& path, const std::string& data);
  /// Goes with the session.
  Written create_ephemeral(const std::string& path, const std::string& data);
  /// Adds a number to the path and returns the whole. After a lost connection it may stand twice.
  std::string create_sequential(const std::string& path, const std::string& data);
  /// The node and all that is missing above it, with null data; one that is there is fine.
  void make_path(const std::string& path);

  Written set(const std::string& path, const std::string& data, int32_t expected_version);
  /// Sets and creates, all together; what became of each, in order.
  std::vector<Written> write(const std::vector<Write>& writes);
  Written remove(const std::string& path, int32_t expected_version);
  /// Whatever their versions, one after the other: nodes stand before those above them.
  std::vector<Written> remove(const std::vector<std::string>& paths);

  /// Waits until the node, or its absence, is as `done` wants it; false at the deadline.
  bool await(const std::string& path, const std::function<bool(const std::optional<Node>&)>& done,
             Deadline deadline);
  bool await_gone(const std::string& path, Deadline deadline);

  Deadline deadline() const { return options_.deadline; }
  /// A job that waits got on: its limit counts from now.
  void set_deadline(Deadline deadline) { options_.deadline = deadline; }
  /// The servers and the chroot, for messages.
  std::string where() const { return options_.servers.to_string(); }

 private:
  Handle& connected();
  void open(const std::vector<net::HostPort>& addresses);
  std::vector<Operation> run_once(std::vector<Operation> operations);
  /// For what may be done twice: again until every one has its answer.
  std::vector<Operation> run(std::vector<Operation> operations);
  std::vector<Written> write_all(std::vector<Operation> operations);
  [[noreturn]] void refuse(const Operation& operation) const;

  SessionOptions options_;
  std::unique_ptr<Handle> handle_;
};

}  // namespace kt::zk
