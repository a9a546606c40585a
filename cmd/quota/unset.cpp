#include "quota/quotas.h"

namespace kt {
namespace {

class QuotaUnset : public Invocation {
  std::string resource_;
  std::vector<std::string> quotas_;

  std::vector<Argument> arguments() override {
    return {{"RESOURCE", "", "user/NAME, client/ID, user/NAME,client/ID or ip/ADDRESS", &resource_},
            {"QUOTA...", "", "The quotas to remove: produce-rate", &quotas_}};
  }

  Exit run(Context& context) override {
    auto resource = parse_limited(resource_);
    std::vector<ConfigChange> changes;
    for (const auto& word : quotas_) changes.push_back(parse_quota_name(word, resource));
    return change_quotas(context, resource, changes);
  }
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
