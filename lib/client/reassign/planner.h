// Where replicas should be: from today's placement and the aims to the placement that reaches them
// with as few bytes moved as can be found. Pure: knows nothing of brokers' addresses, files or the
// clock, and gives the same plan for the same input.
//
// Rules that no aim breaks: a broker holds a partition once; the number of replicas changes only by
// Aims::replication_factor; a move never puts more replicas of a partition into one rack than there
// were, unless no broker that stays could keep that.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace kt::reassign {

struct Broker {
  int32_t id = -1;
  std::string rack;  ///< empty where it has none
};

struct Partition {
  std::string topic;
  int32_t partition = 0;
  std::vector<int32_t> replicas = {};  ///< preferred leader first
  int32_t leader = -1;                 ///< who it is copied from; -1 none
  int64_t size_bytes = 0;              ///< of one replica
};

/// What is there now: the brokers that live, and the partitions that may move.
struct Layout {
  std::vector<Broker> brokers;
  std::vector<Partition> partitions;
  bool knows_sizes = true;  ///< false: every replica counts as one byte

  /// Whether any partition weighs anything: else replicas can only be counted.
  bool has_bytes() const;
};

enum class Balance { size, count, leaders };

struct Aims {
  std::set<int32_t> drain = {};  ///< brokers that shall hold nothing
  /// The only brokers that may receive; alone it means to fill them up to their fair share.
  std::set<int32_t> onto = {};
  std::optional<int32_t> replication_factor = {};
  bool rack_aware = false;  ///< spread each partition over as many racks as can be
  std::set<Balance> balance = {};
  double tolerance = 0.05;  ///< how far from the mean a broker may stay, as a fraction
};

/// One broker before and after.
struct Share {
  int32_t broker = -1;
  bool is_alive = true;
  int64_t bytes_before = 0, bytes_after = 0;
  int64_t replicas_before = 0, replicas_after = 0;
  int64_t leaders_before = 0, leaders_after = 0;
  int64_t bytes_in = 0, bytes_out = 0;  ///< copied to it, read from it as the leader
};

/// Why a broker stays outside the band: the partition that forbids it.
struct Obstacle {
  enum class Kind {
    too_large,       ///< one replica of it is more than the band allows a broker
    takes_too_much,  ///< partitions that are too large leave the others less than the band
    rack,            ///< the rule of racks holds it in a rack with too few (or too many) brokers
    no_room,         ///< moving it would put another broker outside
  };
  Balance aim = Balance::size;
  int32_t broker = -1;
  bool is_above = true;
  size_t partition = 0;  ///< index in Layout::partitions
  Kind kind = Kind::no_room;
};

/// A replica that an aim wants elsewhere and that no broker can take.
struct Refusal {
  size_t partition = 0;
  int32_t broker = -1;          ///< where it stays; -1: a replica more
  bool is_held_by_all = false;  ///< every broker that may receive has a replica; else it is racks
};

struct Plan {
  std::vector<std::vector<int32_t>> replicas;  ///< of every partition of the layout
  std::vector<size_t> changed;                 ///< those that differ from the layout
  std::vector<Share> brokers;                  ///< by number
  int64_t bytes_to_move = 0;
  int64_t replicas_to_move = 0;
  /// No plan that reaches the aims moves less: what must leave or arrive, or what stands above or
  /// below the band, whichever is more.
  int64_t lower_bound_bytes = 0;
  std::vector<Obstacle> obstacles;
  std::vector<Refusal> refusals;
};

Plan make_plan(const Layout& layout, const Aims& aims);

/// Seconds that the copying takes where each broker may send and receive `rate` bytes a second.
double seconds_at(const Plan& plan, int64_t rate_bytes_per_second);

}  // namespace kt::reassign
