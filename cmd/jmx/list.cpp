#include <map>

#include "chosen.h"
#include "jmx/source.h"

namespace kt {
namespace {

class JmxList : public Invocation {
  std::vector<std::string> patterns_;
  bool attributes_ = false;
  JmxFlags flags_;

  std::vector<Argument> arguments() override {
    auto list = flags_.arguments();
    list.insert(list.begin(),
                {{"[PATTERN...]", "", "Short names, names or patterns of MBeans", &patterns_,
                  Complete::mbeans},
                 {"--attributes", "", "Their attributes and types too", &attributes_}});
    return list;
  }

  struct Found {
    Value::List brokers, addresses;
    std::optional<jmx::MBeanInfo> info;
  };

  bool wanted(const std::vector<JmxQuery>& queries, const std::string& name) const {
    for (const auto& query : queries)
      if (query.matches(name)) return true;
    return queries.empty();
  }

  Exit run(Context& context) override {
    std::vector<JmxQuery> queries;
    for (const auto& pattern : patterns_) queries.emplace_back(std::vector{pattern});
    auto targets = jmx_targets(context, flags_);
    std::vector<std::vector<std::string>> names(targets.size());
    std::vector<std::vector<jmx::MBeanInfo>> infos(targets.size());
    for_each_target(context, targets, [&](size_t i) {
      auto mbeans = open_jmx(context, targets[i], context.deadline);
      for (auto& name : mbeans->names())
        if (wanted(queries, name)) names[i].push_back(std::move(name));
      if (attributes_) infos[i] = mbeans->describe(names[i]);
    });
    std::map<std::string, Found> found;
    for (size_t i = 0; i < targets.size(); ++i)
      for (size_t k = 0; k < names[i].size(); ++k) {
        auto& one = found[names[i][k]];
        if (targets[i].broker) one.brokers.emplace_back(*targets[i].broker);
        one.addresses.emplace_back(targets[i].where());
        if (!attributes_ || one.info) continue;
        if (infos[i][k].error.empty()) {
          one.info = std::move(infos[i][k]);
          continue;
        }
        auto item = targets[i].item();
        item.emplace_back("mbean", names[i][k]);
        context.report().error({std::move(item), 0, "", infos[i][k].error});
      }
    for (auto& [name, one] : found) {
      Value class_name, attributes;
      if (one.info) {
        class_name = one.info->class_name;
        Value::List rows;
        for (const auto& attribute : one.info->attributes)
          rows.push_back(Value::List{attribute.name, attribute.type, attribute.readable});
        attributes = std::move(rows);
      }
      context.report().row({name, std::move(class_name), std::move(one.brokers),
                            std::move(one.addresses), std::move(attributes)});
    }
    return exit_of(context);
  }
};

}  // namespace

extern const Command jmx_list;
const Command jmx_list{
    .words = "jmx list",
    .summary = "List the MBeans of brokers, without a JVM",
    .text =
        R"(Lists the MBeans of the JVMs that --jmx or --jolokia names, or of every broker of the cluster, and
who has each. PATTERN is a pattern of Java's form (kafka.server:type=*,*), a part of names without a colon, or one of
the short names that kt help jmx get lists; several together list what any of them finds. Quotes around
parts of names, which Kafka has up to 0.8.1, need not be typed.)",
    .examples = {{"kt jmx list --jmx localhost:9999", "all MBeans of a broker"},
                 {"kt jmx list 'kafka.log:*' --jmx-port 9999", "of a domain, in all brokers"},
                 {"kt jmx list request-times --attributes --jmx localhost:9999",
                  "with the attributes that each has"}},
    .rows = {"mbeans",
             {{"mbean", "MBEAN", Kind::text, "Name of the MBean, as the JVM writes it"},
              {"class", "CLASS", Kind::text, "Its Java class; null without --attributes"},
              {"brokers", "BROKERS", Kind::integers, "Who has it; empty with --jmx and --jolokia"},
              {"addresses", "", Kind::texts, "JMX ports or URLs of those who have it"},
              {"attributes",
               "ATTRIBUTES",
               Kind::rows,
               "Its attributes; null without --attributes",
               {{"attribute", "ATTRIBUTE", Kind::text, "Name of the attribute"},
                {"type", "TYPE", Kind::text, "Java type that the MBean declares"},
                {"readable", "READABLE", Kind::boolean, "Whether it can be read"}}}}},
    .make = make<JmxList>,
};

}  // namespace kt
