// SCRAM credentials of releases whose brokers have no request for them, by ZooKeeper: 0.10.2
// to 2.6, among what is set on users (/config/users/NAME). Answers are those of the requests; see
// admin_users.h.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "client/admin_users.h"

namespace kt {

std::vector<ScramUser> describe_users_in_zookeeper(Cluster& cluster,
                                                   const std::vector<std::string>& names);
std::vector<Outcome> set_credentials_in_zookeeper(Cluster& cluster,
                                                  const std::vector<NewCredential>& wanted);
std::vector<Outcome> delete_credentials_in_zookeeper(Cluster& cluster,
                                                     const std::vector<GoneCredential>& gone);

/// The iterations in `salt=B64,stored_key=B64,server_key=B64,iterations=4096`; throws where there
/// are none.
int32_t scram_iterations(std::string_view credential, const std::string& user);
/// Such a credential.
std::string scram_credential(const NewCredential& wanted, const SaltedPassword& salted);

}  // namespace kt
