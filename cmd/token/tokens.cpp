#include "token/tokens.h"

#include <algorithm>

#include "chosen.h"
#include "needs.h"
#include "protocol/errors.h"
#include "protocol/msg/create_delegation_token.h"

namespace kt {

Row row_of(const DelegationToken& token) {
  return {token.id,        token.owner,      token.requester,
          token.issued_ms, token.expires_ms, token.latest_expiry_ms,
          token.renewers};
}

std::vector<DelegationToken> choose_tokens(Context& context, Cluster& cluster,
                                           const std::vector<std::string>& ids) {
  auto known = describe_tokens(cluster, {});
  std::vector<DelegationToken> chosen;
  for (const auto& id : ids) {
    auto found = std::find_if(known.begin(), known.end(),
                              [&](const DelegationToken& token) { return token.id == id; });
    if (found == known.end())
      report_error(context, {{"token", id}},
                   static_cast<int16_t>(ErrorCode::delegation_token_not_found), "");
    else
      chosen.push_back(*found);
  }
  return chosen;
}

void need_tokens(Cluster& cluster) {
  needs<msg::CreateDelegationTokenRequest>(cluster, "a delegation token", BeforeThat::nowhere);
}

}  // namespace kt
