#include "acl/rules.h"
#include "chosen.h"
#include "connect.h"
#include "token/tokens.h"

namespace kt {
namespace {

class TokenList : public Invocation {
  std::vector<std::string> owners_;

  std::vector<Argument> arguments() override {
    return {{"--owner", "TYPE:NAME", "Tokens of this principal, as User:alice", &owners_}};
  }

  Exit run(Context& context) override {
    for (const auto& owner : owners_) check_principal(owner);
    auto cluster = connect(context);
    need_tokens(*cluster);
    context.report();
    auto tokens = describe_tokens(*cluster, owners_);
    for (const auto& token : tokens) context.report().row(row_of(token));
    if (tokens.empty()) context.note("no token may be seen");
    return exit_of(context);
  }
};

}  // namespace

extern const Command token_list;
const Command token_list{
    .words = "token list",
    .summary = "List delegation tokens",
    .text =
        R"(Lists the delegation tokens that may be seen: one's own, and those that a right to Describe the token
shows. Their HMACs, which are passwords, are not shown: kt token create does, once.

Brokers have tokens from 1.1 on, where delegation.token.secret.key is set, and tell of them over
connections that log in by SASL or by certificates alone.)",
    .examples = {{"kt token list", "all that may be seen"},
                 {"kt token list --owner User:alice -o json", "those of a user, as JSON"}},
    .rows = {"tokens", kTokenColumns},
    .make = make<TokenList>,
};

}  // namespace kt
