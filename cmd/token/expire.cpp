#include "base/text.h"
#include "chosen.h"
#include "connect.h"
#include "token/tokens.h"

namespace kt {
namespace {

class TokenExpire : public Invocation {
  std::vector<std::string> ids_;
  std::optional<std::chrono::milliseconds> period_;

  std::vector<Argument> arguments() override {
    return {{"TOKEN...", "", "Ids of tokens", &ids_},
            {"--in", "DURATION", "When, from now on; at once unless given", &period_}};
  }

  Exit run(Context& context) override {
    auto cluster = connect(context);
    need_tokens(*cluster);
    context.report();
    auto tokens = choose_tokens(context, *cluster, ids_);
    if (tokens.empty()) return exit_of(context);
    std::vector<std::string> items;
    for (const auto& token : tokens) items.push_back(token.id + "  of " + token.owner);
    bool really =
        context.confirm("This ends " + counted(static_cast<int64_t>(tokens.size()), "token") +
                            ", and who logs in by one does so no more:",
                        items);
    for (auto& token : tokens) {
      if (really) {
        auto outcome = expire_token(*cluster, token, period_.value_or(Milliseconds(-1)));
        if (outcome.error_code != 0) {
          report_error(context, "token", outcome);
          continue;
        }
        token.expires_ms = outcome.expires_ms;
      }
      auto row = row_of(token);
      row.emplace_back(really ? "expired" : "would expire");
      context.report().row(std::move(row));
    }
    return exit_of(context);
  }
};

std::vector<Column> columns_of_expired() {
  auto all = kTokenColumns;
  all.push_back({"result", "RESULT", Kind::text, "expired or would expire"});
  return all;
}

}  // namespace

extern const Command token_expire;
const Command token_expire{
    .words = "token expire",
    .summary = "End delegation tokens",
    .text =
        R"(Shows the tokens that it will end and asks; --yes does not ask, and without a terminal there must be
a --yes. They end at once and are forgotten, or in --in. Their owner may, and who was named by --renewer
when they were made. Tokens are named by their ids, as kt token list has them; see there for releases and
connections.)",
    .examples = {{"kt token expire \"$TOKEN\" --yes", "at once, without a question"},
                 {"kt token expire \"$TOKEN\" --in 1h --dry-run", "which would end?"}},
    .rows = {"tokens", columns_of_expired()},
    .destroys = true,
    .make = make<TokenExpire>,
};

}  // namespace kt
