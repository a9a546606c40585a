#include "quota/quotas.h"

namespace kt {
namespace {

struct QuotaSet : QuotaChange {
  QuotaSet() : QuotaChange(parse_quota, "QUOTA=LIMIT...", "The quotas to set: produce-rate=10MB") {}
};

}  // namespace

extern const Command quota_set;
const Command quota_set{
    .words = "quota set",
    .summary = "Limit users, client ids and addresses",
    .text =
        R"(Sets quotas of a user, a client id, both together or an address; what is not named stays as it is.
Limits are per broker: produce-rate=10MB and fetch-rate=10MB (bytes a second; 1MiB is 1024 based),
request-percentage=50%, controller-mutation-rate=5, and of addresses connection-rate=10. An empty name,
user/, is the default of all without a quota of their own. See kt quota get for what quotas there are, in
which releases, and which of several counts.)",
    .examples = {{"kt quota set user/alice produce-rate=10MB fetch-rate=20MB", "a user's rates"},
                 {"kt quota set client/ request-percentage=50%", "all client ids, by default"},
                 {"kt quota set ip/10.0.0.1 connection-rate=10 --dry-run",
                  "an address, only checked"}},
    .rows = kQuotaChanges,
    .changes = true,
    .make = make<QuotaSet>,
};

}  // namespace kt
