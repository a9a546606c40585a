#include <algorithm>

#include "base/text.h"
#include "chosen.h"
#include "connect.h"
#include "user/mechanisms.h"

namespace kt {
namespace {

class UserDelete : public Invocation {
  std::vector<std::string> users_;
  std::vector<ScramMechanism> mechanisms_;

  std::vector<Argument> arguments() override {
    return {{"USER...", "", "Users to delete", &users_},
            mechanism_argument("SCRAM-SHA-256 or SCRAM-SHA-512; both unless given", &mechanisms_)};
  }

  /// What there is of what is asked for; a user without any becomes an error of the report.
  std::vector<GoneCredential> choose(Context& context, Cluster& cluster) const {
    std::vector<GoneCredential> chosen;
    auto mechanisms = or_both(mechanisms_);
    for (const auto& user : describe_users(cluster, users_)) {
      if (user.error_code != 0) report_error(context, "user", user);
      bool any = false;
      for (const auto& credential : user.credentials) {
        if (std::find(mechanisms.begin(), mechanisms.end(), credential.mechanism) ==
            mechanisms.end())
          continue;
        any = true;
        chosen.push_back({user.name, credential.mechanism});
      }
      if (user.error_code == 0 && !any)
        report_error(context, {{"user", user.name}}, 0, "has no credential of that mechanism");
    }
    return chosen;
  }

  Exit run(Context& context) override {
    auto cluster = connect(context);
    context.report();
    auto chosen = choose(context, *cluster);
    if (chosen.empty()) return exit_of(context);
    std::vector<std::string> items, failed;
    for (const auto& one : chosen) items.push_back(one.user + "  " + name_of(one.mechanism));
    bool really = context.confirm("This deletes " +
                                      counted(static_cast<int64_t>(chosen.size()), "credential") +
                                      ", and who logs in by one does so no more:",
                                  items);
    if (really)
      for (const auto& outcome : delete_credentials(*cluster, chosen))
        if (outcome.error_code != 0) {
          report_error(context, "user", outcome);
          failed.push_back(outcome.name);
        }
    for (const auto& one : chosen)
      if (std::find(failed.begin(), failed.end(), one.user) == failed.end())
        context.report().row(
            {one.user, name_of(one.mechanism), really ? "deleted" : "would be deleted"});
    return exit_of(context);
  }
};

}  // namespace

extern const Command user_delete;
const Command user_delete{
    .words = "user delete",
    .summary = "Delete SCRAM credentials of users",
    .text =
        R"(Shows what it will delete and asks; --yes does not ask, and without a terminal there must be a --yes.
Connections that stand are not cut: brokers ask again only where connections.max.reauth.ms is set. Rights
and quotas of the user stay: see kt acl delete and kt quota unset. See kt user list for releases.)",
    .examples = {{"kt user delete alice --yes", "a user, without a question"},
                 {"kt user delete alice --mechanism SCRAM-SHA-256 --dry-run", "one mechanism"}},
    .rows = {"users",
             {{"user", "USER", Kind::text, "Name of the user"},
              {"mechanism", "MECHANISM", Kind::text, "SCRAM-SHA-256 or SCRAM-SHA-512"},
              {"result", "RESULT", Kind::text, "deleted or would be deleted"}}},
    .destroys = true,
    .make = make<UserDelete>,
};

}  // namespace kt
