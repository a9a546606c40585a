// Users with SCRAM credentials, by request from 2.7 on and by ZooKeeper before, from 0.10.2 (see
// zookeeper_users.h). What is sent and kept follows from the password and a salt of its own; the
// password itself never leaves.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/admin_topics.h"
#include "client/cluster.h"

namespace kt {

enum class ScramMechanism : int8_t { sha256 = 1, sha512 = 2 };

/// `SCRAM-SHA-256`; a number that kt does not know as such.
std::string name_of(ScramMechanism mechanism);
/// Spelt so, in either case; nothing for anything else.
std::optional<ScramMechanism> parse_scram_mechanism(std::string_view text);

/// The fewest and the most iterations that brokers take.
constexpr int32_t kLeastIterations = 4096;
constexpr int32_t kMostIterations = 16'384;

struct ScramCredential {
  ScramMechanism mechanism = ScramMechanism::sha256;
  int32_t iterations = 0;
};
struct ScramUser : Outcome {
  std::vector<ScramCredential> credentials;
};

/// The users named, or all, by name. One without credentials has RESOURCE_NOT_FOUND.
std::vector<ScramUser> describe_users(Cluster& cluster, const std::vector<std::string>& names);

struct NewCredential {
  std::string user;
  ScramMechanism mechanism = ScramMechanism::sha256;
  int32_t iterations = kLeastIterations;
  std::string password;
};
struct GoneCredential {
  std::string user;
  ScramMechanism mechanism = ScramMechanism::sha256;
};

/// Outcomes are by user: brokers do all that is asked about a user, or nothing of it.
std::vector<Outcome> set_credentials(Cluster& cluster, const std::vector<NewCredential>& wanted);
std::vector<Outcome> delete_credentials(Cluster& cluster, const std::vector<GoneCredential>& gone);

/// What brokers keep of a password: 32 random bytes, and what follows from both.
struct SaltedPassword {
  std::string salt;
  std::string key;
};
SaltedPassword salt_password(const NewCredential& wanted);

/// Whether credentials stand in ZooKeeper, as of releases before 2.7. Throws where there are none.
bool users_in_zookeeper(Cluster& cluster);

}  // namespace kt
