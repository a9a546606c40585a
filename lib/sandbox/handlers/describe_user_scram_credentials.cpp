// The SCRAM credentials of users, without their secrets.
#include "protocol/msg/describe_user_scram_credentials.h"

#include "sandbox/handlers/common.h"
#include "sandbox/handlers/handlers.h"
#include "sandbox/security.h"

namespace kt::sandbox {
namespace {

using Result = msg::DescribeUserScramCredentialsResponse::Result;

Result describe(const Security& security, const std::string& user) {
  Result result;
  result.user = user;
  result.error_message.reset();
  auto found = security.scram_iterations.find(user);
  if (found == security.scram_iterations.end()) {
    result.error_code = number(ErrorCode::resource_not_found);
    result.error_message = "Attempt to describe a user credential that does not exist: " + user;
    return result;
  }
  for (const auto& [mechanism, iterations] : found->second) {
    auto& info = result.credential_infos.emplace_back();
    info.mechanism = mechanism;
    info.iterations = iterations;
  }
  return result;
}

msg::DescribeUserScramCredentialsResponse handle(
    Call& call, const msg::DescribeUserScramCredentialsRequest& request) {
  msg::DescribeUserScramCredentialsResponse response;
  response.error_message.reset();
  const Security& security = call.cluster.security();
  if (!request.users || request.users->empty()) {
    for (const auto& [user, credentials] : security.scram_iterations)
      response.results.push_back(describe(security, user));
    return response;
  }
  for (const auto& user : *request.users) response.results.push_back(describe(security, user.name));
  return response;
}

}  // namespace

Handler describe_user_scram_credentials_handler() {
  return immediate<msg::DescribeUserScramCredentialsRequest, handle>();
}

}  // namespace kt::sandbox
