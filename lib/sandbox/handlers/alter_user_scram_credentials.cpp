// Sets and deletes SCRAM credentials of users.
#include "protocol/msg/alter_user_scram_credentials.h"

#include "sandbox/handlers/common.h"
#include "sandbox/handlers/handlers.h"
#include "sandbox/security.h"

namespace kt::sandbox {
namespace {

enum Mechanism : int8_t { kSha256 = 1, kSha512 = 2 };
constexpr int32_t kLeastIterations = 4096, kMostIterations = 16384;

Status remove(Security& security, const msg::AlterUserScramCredentialsRequest::Deletion& asked) {
  auto found = security.scram_iterations.find(asked.name);
  if (found == security.scram_iterations.end() || found->second.erase(asked.mechanism) == 0)
    return {ErrorCode::resource_not_found,
            "Attempt to delete a user credential that does not exist"};
  if (found->second.empty()) security.scram_iterations.erase(found);
  return {};
}

Status set(Security& security, const msg::AlterUserScramCredentialsRequest::Upsertion& asked) {
  if (asked.name.empty()) return {ErrorCode::unacceptable_credential, "Username must not be empty"};
  if (asked.mechanism != kSha256 && asked.mechanism != kSha512)
    return {ErrorCode::unsupported_sasl_mechanism, "Unknown SCRAM mechanism"};
  if (asked.iterations < kLeastIterations)
    return {ErrorCode::unacceptable_credential, "Too few iterations"};
  if (asked.iterations > kMostIterations)
    return {ErrorCode::unacceptable_credential, "Too many iterations"};
  security.scram_iterations[asked.name][asked.mechanism] = asked.iterations;
  return {};
}

msg::AlterUserScramCredentialsResponse handle(
    Call& call, const msg::AlterUserScramCredentialsRequest& request) {
  msg::AlterUserScramCredentialsResponse response;
  auto answer = [&](const std::string& user, const Status& status) {
    auto& result = response.results.emplace_back();
    result.user = user;
    result.error_code = number(status.code);
    result.error_message = status.message;
    if (status.ok()) result.error_message.reset();
  };
  auto refused = call.injected_error == 0 ? check_controller(call)
                                          : static_cast<ErrorCode>(call.injected_error);
  for (const auto& asked : request.deletions)
    answer(asked.name, refused == ErrorCode::none ? remove(call.cluster.security(), asked)
                                                  : Status{refused, {}});
  for (const auto& asked : request.upsertions)
    answer(asked.name,
           refused == ErrorCode::none ? set(call.cluster.security(), asked) : Status{refused, {}});
  call.cluster.save_soon();
  return response;
}

}  // namespace

Handler alter_user_scram_credentials_handler() {
  return immediate<msg::AlterUserScramCredentialsRequest, handle>();
}

}  // namespace kt::sandbox
