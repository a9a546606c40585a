#include "quota/quotas.h"

namespace kt {
namespace {

struct QuotaUnset : QuotaChange {
  QuotaUnset() : QuotaChange(parse_quota_name, "QUOTA...", "The quotas to remove: produce-rate") {}
};

}  // namespace

extern const Command quota_unset;
const Command quota_unset{
    .words = "quota unset",
    .summary = "Remove quotas of users, client ids and addresses",
    .text =
        R"(Removes the quotas named, so that the default, or nothing, limits the user, client id or address
again. One that is not set stays so. See kt quota get.)",
    .examples = {{"kt quota unset user/alice produce-rate", "no limit of its own any more"},
                 {"kt quota unset user/alice produce-rate fetch-rate --dry-run", "only checked"}},
    .rows = kQuotaChanges,
    .changes = true,
    .make = make<QuotaUnset>,
};

}  // namespace kt
