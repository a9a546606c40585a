#include <poll.h>

#include <charconv>
#include <cmath>
#include <deque>
#include <map>
#include <set>

#include "base/interrupt.h"
#include "base/text.h"
#include "base/utf8.h"
#include "chosen.h"
#include "jmx/java_date.h"
#include "jmx/source.h"

namespace kt {
namespace {

using Name = std::pair<std::string, std::string>;  // MBean and attribute

/// One JVM over time.
struct Watched {
  JmxTarget target;
  std::unique_ptr<jmx::MBeans> mbeans;
  std::optional<Error> failure;           ///< of this look
  bool was_lost = false;                  ///< when somebody looked last
  std::map<Name, Value> values, earlier;  ///< of this look and the one before
  std::map<Name, std::string> refusals;   ///< attributes that threw
  Clock::Time at, earlier_at;
};

/// Whether an attribute counts, so that its growth says something.
bool is_counter(const std::string& attribute) {
  for (auto ending : {"Count", "count", "Total", "total", "Time"})
    if (attribute.ends_with(ending)) return true;
  return false;
}

/// What a counter grew by each second; null for others, at first and where it began anew.
Value rate_of(const Watched& one, const Name& name) {
  auto now = one.values.find(name), before = one.earlier.find(name);
  if (now == one.values.end() || before == one.earlier.end() || !is_counter(name.second)) return {};
  if (!now->second.is_integer() || !before->second.is_integer()) return {};
  double grown = now->second.real() - before->second.real();
  double seconds = std::chrono::duration<double>(one.at - one.earlier_at).count();
  if (grown < 0 || seconds <= 0) return {};
  return grown / seconds;
}

/// A value as JmxTool has it: Java's words for what is no number.
std::string delimited_value(const Value& value) {
  if (value.is_null()) return {};
  if (value.is_boolean()) return value.boolean() ? "true" : "false";
  if (value.is_integer()) return std::to_string(value.integer());
  if (value.is_real()) {
    if (std::isnan(value.real())) return "NaN";
    if (std::isinf(value.real())) return value.real() > 0 ? "Infinity" : "-Infinity";
    char digits[40];
    return {digits, std::to_chars(digits, digits + sizeof digits, value.real()).ptr};
  }
  if (!value.is_list()) return std::string(value.text());
  std::vector<std::string> pieces;
  for (const auto& one : value.list()) pieces.push_back(delimited_value(one));
  return join(pieces, ",");
}

class JmxWatch : public Invocation {
  std::vector<std::string> words_;
  JmxFlags flags_;
  Milliseconds interval_{2'000};
  std::optional<int64_t> count_;
  bool rates_ = false;
  bool wait_ = false;
  std::string date_format_;
  std::vector<Watched> watched_;
  std::vector<std::string> columns_;  ///< of CSV and TSV, once they are known
  std::deque<std::string> news_;      ///< what was lost and came back; stands below a drawn table

  std::vector<Argument> arguments() override {
    auto list = flags_.arguments();
    list.insert(list.begin(),
                {{"NAME...", "", "A short name or a name of MBeans, then attributes", &words_,
                  Complete::mbean_attributes},
                 {"--interval", "DURATION", "Time between two looks", &interval_},
                 {"--count", "N", "End after so many looks", &count_},
                 {"--rates", "", "What counters grow by each second, in their place in CSV and TSV",
                  &rates_},
                 {"--wait", "", "Wait for the MBeans to appear, and for the JVM", &wait_},
                 {"--date-format", "PATTERN",
                  "Of the time in CSV and TSV, as Java has it (yyyy-MM-dd HH:mm:ss.SSS); "
                  "milliseconds since 1970 otherwise",
                  &date_format_}});
    return list;
  }

  void look_at(Context& context, const JmxQuery& query, Watched& one) const {
    one.failure.reset();
    one.earlier = std::move(one.values);
    one.earlier_at = one.at;
    one.values.clear();
    one.refusals.clear();
    Deadline deadline(context.settings.timeout);
    try {
      if (!one.mbeans) one.mbeans = open_jmx(context, one.target, deadline);
      one.mbeans->set_deadline(deadline);
      auto samples = query.ask(*one.mbeans);
      one.at = Clock::system().now();
      for (const auto& [mbean, reading] : samples) {
        if (!reading.error.empty()) {
          one.refusals[{mbean, reading.attribute}] = reading.error;
          continue;
        }
        for (auto& leaf : leaves_of(reading.attribute, reading.value))
          one.values[{mbean, leaf.path}] = std::move(leaf.value);
      }
    } catch (const Error& error) {
      one.mbeans.reset();
      one.failure = error;
    } catch (const std::exception& error) {
      one.mbeans.reset();
      one.failure = Error(error.what());
    }
  }

  /// Says what went and what came back; refusals of attributes are said once.
  void tell_changes(Context& context, Watched& one, std::set<std::string>& told) {
    if (one.failure && !one.was_lost)
      tell(context, one.target.name() + " is lost: " + one.failure->message() +
                        "; looked for until it is back");
    if (!one.failure && one.was_lost)
      tell(context, one.target.name() + " is back; its counters may have begun anew");
    one.was_lost = one.failure.has_value();
    for (const auto& [name, error] : one.refusals) {
      auto line = one.target.name() + ": " + name.first + ' ' + name.second + ": " + error;
      if (told.insert(line).second) context.warn(line);
    }
  }

  void tell(Context& context, const std::string& sentence) {
    constexpr size_t kMostNews = 5;
    context.warn(sentence);
    news_.push_back(time_text(context, Clock::system().wall_ms()) + "  " + sentence);
    if (news_.size() > kMostNews) news_.pop_front();
  }

  static std::string time_text(const Context& context, int64_t now_ms) {
    return format_java_date("yyyy-MM-dd HH:mm:ss.SSS", now_ms, context.settings.utc);
  }

  std::set<Name> names() const {
    std::set<Name> all;
    for (const auto& one : watched_)
      for (const auto& [name, value] : one.values) all.insert(name);
    return all;
  }

  void print_table(Context& context, int64_t now_ms) const {
    bool redraws = context.out.is_terminal();
    if (redraws) context.out.write("\x1b[H\x1b[2J");
    context.out.write(time_text(context, now_ms) + '\n');
    std::vector<std::string> titles;
    for (const auto& one : watched_)
      for (auto of : {"", " /S"})
        titles.push_back((watched_.size() == 1 ? std::string("VALUE") : one.target.name()) + of);
    Schema schema{"values", {{"mbean", "MBEAN"}, {"attribute", "ATTRIBUTE"}}};
    for (size_t i = 0; i < titles.size(); ++i)
      schema.columns.push_back({titles[i], titles[i], i % 2 == 0 ? Kind::any : Kind::real});
    Report table(schema, {Format::table, context.settings.utc}, context.out, context.err);
    for (const auto& name : names()) {
      Row row{name.first, name.second};
      for (const auto& one : watched_) {
        auto value = one.values.find(name);
        row.push_back(value == one.values.end() ? Value() : value->second);
        row.push_back(rate_of(one, name));
      }
      table.row(std::move(row));
    }
    table.finish();
    context.out.write("\n");
    if (!redraws) return;
    for (const auto& sentence : news_) context.out.write(escape_for_terminal(sentence) + '\n');
  }

  void print_rows(Context& context, int64_t now_ms) const {
    for (const auto& one : watched_)
      for (const auto& [name, value] : one.values)
        context.report().row({now_ms, one.target.broker, one.target.where(), name.first,
                              name.second, value, rate_of(one, name)});
    context.report().flush();
  }

  /// JmxTool's columns: the time, then NAME:ATTRIBUTE sorted by it. Several JVMs have a line each.
  void print_delimited(Context& context, int64_t now_ms) {
    bool csv = context.settings.format == Format::csv;
    auto line = [&](const std::vector<std::string>& cells, bool quoted) {
      std::string text;
      for (const auto& cell : cells) {
        if (&cell != cells.data()) text += csv ? ',' : '\t';
        text += csv ? csv_cell(cell, quoted) : tsv_cell(cell);
      }
      context.out.write(text + '\n');
    };
    if (columns_.empty()) {
      std::set<std::string> sorted;
      for (const auto& name : names()) sorted.insert(name.first + ':' + name.second);
      if (sorted.empty()) return;
      columns_.assign(sorted.begin(), sorted.end());
      std::vector<std::string> heads{"time"};
      if (watched_.size() > 1) heads.emplace_back("broker");
      heads.insert(heads.end(), columns_.begin(), columns_.end());
      line(heads, true);
    }
    auto time = date_format_.empty() ? std::to_string(now_ms)
                                     : format_java_date(date_format_, now_ms, context.settings.utc);
    for (const auto& one : watched_) {
      if (one.failure) continue;
      std::map<std::string, std::string> cells;
      for (const auto& [name, value] : one.values)
        cells[name.first + ':' + name.second] =
            delimited_value(rates_ && is_counter(name.second) ? rate_of(one, name) : value);
      std::vector<std::string> row{time};
      if (watched_.size() > 1)
        row.push_back(one.target.broker ? std::to_string(*one.target.broker) : one.target.where());
      for (const auto& column : columns_) row.push_back(cells[column]);
      line(row, false);
    }
  }

  /// JmxTool quotes its headings whatever they are; quotes inside, which names of 0.8.0 have, are
  /// doubled.
  static std::string csv_cell(const std::string& cell, bool quoted) {
    if (!quoted && cell.find_first_of(",\"\r\n") == std::string::npos) return cell;
    std::string text = "\"";
    for (char c : cell) text.append(c == '"' ? 2 : 1, c);
    return text + '"';
  }

  static std::string tsv_cell(const std::string& cell) {
    std::string text;
    for (char c : cell) {
      if (c == '\t')
        text += "\\t";
      else if (c == '\n')
        text += "\\n";
      else if (c == '\r')
        text += "\\r";
      else if (c == '\\')
        text += "\\\\";
      else
        text += c;
    }
    return text;
  }

  void print(Context& context, int64_t now_ms) {
    switch (context.settings.format) {
      case Format::table:
        print_table(context, now_ms);
        break;
      case Format::csv:
      case Format::tsv:
        print_delimited(context, now_ms);
        break;
      default:
        print_rows(context, now_ms);
    }
    context.out.flush();
  }

  /// Until the next look, or a signal.
  static void sleep_until(Clock::Time next) {
    while (!Interrupt::came()) {
      auto left = std::chrono::ceil<Milliseconds>(next - Clock::system().now());
      if (left.count() <= 0) return;
      pollfd polled{Interrupt::descriptor(), POLLIN, 0};
      ::poll(&polled, 1, static_cast<int>(std::min<int64_t>(left.count(), 60'000)));
    }
  }

  Exit run(Context& context) override {
    JmxQuery query(words_);
    if (interval_.count() < 1) throw Error("--interval must be above nothing", Exit::usage);
    if (context.settings.format == Format::json && !count_)
      throw Error("-o json needs an end", Exit::usage, "--count N gives one; -o jsonl has none");
    if (!date_format_.empty()) format_java_date(date_format_, 0, true);
    Interrupt::watch();
    for (auto& target : jmx_targets(context, flags_))
      watched_.push_back({std::move(target), {}, {}, false, {}, {}, {}, {}, {}});
    // An answer of objects is one also where it has none.
    if (context.settings.format == Format::json) context.report();
    std::set<std::string> told;
    Deadline silence(context.settings.timeout);
    auto next = Clock::system().now();
    for (int64_t looks = 0; !count_ || looks < *count_;) {
      at_once(watched_.size(), [&](size_t i) { look_at(context, query, watched_[i]); });
      if (Interrupt::came()) break;
      bool reached = false, found = false;
      for (auto& one : watched_) {
        reached |= !one.failure;
        found |= !one.values.empty();
      }
      if (looks == 0 && !wait_ && !reached) throw Error(*watched_.front().failure);
      if (looks == 0 && !wait_ && !found)
        throw Error(in_quotes(query.text()) + " names no MBean that has such an attribute",
                    Exit::failed, "kt jmx list shows all, --wait waits for it");
      for (auto& one : watched_)
        if (looks > 0 || !one.failure) tell_changes(context, one, told);
      if (found) {
        ++looks;
        silence = Deadline(context.settings.timeout);
        print(context, Clock::system().wall_ms());
      } else if (silence.expired()) {
        if (watched_.front().failure) throw Error(*watched_.front().failure);
        throw Error(in_quotes(query.text()) + " has not appeared", Exit::unreachable);
      }
      next = std::max(next + interval_, Clock::system().now());
      if (count_ && looks >= *count_) break;
      sleep_until(next);
      if (Interrupt::came()) break;
    }
    return Exit::ok;
  }
};

}  // namespace

extern const Command jmx_watch;
const Command jmx_watch{
    .words = "jmx watch",
    .summary = "Read attributes of MBeans again and again, without a JVM",
    .text =
        R"(Reads what kt jmx get reads, each --interval, and shows how much counters grow by each second. On a
terminal the table is drawn again at each look. NAME and attributes are as there, short names too.

CSV and TSV have the columns of Kafka's JmxTool: the time first, in milliseconds or by --date-format,
then NAME:ATTRIBUTE for each attribute found at the first look, sorted; where several JVMs are watched
each has a line of its own, with a column more that says whose. JSON lines have an object for each
value.

A JVM that goes away while it is watched is said to be lost, looked for at each look, and said to be
back; on a terminal below the table. Where nothing could be read for as long as --timeout the command ends with exit code 4. --wait
waits as long for a JVM and MBeans that are not there yet.)",
    .examples = {{"kt jmx watch messages-in --jmx localhost:9999", "a table that is drawn again"},
                 {"kt jmx watch bytes-in Count --jmx-port 9999 -o jsonl --interval 10s",
                  "JSON lines of all brokers"},
                 {"kt jmx watch kafka.server:type=ReplicaManager,name=LeaderCount Value --jmx "
                  "localhost:9999 -o csv --count 60 --date-format 'yyyy-MM-dd HH:mm:ss'",
                  "a minute or two as JmxTool would write it"}},
    .rows =
        {"values",
         {{"timestamp_ms", "TIME", Kind::timestamp_ms, "When it was read"},
          {"broker", "BROKER", Kind::integer,
           "Number of the broker; null with --jmx and --jolokia"},
          {"address", "ADDRESS", Kind::text, "Its JMX port, or its agent's URL"},
          {"mbean", "MBEAN", Kind::text, "Name of the MBean"},
          {"attribute", "ATTRIBUTE", Kind::text, "Name of the attribute"},
          {"value", "VALUE", Kind::any, "Its value"},
          {"per_second", "/S", Kind::real,
           "What a counter grew by each second since the look before; null for others and where "
           "it began anew"}}},
    .streams = true,
    .make = make<JmxWatch>,
};

}  // namespace kt
