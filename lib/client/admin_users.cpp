#include "client/admin_users.h"

#include <algorithm>

#include "base/text.h"
#include "client/zookeeper_users.h"
#include "net/digest.h"
#include "protocol/errors.h"
#include "protocol/msg/alter_user_scram_credentials.h"
#include "protocol/msg/describe_user_scram_credentials.h"
#include "zookeeper/configs.h"

namespace kt {
namespace {

constexpr std::string_view kSha256 = "SCRAM-SHA-256", kSha512 = "SCRAM-SHA-512";

/// One change a request: KRaft takes no two of a user.
void add_outcome(Cluster& cluster, const msg::AlterUserScramCredentialsRequest& request,
                 std::vector<Outcome>& outcomes) {
  auto reply = cluster.call(request);
  for (const auto& result : reply->results)
    outcomes.push_back({result.user, result.error_code, result.error_message.value_or("")});
}

}  // namespace

std::string name_of(ScramMechanism mechanism) {
  if (mechanism == ScramMechanism::sha256) return std::string(kSha256);
  if (mechanism == ScramMechanism::sha512) return std::string(kSha512);
  return std::to_string(static_cast<int>(mechanism));
}

std::optional<ScramMechanism> parse_scram_mechanism(std::string_view text) {
  if (lower(text) == lower(kSha256)) return ScramMechanism::sha256;
  if (lower(text) == lower(kSha512)) return ScramMechanism::sha512;
  return std::nullopt;
}

bool users_in_zookeeper(Cluster& cluster) {
  auto apis = cluster.apis_of_any();
  if (apis.best(msg::DescribeUserScramCredentialsRequest::api())) return false;
  auto release = release_of(apis);
  bool without =
      zk::change_notice(release) < zk::ChangeNotice::entity_path || release.starts_with("0.10.1");
  if (without)
    throw Error("SCRAM users take Kafka 0.10.2 or later, and this cluster has " + release);
  return true;
}

SaltedPassword salt_password(const NewCredential& wanted) {
  SaltedPassword made;
  made.salt = net::random_bytes(32);
  auto kind =
      wanted.mechanism == ScramMechanism::sha256 ? net::Digest::sha256 : net::Digest::sha512;
  made.key = net::stretched(kind, wanted.password, made.salt, wanted.iterations);
  return made;
}

std::vector<ScramUser> describe_users(Cluster& cluster, const std::vector<std::string>& names) {
  if (users_in_zookeeper(cluster)) return describe_users_in_zookeeper(cluster, names);
  msg::DescribeUserScramCredentialsRequest request;
  if (names.empty()) {
    request.users.reset();
  } else {
    request.users.emplace();
    for (const auto& name : names) request.users->emplace_back().name = name;
  }
  auto reply = cluster.call(request);
  if (reply->error_code != 0)
    throw Error("the users are not told: " +
                error_text(reply->error_code, reply->error_message.value_or("")));
  std::vector<ScramUser> found;
  for (const auto& result : reply->results) {
    auto& user = found.emplace_back();
    user.name = result.user;
    user.error_code = result.error_code;
    user.message = result.error_message.value_or("");
    for (const auto& info : result.credential_infos)
      user.credentials.push_back({static_cast<ScramMechanism>(info.mechanism), info.iterations});
    std::sort(user.credentials.begin(), user.credentials.end(),
              [](const auto& a, const auto& b) { return a.mechanism < b.mechanism; });
  }
  std::sort(found.begin(), found.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  return found;
}

std::vector<Outcome> set_credentials(Cluster& cluster, const std::vector<NewCredential>& wanted) {
  if (users_in_zookeeper(cluster)) return set_credentials_in_zookeeper(cluster, wanted);
  std::vector<Outcome> outcomes;
  for (const auto& one : wanted) {
    auto salted = salt_password(one);
    msg::AlterUserScramCredentialsRequest request;
    auto& upsertion = request.upsertions.emplace_back();
    upsertion.name = one.user;
    upsertion.mechanism = static_cast<int8_t>(one.mechanism);
    upsertion.iterations = one.iterations;
    upsertion.salt = std::move(salted.salt);
    upsertion.salted_password = std::move(salted.key);
    add_outcome(cluster, request, outcomes);
  }
  return outcomes;
}

std::vector<Outcome> delete_credentials(Cluster& cluster, const std::vector<GoneCredential>& gone) {
  if (users_in_zookeeper(cluster)) return delete_credentials_in_zookeeper(cluster, gone);
  std::vector<Outcome> outcomes;
  for (const auto& one : gone) {
    msg::AlterUserScramCredentialsRequest request;
    auto& deletion = request.deletions.emplace_back();
    deletion.name = one.user;
    deletion.mechanism = static_cast<int8_t>(one.mechanism);
    add_outcome(cluster, request, outcomes);
  }
  return outcomes;
}

}  // namespace kt
