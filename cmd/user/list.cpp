#include "chosen.h"
#include "client/admin_users.h"
#include "connect.h"

namespace kt {
namespace {

class UserList : public Invocation {
  std::vector<std::string> users_;

  std::vector<Argument> arguments() override {
    return {{"[USER...]", "", "Users to list", &users_}};
  }

  Exit run(Context& context) override {
    auto cluster = connect(context);
    context.report();
    auto users = describe_users(*cluster, users_);
    for (const auto& user : users) {
      if (user.error_code != 0) report_error(context, "user", user);
      for (const auto& credential : user.credentials)
        context.report().row({user.name, name_of(credential.mechanism), credential.iterations});
    }
    if (users.empty()) context.note("no user has SCRAM credentials");
    return exit_of(context);
  }
};

}  // namespace

extern const Command user_list;
const Command user_list{
    .words = "user list",
    .summary = "List users who log in by SCRAM",
    .text =
        R"(Lists the users that the cluster keeps SCRAM credentials of, and by which mechanisms they log in.
Passwords are not kept and cannot be told. What users may do is another matter: see kt acl list.

Brokers tell from 2.7 on; from 0.10.2 to 2.6 credentials stand in ZooKeeper, which -z must name.)",
    .examples = {{"kt user list", "all users"}, {"kt user list -o json", "the same as JSON"}},
    .rows = {"users",
             {{"user", "USER", Kind::text, "Name of the user"},
              {"mechanism", "MECHANISM", Kind::text, "SCRAM-SHA-256 or SCRAM-SHA-512"},
              {"iterations", "ITERATIONS", Kind::integer, "How often the password is hashed"}}},
    .make = make<UserList>,
};

}  // namespace kt
