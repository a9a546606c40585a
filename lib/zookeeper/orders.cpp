#include "zookeeper/orders.h"

#include <fmt/format.h>

#include "base/json.h"

namespace kt::zk {
namespace {

constexpr const char* kElection = "/admin/preferred_replica_election";
constexpr const char* kReassignment = "/admin/reassign_partitions";
constexpr size_t kMostBytes = 900'000;

Json::Object partition_json(const Partition& partition) {
  return {{"topic", partition.first}, {"partition", partition.second}};
}

Partition parse_partition(const JsonPlace& place) {
  return {place["topic"].text(), place["partition"].int32(0)};
}

/// A node and how many partitions are in it.
struct Part {
  std::string data;
  size_t partitions = 0;
};

/// `{"version":1,"partitions":[...]}` of as many items as fit, again and again.
std::vector<Part> parts_of(const std::vector<std::string>& items, size_t most_bytes) {
  constexpr std::string_view kHead = R"({"version":1,"partitions":[)", kTail = "]}";
  std::vector<Part> parts;
  for (const auto& item : items) {
    bool fits =
        !parts.empty() && parts.back().data.size() + 1 + item.size() + kTail.size() <= most_bytes;
    if (!fits) parts.push_back({std::string(kHead), 0});
    auto& part = parts.back();
    if (part.partitions > 0) part.data += ',';
    part.data += item;
    ++part.partitions;
  }
  for (auto& part : parts) part.data += kTail;
  return parts;
}

std::vector<std::string> data_of(const std::vector<Part>& parts) {
  std::vector<std::string> nodes;
  for (const auto& part : parts) nodes.push_back(part.data);
  return nodes;
}

std::vector<Part> parts_of(const std::vector<Partition>& partitions, size_t most_bytes) {
  std::vector<std::string> items;
  for (const auto& partition : partitions) items.push_back(Json(partition_json(partition)).text());
  return parts_of(items, most_bytes);
}

std::vector<Part> parts_of(const std::vector<Move>& moves, size_t most_bytes) {
  std::vector<std::string> items;
  for (const auto& move : moves) {
    auto item = partition_json(move.partition);
    item.emplace_back("replicas", Json::Array(move.replicas.begin(), move.replicas.end()));
    items.push_back(Json(std::move(item)).text());
  }
  return parts_of(items, most_bytes);
}

void order(Session& session, const std::string& path, const std::vector<Part>& parts,
           const OrderProgress& progress) {
  size_t done = 0, total = 0;
  for (const auto& part : parts) total += part.partitions;
  session.make_path(path.substr(0, path.rfind('/')));
  for (const auto& part : parts) {
    if (done > 0 && !session.await_gone(path, session.deadline()))
      throw Error(fmt::format("the controller has not finished the first {} of {} partitions in "
                              "time ({} is still there)",
                              done, total, path),
                  Exit::unreachable, "give it more time with --timeout, and run it again");
    if (progress) progress(done, total);
    // An uncertain one: somebody else's stands there now, after ours or in its place.
    if (auto written = session.create(path, part.data); written != Written::done)
      throw Error(fmt::format("another {} is under way: ZooKeeper has {}",
                              path == kElection ? "election" : "reassignment", path),
                  Exit::failed,
                  done > 0 ? fmt::format("{} of {} partitions were ordered before", done, total)
                           : "wait until the controller has finished it");
    done += part.partitions;
  }
}

}  // namespace

std::vector<Partition> parse_election(std::string_view data, const std::string& path) {
  auto json = Json::parse(data, path);
  std::vector<Partition> partitions;
  for (const auto& item : JsonPlace(json, path)["partitions"].items())
    partitions.push_back(parse_partition(item));
  return partitions;
}

std::vector<Move> parse_reassignment(std::string_view data, const std::string& path) {
  auto json = Json::parse(data, path);
  std::vector<Move> moves;
  for (const auto& item : JsonPlace(json, path)["partitions"].items())
    moves.push_back({parse_partition(item), item["replicas"].int32s(0)});
  return moves;
}

std::optional<std::vector<Partition>> running_election(Session& session) {
  auto node = session.get(kElection);
  return node ? std::optional(parse_election(node->data, kElection)) : std::nullopt;
}

std::optional<std::vector<Move>> running_reassignment(Session& session) {
  auto node = session.get(kReassignment);
  return node ? std::optional(parse_reassignment(node->data, kReassignment)) : std::nullopt;
}

void order_election(Session& session, const std::vector<Partition>& partitions,
                    const OrderProgress& progress) {
  order(session, kElection, parts_of(partitions, kMostBytes), progress);
}

void order_reassignment(Session& session, const std::vector<Move>& moves,
                        const OrderProgress& progress) {
  order(session, kReassignment, parts_of(moves, kMostBytes), progress);
}

size_t moves_in_one_order(const std::vector<Move>& moves) {
  return moves.empty() ? 0 : parts_of(moves, kMostBytes).front().partitions;
}

bool await_election(Session& session, Deadline deadline) {
  return session.await_gone(kElection, deadline);
}

bool await_reassignment(Session& session, Deadline deadline) {
  return session.await_gone(kReassignment, deadline);
}

std::vector<std::string> election_nodes(const std::vector<Partition>& partitions,
                                        size_t most_bytes) {
  return data_of(parts_of(partitions, most_bytes));
}

std::vector<std::string> reassignment_nodes(const std::vector<Move>& moves, size_t most_bytes) {
  return data_of(parts_of(moves, most_bytes));
}

}  // namespace kt::zk
