#include <fmt/format.h>

#include <algorithm>

#include "chosen.h"
#include "cli/secret_input.h"
#include "connect.h"
#include "user/mechanisms.h"

namespace kt {
namespace {

class UserSet : public Invocation {
  std::string user_;
  std::vector<ScramMechanism> mechanisms_;
  int32_t iterations_ = 8192;

  std::vector<Argument> arguments() override {
    return {{"USER", "", "Name of the user", &user_},
            mechanism_argument("SCRAM-SHA-256 or SCRAM-SHA-512; both unless given; repeatable",
                               &mechanisms_),
            {"--iterations", "N", "How often the password is hashed, 4096 to 16384", &iterations_}};
  }

  Exit run(Context& context) override {
    if (iterations_ < kLeastIterations || iterations_ > kMostIterations)
      throw Error(fmt::format("--iterations {}: brokers take {} to {}", iterations_,
                              kLeastIterations, kMostIterations),
                  Exit::usage);
    if (user_.empty()) throw Error("a user has a name", Exit::usage);
    auto password = read_secret("password");
    bool dry_run = context.settings.dry_run;
    auto cluster = connect(context);
    context.report();
    auto there = describe_users(*cluster, {user_});
    std::vector<NewCredential> wanted;
    for (auto mechanism : or_both(mechanisms_))
      wanted.push_back({user_, mechanism, iterations_, password});
    if (!dry_run)
      for (const auto& outcome : set_credentials(*cluster, wanted))
        if (outcome.error_code != 0) report_error(context, "user", outcome);
    if (context.report().has_errors()) return exit_of(context);
    for (const auto& one : wanted)
      context.report().row({user_, name_of(one.mechanism), iterations_,
                            fmt::format("{}{}", dry_run ? "would be " : "",
                                        has(there, one.mechanism) ? "changed" : "created")});
    return exit_of(context);
  }

  static bool has(const std::vector<ScramUser>& users, ScramMechanism mechanism) {
    return std::any_of(users.begin(), users.end(), [&](const ScramUser& user) {
      return std::any_of(user.credentials.begin(), user.credentials.end(),
                         [&](const auto& one) { return one.mechanism == mechanism; });
    });
  }
};

}  // namespace

extern const Command user_set;
const Command user_set{
    .words = "user set",
    .summary = "Let a user log in by SCRAM, or change the password",
    .text =
        R"(Reads the password at the terminal, unseen and twice, or from the first line of standard input; it is
never given on the command line, where others could read it. What is sent and kept is salted and hashed.
Both mechanisms are set unless --mechanism names one. The user has no rights by that: see kt acl create.

Brokers take credentials from 2.7 on; from 0.10.2 to 2.6 they stand in ZooKeeper, which -z must name.)",
    .examples = {{"kt user set alice </run/secrets/alice", "the password from a file"},
                 {"kt user set alice --mechanism SCRAM-SHA-512 --iterations 16384 <password",
                  "one mechanism, hashed as often as brokers take"},
                 {"kt user set alice --dry-run <password", "only checked"}},
    .rows = {"users",
             {{"user", "USER", Kind::text, "Name of the user"},
              {"mechanism", "MECHANISM", Kind::text, "SCRAM-SHA-256 or SCRAM-SHA-512"},
              {"iterations", "ITERATIONS", Kind::integer, "How often the password is hashed"},
              {"result", "RESULT", Kind::text, "created or changed, or would be"}}},
    .changes = true,
    .make = make<UserSet>,
};

}  // namespace kt
