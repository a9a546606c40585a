#include <set>

#include "acl/explain.h"
#include "acl/rules.h"
#include "client/admin_acls.h"
#include "connect.h"

namespace kt {
namespace {

class AclList : public Invocation {
  AclChoice choice_;
  bool exact_ = false;
  bool explain_ = false;

  std::vector<Argument> arguments() override {
    auto list = choice_.arguments("[RESOURCE...]", "topic/NAME, group/NAME, cluster and so on");
    list.push_back(
        {"--exact", "", "Only rules of exactly these names, none that apply to more", &exact_});
    list.push_back({"--explain", "",
                    "Who may do --operation to the one resource named, and by which rule",
                    &explain_});
    return list;
  }

  Exit explain(Context& context) const {
    if (choice_.targets.size() != 1 || !choice_.operation)
      throw Error("--explain answers about one resource and one operation", Exit::usage,
                  "such as kt acl list --explain topic/orders --operation Read");
    if (exact_ || choice_.permission)
      throw Error("--explain weighs all rules: no --exact and no --permission", Exit::usage);
    if (choice_.principal) check_principal(*choice_.principal);
    check_operation(choice_.targets.front().type, *choice_.operation);
    auto cluster = connect(context);
    return explain_acls(context, *cluster, choice_);
  }

  Exit run(Context& context) override {
    if (explain_) return explain(context);
    auto filters = choice_.filters(exact_ ? AclPattern::any : AclPattern::match);
    if (choice_.targets.empty()) filters.front().pattern = AclPattern::any;
    auto cluster = connect(context);
    auto& report = context.report();
    std::set<Acl> found;
    for (const auto& filter : filters) {
      auto acls = describe_acls(*cluster, filter);
      found.insert(acls.begin(), acls.end());
    }
    for (const auto& acl : found) report.row(row_of(acl));
    if (found.empty()) context.note("no rule is there");
    return Exit::ok;
  }
};

}  // namespace

extern const Command acl_list;
const Command acl_list{
    .words = "acl list",
    .summary = "Show who may do what, and why",
    .text =
        R"(Lists the rules (ACLs) of the cluster. Resources are

    topic/NAME    group/NAME    cluster    transactional-id/ID    delegation-token/ID    user/NAME

and the rules of one are all that apply to it: those of its name, of * and of a start of its name
(prefixed); with --exact only those of this name.

With --explain the rules are weighed as brokers do: who may do --operation to the resource, and by which
rule? One that denies wins over all that allow; All is every operation; Read, Write, Delete and Alter
allow to Describe, AlterConfigs to DescribeConfigs (before 0.11 Read and Write alone imply anything);
who may Create on the cluster may create any topic. The answer is for each principal that a rule names,
and for anyone else, or for --principal, from each address that makes a difference, or from --host.
Brokers do not tell their super.users, who may do everything, and not what
allow.everyone.if.no.acl.found says, which counts where no rule is about the resource.

Brokers tell rights from 0.11 on, prefixed ones from 2.0; in 0.9 and 0.10 they stand in ZooKeeper, which
-z must name.)",
    .examples = {{"kt acl list", "all rules"},
                 {"kt acl list topic/orders", "those that apply to a topic"},
                 {"kt acl list --principal User:alice -o json", "those of a user, as JSON"},
                 {"kt acl list --explain topic/orders --operation Read", "who may read the topic?"},
                 {"kt acl list --explain topic/orders --operation Write --principal User:alice",
                  "may this user write to it?"}},
    .rows = {"acls", kAclColumns},
    .make = make<AclList>,
};

}  // namespace kt
