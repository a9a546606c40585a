#include <set>

#include "acl/rules.h"
#include "base/text.h"
#include "chosen.h"
#include "client/admin_acls.h"
#include "connect.h"

namespace kt {
namespace {

class AclDelete : public Invocation {
  AclChoice choice_;
  bool prefixed_ = false;

  std::vector<Argument> arguments() override {
    auto list = choice_.arguments("[RESOURCE...]", "topic/NAME, group/NAME, cluster and so on");
    list.push_back(
        {"--prefixed", "", "Prefixed rules of exactly this start of a name (2.0)", &prefixed_});
    return list;
  }

  Exit run(Context& context) override {
    if (choice_.targets.empty() && !choice_.principal)
      throw Error("neither a resource nor a principal is named", Exit::usage,
                  "such as topic/orders, or --principal User:alice for all rules of a user");
    auto pattern = prefixed_                 ? AclPattern::prefixed
                   : choice_.targets.empty() ? AclPattern::any
                                             : AclPattern::literal;
    auto filters = choice_.filters(pattern);
    auto cluster = connect(context);
    std::set<Acl> found;
    for (const auto& filter : filters) {
      auto acls = describe_acls(*cluster, filter);
      found.insert(acls.begin(), acls.end());
    }
    context.report();
    if (found.empty()) {
      report_error(context, {}, 0, "no such rule is there");
      return exit_of(context);
    }
    remove(context, *cluster, {found.begin(), found.end()});
    return exit_of(context);
  }

  static void remove(Context& context, Cluster& cluster, const std::vector<Acl>& acls) {
    std::vector<std::string> items;
    for (const auto& acl : acls) items.push_back(sentence_of(acl));
    bool really = context.confirm(
        "This deletes " + counted(static_cast<int64_t>(acls.size()), "rule") + ":", items);
    std::vector<Outcome> outcomes(acls.size());
    if (really) outcomes = delete_acls(cluster, acls);
    for (size_t i = 0; i < acls.size(); ++i) {
      if (outcomes[i].error_code != 0) {
        report_error(context, {{"rule", items[i]}}, outcomes[i].error_code, outcomes[i].message);
        continue;
      }
      auto row = row_of(acls[i]);
      row.emplace_back(really ? "deleted" : "would be deleted");
      context.report().row(std::move(row));
    }
  }
};

std::vector<Column> columns_of_deleted() {
  auto all = kAclColumns;
  all.push_back({"result", "RESULT", Kind::text, "deleted or would be deleted"});
  return all;
}

}  // namespace

extern const Command acl_delete;
const Command acl_delete{
    .words = "acl delete",
    .summary = "Take rules away",
    .text =
        R"(Shows the rules that it will delete and asks; --yes does not ask, and without a terminal there must
be a --yes. Rules of a resource are those of exactly its name, prefixed ones with --prefixed; --principal
without a resource means all rules of that principal. Exactly the rules shown are deleted.

A resource that no rule is about any more is open to all where brokers have
allow.everyone.if.no.acl.found=true, and to nobody but super users elsewhere. See kt acl list for
resources and releases.)",
    .examples = {{"kt acl delete topic/orders --principal User:alice --operation Read --yes",
                  "one rule, without a question"},
                 {"kt acl delete --principal User:bob --dry-run",
                  "which rules of a user would go?"},
                 {"kt acl delete topic/app. --prefixed --permission deny --yes",
                  "what denied something on topics that begin so"}},
    .rows = {"acls", columns_of_deleted()},
    .destroys = true,
    .make = make<AclDelete>,
};

}  // namespace kt
