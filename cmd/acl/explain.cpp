#include "acl/explain.h"

#include <set>

#include "base/text.h"
#include "client/admin_acls.h"

namespace kt {

const Schema kVerdicts = {
    "verdicts",
    {{"principal", "PRINCIPAL", Kind::text, "Who; anyone else: whom no rule names"},
     {"host", "HOST", Kind::text, "From which address; any, or any other than those named"},
     {"allowed", "ALLOWED", Kind::boolean,
      "Whether it is allowed; null where the brokers' settings decide"},
     {"reason", "BECAUSE", Kind::text, "The rule that decides, or that there is none"},
     {"rules", "", Kind::rows, "That rule; empty where none decides", kAclColumns, true}}};

namespace {

constexpr std::string_view kNobodyNamed = "anyone else";

/// What decides, over the rules of the resource and, for creating a topic, of the cluster.
struct Rules {
  std::vector<Acl> of_resource, of_cluster;
  DescribeBy describe;

  AclAnswer answer(const AclQuestion& question) const {
    AclQuestion on_cluster = question;
    on_cluster.resource_type = AclResource::cluster;
    on_cluster.resource_name = kClusterResource;
    auto wider = weigh(of_cluster, on_cluster, describe);
    return wider.allowed ? wider : weigh(of_resource, question, describe);
  }

  /// Principals that rules name, or hosts of rules that concern the principal.
  std::set<std::string> principals() const {
    std::set<std::string> named;
    for (const auto* rules : {&of_resource, &of_cluster})
      for (const auto& acl : *rules)
        if (acl.principal != kAnyPrincipal) named.insert(acl.principal);
    return named;
  }
  std::set<std::string> hosts(const std::string& principal) const {
    std::set<std::string> named;
    for (const auto* rules : {&of_resource, &of_cluster})
      for (const auto& acl : *rules)
        if (acl.host != kAnyAclName &&
            (acl.principal == principal || acl.principal == kAnyPrincipal))
          named.insert(acl.host);
    return named;
  }
};

std::string reason_of(const AclAnswer& answer) {
  if (answer.rule) return sentence_of(*answer.rule);
  if (answer.has_rules) return "no rule allows it";
  return "no rule is about it: allow.everyone.if.no.acl.found of the brokers decides";
}

void report_one(Report& report, const AclQuestion& question, const AclAnswer& answer,
                std::string_view host) {
  Value allowed;
  if (answer.rule || answer.has_rules) allowed = answer.allowed;
  Value::List rules;
  if (answer.rule) rules.push_back(row_of(*answer.rule));
  report.row({question.principal.empty() ? std::string(kNobodyNamed) : question.principal,
              std::string(host), std::move(allowed), reason_of(answer), std::move(rules)});
}

/// At each address that makes a difference, then at all others.
void report_principal(Report& report, const Rules& rules, AclQuestion question) {
  auto elsewhere = rules.answer(question);
  bool differs = false;
  for (const auto& host : rules.hosts(question.principal)) {
    question.host = host;
    auto here = rules.answer(question);
    if (here.allowed == elsewhere.allowed && here.rule == elsewhere.rule) continue;
    differs = true;
    report_one(report, question, here, host);
  }
  report_one(report, question, elsewhere, differs ? "any other" : "any");
}

}  // namespace

Exit explain_acls(Context& context, Cluster& cluster, const AclChoice& choice) {
  const auto& target = choice.targets.front();
  AclFilter filter{
      .resource_type = target.type, .resource_name = target.name, .pattern = AclPattern::match};
  Rules rules{describe_acls(cluster, filter), {}, describe_by(release_of(cluster.apis_of_any()))};
  if (target.type == AclResource::topic && choice.operation == AclOperation::create)
    rules.of_cluster =
        describe_acls(cluster, {.resource_type = AclResource::cluster, .pattern = AclPattern::any});
  Report report(kVerdicts, {context.settings.format, context.settings.utc}, context.out,
                context.err);
  AclQuestion question{target.type, target.name, *choice.operation, "", choice.host.value_or("")};
  auto principals = choice.principal ? std::set{*choice.principal} : rules.principals();
  if (!choice.principal) principals.insert("");  // the last row, though the first of the set
  auto one = [&](const std::string& principal) {
    question.principal = principal;
    if (choice.host)
      report_one(report, question, rules.answer(question), *choice.host);
    else
      report_principal(report, rules, question);
  };
  for (const auto& principal : principals)
    if (!principal.empty()) one(principal);
  if (principals.contains("")) one("");
  report.finish();
  context.note(
      "super.users of the brokers may do everything, and brokers do not tell who they are");
  return Exit::ok;
}

}  // namespace kt
