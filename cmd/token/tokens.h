// What the commands of `kt token` share: the columns of a token, never its HMAC, and tokens by ids.
#pragma once

#include <string>
#include <vector>

#include "cli/context.h"
#include "client/admin_tokens.h"

namespace kt {

inline const std::vector<Column> kTokenColumns = {
    {"token_id", "TOKEN", Kind::text, "Id of the token"},
    {"owner", "OWNER", Kind::text, "Whose rights it has"},
    {"requester", "", Kind::text, "Who asked for it"},
    {"issued_ms", "ISSUED", Kind::timestamp_ms, "When it was made"},
    {"expires_ms", "EXPIRES", Kind::timestamp_ms, "When it ends unless it is renewed"},
    {"latest_expiry_ms", "AT THE LATEST", Kind::timestamp_ms, "When it ends in any case"},
    {"renewers", "RENEWERS", Kind::texts, "Who may renew it, beside its owner"}};
Row row_of(const DelegationToken& token);

/// The tokens with these ids. One that is not there, or that may not be seen, becomes an error of
/// the report.
std::vector<DelegationToken> choose_tokens(Context& context, Cluster& cluster,
                                           const std::vector<std::string>& ids);

/// Throws where the cluster's release has no tokens.
void need_tokens(Cluster& cluster);

}  // namespace kt
