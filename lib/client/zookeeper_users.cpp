#include "client/zookeeper_users.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/base64.h"
#include "base/text.h"
#include "client/zookeeper_store.h"
#include "net/digest.h"
#include "zookeeper/configs.h"

namespace kt {
namespace {

constexpr std::string_view kWhat = "the register of users";

std::vector<ScramCredential> credentials_in(const std::string& user, const zk::Config& config) {
  std::vector<ScramCredential> found;
  for (auto mechanism : {ScramMechanism::sha256, ScramMechanism::sha512})
    if (auto entry = config.entries.find(name_of(mechanism)); entry != config.entries.end())
      found.push_back({mechanism, scram_iterations(entry->second, user)});
  return found;
}

/// Changes what is set on each user by all the changes asked for of it.
template <class Asked, class Change>
std::vector<Outcome> each_user(Cluster& cluster, const std::vector<Asked>& asked,
                               const Change& change) {
  Store store(cluster, kWhat);
  std::map<std::string, std::vector<const Asked*>> by_user;
  for (const auto& one : asked) by_user[one.user].push_back(&one);
  std::vector<std::string> users;
  for (const auto& [user, all] : by_user) users.push_back(user);
  return each<Outcome>(users, [&](const std::string& user, Outcome&) {
    auto path = zk::entity_path("users", user);
    auto read = zk::config(store.session, path);
    auto entries = read.entries;
    for (const auto* one : by_user.at(user)) change(entries, *one);
    refuse_unwritten(zk::write_config(store.session, path, read, entries));
    zk::announce_config(store.session, store.notice, path);
  });
}

}  // namespace

int32_t scram_iterations(std::string_view credential, const std::string& user) {
  constexpr std::string_view kKey = "iterations=";
  for (auto part : split(credential, ',')) {
    int64_t number = 0;
    if (part.starts_with(kKey) && parse_int64(part.substr(kKey.size()), number) && number > 0 &&
        number <= INT32_MAX)
      return static_cast<int32_t>(number);
  }
  throw Error("the credential of user " + in_quotes(user) + " in ZooKeeper is none of SCRAM");
}

std::string scram_credential(const NewCredential& wanted, const SaltedPassword& salted) {
  auto kind =
      wanted.mechanism == ScramMechanism::sha256 ? net::Digest::sha256 : net::Digest::sha512;
  return fmt::format("salt={},stored_key={},server_key={},iterations={}", base64(salted.salt),
                     base64(net::digest(kind, net::hmac(kind, salted.key, "Client Key"))),
                     base64(net::hmac(kind, salted.key, "Server Key")), wanted.iterations);
}

std::vector<ScramUser> describe_users_in_zookeeper(Cluster& cluster,
                                                   const std::vector<std::string>& names) {
  auto& session = zookeeper_for(cluster, kWhat);
  auto users = names.empty() ? zk::entity_names(session, "users") : names;
  std::erase(users, "");
  std::vector<std::string> paths;
  for (const auto& user : users) paths.push_back(zk::entity_path("users", user));
  auto configs = zk::configs(session, paths);
  std::vector<ScramUser> found;
  for (size_t i = 0; i < users.size(); ++i) {
    ScramUser user{{users[i], 0, ""}, credentials_in(users[i], configs[i])};
    if (user.credentials.empty() && names.empty()) continue;
    if (user.credentials.empty())
      user.error_code = static_cast<int16_t>(ErrorCode::resource_not_found);
    found.push_back(std::move(user));
  }
  return found;
}

std::vector<Outcome> set_credentials_in_zookeeper(Cluster& cluster,
                                                  const std::vector<NewCredential>& wanted) {
  return each_user(cluster, wanted, [](auto& entries, const NewCredential& one) {
    entries[name_of(one.mechanism)] = scram_credential(one, salt_password(one));
  });
}

std::vector<Outcome> delete_credentials_in_zookeeper(Cluster& cluster,
                                                     const std::vector<GoneCredential>& gone) {
  return each_user(cluster, gone, [](auto& entries, const GoneCredential& one) {
    if (entries.erase(name_of(one.mechanism)) == 0)
      throw Refusal{ErrorCode::resource_not_found, ""};
  });
}

}  // namespace kt
