// What the controller is asked to do by a node below /admin: elect preferred leaders, move
// replicas. It deletes the node when it is done, which does not mean that all of it succeeded. One
// node of each kind at a time, and at most 1 MiB: large orders go in parts, each after the last one
// has gone.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "zookeeper/partition_states.h"
#include "zookeeper/session.h"

namespace kt::zk {

struct Move {
  Partition partition;
  std::vector<int32_t> replicas;
  bool operator==(const Move&) const = default;
};

/// Of the order that stands there; nothing where none does.
std::optional<std::vector<Partition>> running_election(Session& session);
std::optional<std::vector<Move>> running_reassignment(Session& session);

/// Called before a part is written: partitions handed over so far, and in all.
using OrderProgress = std::function<void(size_t done, size_t total)>;

/// Orders the election of the preferred leaders, part by part; returns when the last part is
/// written. Throws where another order stands there, and where a part has not gone by the session's
/// deadline.
void order_election(Session& session, const std::vector<Partition>& partitions,
                    const OrderProgress& progress = {});
void order_reassignment(Session& session, const std::vector<Move>& moves,
                        const OrderProgress& progress = {});

/// How many of the moves, from the first on, go into one node.
size_t moves_in_one_order(const std::vector<Move>& moves);

/// Waits until no such order stands there; false at the deadline.
bool await_election(Session& session, Deadline deadline);
bool await_reassignment(Session& session, Deadline deadline);

/// The orders as nodes, each of at most `most_bytes`.
std::vector<std::string> election_nodes(const std::vector<Partition>& partitions,
                                        size_t most_bytes);
std::vector<std::string> reassignment_nodes(const std::vector<Move>& moves, size_t most_bytes);

/// One node each; `path` names it in errors.
std::vector<Partition> parse_election(std::string_view data, const std::string& path);
std::vector<Move> parse_reassignment(std::string_view data, const std::string& path);

}  // namespace kt::zk
