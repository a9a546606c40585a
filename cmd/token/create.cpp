#include "acl/rules.h"
#include "base/base64.h"
#include "chosen.h"
#include "connect.h"
#include "needs.h"
#include "protocol/msg/create_delegation_token.h"
#include "token/tokens.h"

namespace kt {
namespace {

class TokenCreate : public Invocation {
  std::optional<std::string> owner_;
  std::vector<std::string> renewers_;
  std::optional<std::chrono::milliseconds> lifetime_;

  std::vector<Argument> arguments() override {
    return {{"--owner", "TYPE:NAME", "For this principal and not for oneself (3.3)", &owner_},
            {"--renewer", "TYPE:NAME", "Principal that may renew it too", &renewers_},
            {"--max-lifetime", "DURATION", "When it ends in any case; what brokers allow at most",
             &lifetime_}};
  }

  Exit run(Context& context) override {
    if (owner_) check_principal(*owner_);
    for (const auto& renewer : renewers_) check_principal(renewer);
    if (lifetime_ && lifetime_->count() <= 0)
      throw Error("--max-lifetime is longer than nothing", Exit::usage);
    auto cluster = connect(context);
    need_tokens(*cluster);
    if (owner_)
      needs(*cluster, msg::CreateDelegationTokenRequest::api(), 3, "a token for somebody else",
            BeforeThat::nowhere);
    context.report();
    if (context.settings.dry_run) {
      describe_tokens(*cluster, {});
      context.note("a token would be made; brokers cannot check more without making one");
      return exit_of(context);
    }
    auto token = create_token(*cluster, {owner_, renewers_, lifetime_.value_or(Milliseconds(-1))});
    auto row = row_of(token);
    row.emplace_back(base64(token.hmac));
    context.report().row(std::move(row));
    return exit_of(context);
  }
};

std::vector<Column> columns_of_created() {
  auto all = kTokenColumns;
  all.push_back({"hmac", "HMAC", Kind::text, "The password that goes with the id, in base64"});
  return all;
}

}  // namespace

extern const Command token_create;
const Command token_create{
    .words = "token create",
    .summary = "Make a delegation token",
    .text =
        R"(Makes a token by which a program logs in with the rights of its owner: its id is the user name and
its HMAC the password of SCRAM. The HMAC is shown here and nowhere else: keep it as the secret that it
is. The token ends when it expires, unless it is renewed, and at --max-lifetime in any case.

Brokers have tokens from 1.1 on, where delegation.token.secret.key is set, and make them over connections
that log in by SASL or by certificates alone, and not by a token.)",
    .examples = {{"kt token create --max-lifetime 7d", "for oneself, for a week at most"},
                 {"kt token create --renewer User:scheduler -o json",
                  "one that somebody else may renew, as JSON"},
                 {"kt token create --owner User:app --dry-run", "for somebody else, only checked"}},
    .rows = {"tokens", columns_of_created()},
    .changes = true,
    .make = make<TokenCreate>,
};

}  // namespace kt
