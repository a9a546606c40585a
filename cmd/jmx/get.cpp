#include <algorithm>
#include <map>

#include "base/text.h"
#include "chosen.h"
#include "jmx/aliases.h"
#include "jmx/prometheus.h"
#include "jmx/source.h"

namespace kt {
namespace {

/// An attribute, or a part of one, as every target has it.
struct Line {
  std::string type;
  std::vector<std::optional<Value>> values;  ///< by target; nothing where it has none

  /// Sum, least and greatest of the numbers; null without any.
  std::vector<Value> totals() const {
    Value sum, least, greatest;
    for (const auto& value : values) {
      if (!value || (!value->is_integer() && !value->is_real())) continue;
      if (sum.is_null())
        sum = *value;
      else if (sum.is_integer() && value->is_integer())
        sum = static_cast<int64_t>(static_cast<uint64_t>(sum.integer()) +
                                   static_cast<uint64_t>(value->integer()));
      else
        sum = sum.real() + value->real();
      if (least.is_null() || value->real() < least.real()) least = *value;
      if (greatest.is_null() || value->real() > greatest.real()) greatest = *value;
    }
    return {sum, least, greatest};
  }
};

using Lines = std::map<std::pair<std::string, std::string>, Line>;

/// ` (did you mean "leaders"?)` of a word that is no name of an MBean.
std::string short_name_like(const std::string& word) {
  if (word.find(':') != std::string::npos) return "";
  std::vector<std::string_view> names;
  for (const auto& alias : jmx::aliases()) names.push_back(alias.name);
  return did_you_mean(word, names);
}

class JmxGet : public Invocation {
  std::vector<std::string> words_;
  JmxFlags flags_;
  std::vector<JmxTarget> targets_;

  std::vector<Argument> arguments() override {
    auto list = flags_.arguments();
    list.insert(list.begin(),
                {"NAME...", "", "A short name or a name of MBeans, * for any text, then attributes",
                 &words_, Complete::mbean_attributes});
    return list;
  }

  Lines ask(Context& context, const JmxQuery& query) {
    std::vector<std::vector<JmxSample>> answers(targets_.size());
    for_each_target(context, targets_, [&](size_t i) {
      answers[i] = query.ask(*open_jmx(context, targets_[i], context.deadline));
    });
    Lines lines;
    bool found = false;
    for (size_t i = 0; i < targets_.size(); ++i)
      for (const auto& [mbean, reading] : answers[i]) {
        found = true;
        if (!reading.error.empty()) {
          auto item = targets_[i].item();
          item.emplace_back("mbean", mbean);
          if (!reading.attribute.empty()) item.emplace_back("attribute", reading.attribute);
          context.report().error({std::move(item), 0, "", reading.error});
          continue;
        }
        for (auto& leaf : leaves_of(reading.attribute, reading.value)) {
          auto& line = lines[{mbean, leaf.path}];
          line.type = leaf.type;
          line.values.resize(targets_.size());
          line.values[i] = std::move(leaf.value);
        }
      }
    if (!found && !context.report().has_errors())
      context.report().error(
          {{{"mbean", query.text()}},
           0,
           "",
           "no MBean is so named" + short_name_like(query.text()) + " (kt jmx list shows all)"});
    return lines;
  }

  /// A table has a column for each target.
  void print_table(Context& context, const Lines& lines) const {
    std::vector<std::string> titles;
    for (const auto& target : targets_)
      titles.push_back(targets_.size() == 1 ? "VALUE"
                       : target.broker      ? "BROKER " + std::to_string(*target.broker)
                                            : target.where());
    Schema schema{"attributes", {{"mbean", "MBEAN"}, {"attribute", "ATTRIBUTE"}}};
    for (const auto& title : titles) schema.columns.push_back({title, title, Kind::any});
    if (targets_.size() > 1)
      for (auto title : {"SUM", "MIN", "MAX"}) schema.columns.push_back({title, title, Kind::any});
    Report table(schema, {Format::table, context.settings.utc}, context.out, context.err);
    for (const auto& [name, line] : lines) {
      Row row{name.first, name.second};
      for (const auto& value : line.values) row.push_back(value ? *value : Value());
      if (targets_.size() > 1)
        for (auto& total : line.totals()) row.push_back(std::move(total));
      table.row(std::move(row));
    }
    table.finish();
  }

  void print_rows(Context& context, const Lines& lines) const {
    for (const auto& [name, line] : lines) {
      Value::List values;
      for (size_t i = 0; i < targets_.size(); ++i)
        if (line.values[i])
          values.push_back(Value::List{targets_[i].broker, targets_[i].where(), *line.values[i]});
      auto totals = line.totals();
      Value type;
      if (!line.type.empty()) type = line.type;
      context.report().row({name.first, name.second, std::move(type), std::move(totals[0]),
                            std::move(totals[1]), std::move(totals[2]), std::move(values)});
    }
  }

  Exit run(Context& context) override {
    JmxQuery query(words_);
    targets_ = jmx_targets(context, flags_);
    auto lines = ask(context, query);
    if (context.settings.output == "prometheus") {
      PrometheusText text;
      for (const auto& [name, line] : lines)
        for (size_t i = 0; i < targets_.size(); ++i)
          if (line.values[i]) text.add(name.first, name.second, targets_[i], *line.values[i]);
      context.out.write(text.text());
    } else if (context.settings.format == Format::table) {
      print_table(context, lines);
    } else {
      print_rows(context, lines);
    }
    return exit_of(context);
  }
};

const std::string kText =
    R"(Reads attributes of MBeans from the JMX port of a JVM by Java's own protocol, without a JVM: of the
addresses that --jmx names, or of every broker of the cluster at once, their values side by side with
sum, least and greatest. Brokers tell their JMX port in ZooKeeper; where there is none, --jmx-port
says it. --jolokia asks agents of Jolokia over HTTP or HTTPS instead; of a URL without a path it is
/jolokia/, of a name alone the port is 8778 too. Agents say no Java classes of values.

NAME is a name of an MBean or a pattern of names, as Java has them (kafka.server:type=*,*), or a part
of names without a colon, or one of the short names below. Without attributes all are read. Quotes
around parts of names, which Kafka has up to 0.8.1, need not be typed. Compound values are taken
apart: HeapMemoryUsage.used.

An attribute that throws is an error with the exception's text, and the others are shown. NaN and
infinity are null in JSON. -o prometheus writes numbers for a collector of text files.

Where the JMX port names another address that cannot be used from here, the same port is tried on the
host that was dialled, and --map HOST:PORT=HOST:PORT gives one. A password is given with
-X jmx.user=NAME -X jmx.password=file:PATH, to Jolokia too. TLS is spoken where the JVM wants it, with
the certificates and keys that the settings of the cluster name (man kt-security), and for all that
is asked with -X jmx.ssl=true, which refuses a JVM without. For https, -X ssl.ca.location=FILE says who
may have signed the certificate, where the system does not trust it.

Short names, which find what Kafka has called it from 0.8.0 on:

)" + jmx::alias_lines();

}  // namespace

extern const Command jmx_get;
const Command jmx_get{
    .words = "jmx get",
    .summary = "Read attributes of MBeans, without a JVM",
    .text = kText,
    .examples = {{"kt jmx get messages-in --jmx localhost:9999", "records appended, of one broker"},
                 {"kt jmx get under-replicated --jmx-port 9999", "of all brokers, with their sum"},
                 {"kt jmx get heap --jolokia http://localhost:8778", "by Jolokia"},
                 {"kt jmx get java.lang:type=Memory HeapMemoryUsage --jmx localhost:9999 -o json",
                  "one attribute, as JSON"},
                 {"kt jmx get 'kafka.server:*' --jmx localhost:9999 -o prometheus",
                  "all numbers of a domain, for a collector"}},
    .rows = {"attributes",
             {{"mbean", "MBEAN", Kind::text, "Name of the MBean, as the JVM writes it"},
              {"attribute", "ATTRIBUTE", Kind::text,
               "Name of the attribute; of a part of a compound value the way to it, with dots"},
              {"type", "TYPE", Kind::text, "Java class of the value; null of null and by Jolokia"},
              {"sum", "SUM", Kind::any, "Sum of the numbers; null where none is one"},
              {"min", "MIN", Kind::any, "The least of the numbers"},
              {"max", "MAX", Kind::any, "The greatest of the numbers"},
              {"brokers",
               "VALUES",
               Kind::rows,
               "The value of each JVM that has it",
               {{"broker", "BROKER", Kind::integer,
                 "Number of the broker; null with --jmx and --jolokia"},
                {"address", "ADDRESS", Kind::text, "Its JMX port, or its agent's URL"},
                {"value", "VALUE", Kind::any,
                 "A number, text, boolean or a list of these; null, NaN and infinity are null"}}}}},
    .formats = {"prometheus"},
    .make = make<JmxGet>,
};

}  // namespace kt
