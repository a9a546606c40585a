#include <algorithm>
#include <set>

#include "acl/rules.h"
#include "base/text.h"
#include "chosen.h"
#include "client/admin_acls.h"
#include "connect.h"
#include "needs.h"
#include "protocol/msg/create_acls.h"

namespace kt {
namespace {

/// What clients that write or read need of what they use, as Kafka's own tool has it.
std::vector<AclOperation> operations_of_client(AclResource type, bool produces) {
  using enum AclOperation;
  if (type == AclResource::topic)
    return produces ? std::vector{write, describe, create} : std::vector{read, describe};
  if (type == AclResource::group && !produces) return {read};
  if (type == AclResource::transactional_id && produces) return {write, describe};
  if (type == AclResource::cluster && produces) return {idempotent_write};
  throw Error(
      std::string(produces ? "a producer" : "a consumer") + " needs nothing of a " + name_of(type),
      Exit::usage);
}

class AclCreate : public Invocation {
  std::vector<AclTarget> targets_;
  std::vector<std::string> allow_, deny_, hosts_, operations_;
  bool prefixed_ = false, producer_ = false, consumer_ = false;

  std::vector<Argument> arguments() override {
    return {{"RESOURCE...", "", "topic/NAME, group/NAME, cluster and so on", &targets_},
            {"--allow", "TYPE:NAME", "Principal that may, as User:alice", &allow_},
            {"--deny", "TYPE:NAME", "Principal that may not, whatever allows it", &deny_},
            {"--operation", "OPERATION,...", "What: Read, Write, Describe... or All", &operations_},
            {"--producer", "", "What a producer needs, in place of --operation", &producer_},
            {"--consumer", "", "What a consumer needs, in place of --operation", &consumer_},
            {"--host", "ADDRESS", "From this address alone", &hosts_},
            {"--prefixed", "", "For all names that begin with the name given (2.0)", &prefixed_}};
  }

  std::set<AclOperation> operations(AclResource type) const {
    std::set<AclOperation> wanted;
    auto add = [&](const std::vector<AclOperation>& more) {
      wanted.insert(more.begin(), more.end());
    };
    for (const auto& words : operations_) add(parse_operations(words));
    for (auto operation : wanted) check_operation(type, operation);
    if (producer_ && (!consumer_ || type != AclResource::group))
      add(operations_of_client(type, true));
    bool of_producer = type == AclResource::transactional_id || type == AclResource::cluster;
    if (consumer_ && (!producer_ || !of_producer)) add(operations_of_client(type, false));
    return wanted;
  }

  std::vector<Acl> wanted() const {
    if (allow_.empty() && deny_.empty())
      throw Error("nobody is named", Exit::usage, "--allow User:NAME or --deny User:NAME");
    if (operations_.empty() && !producer_ && !consumer_)
      throw Error("no operation is named", Exit::usage,
                  "--operation Read, or --producer or --consumer");
    std::set<Acl> rules;
    auto pattern = prefixed_ ? AclPattern::prefixed : AclPattern::literal;
    auto hosts = hosts_.empty() ? std::vector{std::string(kAnyAclName)} : hosts_;
    for (const auto& target : targets_) {
      if (prefixed_ && target.type == AclResource::cluster)
        throw Error("the cluster is one, and no name begins with it", Exit::usage);
      for (auto operation : operations(target.type))
        for (const auto& host : hosts)
          for (auto permission : {AclPermission::allow, AclPermission::deny})
            for (const auto& principal : permission == AclPermission::allow ? allow_ : deny_) {
              check_principal(principal);
              rules.insert(
                  {target.type, target.name, pattern, principal, host, operation, permission});
            }
    }
    return {rules.begin(), rules.end()};
  }

  void check_release(Cluster& cluster) const {
    if (prefixed_)
      needs(cluster, msg::CreateAclsRequest::api(), 1, "prefixed rights", BeforeThat::nowhere);
    bool of_users = std::any_of(targets_.begin(), targets_.end(), [](const auto& target) {
      return target.type == AclResource::user;
    });
    if (of_users)
      needs(cluster, msg::CreateAclsRequest::api(), 3, "rights on users", BeforeThat::nowhere);
  }

  /// The rules of these resources that are there now.
  std::set<Acl> existing(Cluster& cluster) const {
    std::set<Acl> there;
    for (const auto& target : targets_) {
      auto acls = describe_acls(
          cluster,
          {.resource_type = target.type, .resource_name = target.name, .pattern = AclPattern::any});
      there.insert(acls.begin(), acls.end());
    }
    return there;
  }

  Exit run(Context& context) override {
    auto rules = wanted();
    bool dry_run = context.settings.dry_run;
    auto cluster = connect(context);
    acls_in_zookeeper(*cluster);
    check_release(*cluster);
    auto there = existing(*cluster);
    auto outcomes = create_acls(*cluster, rules, dry_run);
    context.report();
    for (size_t i = 0; i < rules.size(); ++i) {
      if (outcomes[i].error_code != 0) {
        report_error(context, {{"rule", sentence_of(rules[i])}}, outcomes[i].error_code,
                     outcomes[i].message);
        continue;
      }
      auto row = row_of(rules[i]);
      row.emplace_back(there.contains(rules[i]) ? "there already"
                       : dry_run                ? "would be created"
                                                : "created");
      context.report().row(std::move(row));
    }
    return exit_of(context);
  }
};

std::vector<Column> columns_of_created() {
  auto all = kAclColumns;
  all.push_back({"result", "RESULT", Kind::text, "created, would be created or there already"});
  return all;
}

}  // namespace

extern const Command acl_create;
const Command acl_create{
    .words = "acl create",
    .summary = "Allow or deny operations",
    .text =
        R"(Adds a rule (ACL) for each resource, operation, principal and host given; one that is there already
stays as it is. See kt acl list for resources and for how rules are weighed: one that denies wins.

An operation is Read, Write, Create, Delete, Alter, Describe, AlterConfigs, DescribeConfigs,
ClusterAction, IdempotentWrite, CreateTokens, DescribeTokens, TwoPhaseCommit or All, as far as there is
such a thing for the resource. --producer is Write, Describe and Create on topics, Write and Describe on
transactional ids, IdempotentWrite on the cluster; --consumer is Read and Describe on topics and Read on
groups. A resource that no rule was about was open to all where brokers have
allow.everyone.if.no.acl.found=true, and is so no longer.

Where any command lacks a right, its error names the operation, the resource and the line of this command
that allows it, to the principal by which brokers know us unless they map names.

Brokers take rules from 0.11 on, prefixed ones from 2.0; in 0.9 and 0.10 they stand in ZooKeeper, which
-z must name. With --dry-run nothing is sent to brokers, since they cannot check alone.)",
    .examples = {{"kt acl create topic/orders --allow User:alice --operation Read,Describe",
                  "a user may read a topic"},
                 {"kt acl create topic/app. --prefixed --allow User:app --producer",
                  "what a producer needs, on all topics that begin so"},
                 {"kt acl create topic/orders group/billing --allow User:billing --consumer",
                  "what a consumer needs"},
                 {"kt acl create 'topic/*' --deny User:guest --operation Write --dry-run",
                  "which rule would be added?"}},
    .rows = {"acls", columns_of_created()},
    .changes = true,
    .make = make<AclCreate>,
};

}  // namespace kt
