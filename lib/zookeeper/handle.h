// One session of ZooKeeper's own C client, whose only include is in handle.cpp: operations go out
// together and their answers come back, each with its code. What a lost connection or session means
// for them is decided above, in Session.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "zookeeper/node.h"

namespace kt::zk {

/// What ZooKeeper said to one operation.
enum class Code {
  ok,
  no_node,
  node_exists,
  bad_version,
  not_empty,
  no_auth,
  lost,     ///< the connection went: done or not, nobody knows
  expired,  ///< the session ended: not done, or done before
  refused,  ///< anything else; Operation::refusal says what
};

/// Access rights of a node.
class Rights;

struct Operation {
  enum class Kind { get, exists, children, create, set, remove, sync, acl };

  Kind kind = Kind::get;
  std::string path = {};
  std::string data = {};  ///< of create and set; empty writes null
  int32_t version = -1;   ///< of set and remove: the version expected
  bool ephemeral = false, sequential = false;
  bool watch = false;  ///< of exists: the next change is an event
  std::shared_ptr<const Rights> rights =
      {};  ///< given to create (none: open to all), the answer of acl

  Code code = Code::lost;
  std::string refusal = {};
  Node node = {};                       ///< of get, exists and set (without data)
  std::vector<std::string> names = {};  ///< of children
  std::string created = {};             ///< of create: the path with its number
};

class Handle {
 public:
  /// Starts connecting. `hosts` are numeric addresses; credentials are `user:password` or empty.
  Handle(const std::string& hosts, const std::string& chroot, Milliseconds session_timeout,
         const std::string& digest);
  /// Ends the session, which takes ephemeral nodes with it.
  ~Handle();
  Handle(const Handle&) = delete;

  /// Whether there is a session by then; false at once where it has expired.
  bool wait_connected(Deadline deadline);
  /// This handle is of no use any more.
  bool expired() const;
  /// ZooKeeper did not take the credentials.
  bool refused_credentials() const;

  /// Sends all of them and waits for the answers, which come in the same order. Throws Error
  /// (unreachable) at the deadline.
  std::vector<Operation> run(std::vector<Operation> operations, Deadline deadline);

  /// How many events of watches and of the session have come.
  uint64_t events() const;
  /// Waits for one beyond `seen`; false at the deadline.
  bool wait_event(uint64_t seen, Deadline deadline);

 private:
  struct State;
  struct Batch;
  void submit(const std::shared_ptr<Batch>& batch, size_t index);

  std::unique_ptr<State> state_;
};

}  // namespace kt::zk
