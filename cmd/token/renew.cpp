#include "chosen.h"
#include "connect.h"
#include "token/tokens.h"

namespace kt {
namespace {

class TokenRenew : public Invocation {
  std::vector<std::string> ids_;
  std::optional<std::chrono::milliseconds> period_;

  std::vector<Argument> arguments() override {
    return {{"TOKEN...", "", "Ids of tokens", &ids_},
            {"--for", "DURATION", "How long from now; what brokers allow unless given", &period_}};
  }

  Exit run(Context& context) override {
    if (period_ && period_->count() <= 0) throw Error("--for is longer than nothing", Exit::usage);
    bool dry_run = context.settings.dry_run;
    auto cluster = connect(context);
    need_tokens(*cluster);
    context.report();
    for (auto& token : choose_tokens(context, *cluster, ids_)) {
      if (!dry_run) {
        auto outcome = renew_token(*cluster, token, period_.value_or(Milliseconds(-1)));
        if (outcome.error_code != 0) {
          report_error(context, "token", outcome);
          continue;
        }
        token.expires_ms = outcome.expires_ms;
      }
      auto row = row_of(token);
      row.emplace_back(dry_run ? "would be renewed" : "renewed");
      context.report().row(std::move(row));
    }
    return exit_of(context);
  }
};

std::vector<Column> columns_of_renewed() {
  auto all = kTokenColumns;
  all.push_back({"result", "RESULT", Kind::text, "renewed or would be renewed"});
  return all;
}

}  // namespace

extern const Command token_renew;
const Command token_renew{
    .words = "token renew",
    .summary = "Put off the end of delegation tokens",
    .text =
        R"(Lets tokens live on, for --for or for as long as brokers allow (delegation.token.expiry.time.ms), and
no longer than they may live at all. Their owner may, and who was named by --renewer when they were made.
Tokens are named by their ids, as kt token list has them; see there for releases and connections.)",
    .examples = {{"kt token renew \"$TOKEN\" --for 1d", "for a day more"},
                 {"kt token renew \"$TOKEN\" --dry-run", "may it be seen, and when does it end?"}},
    .rows = {"tokens", columns_of_renewed()},
    .changes = true,
    .make = make<TokenRenew>,
};

}  // namespace kt
