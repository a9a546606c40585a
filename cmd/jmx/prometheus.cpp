#include "jmx/prometheus.h"

#include <charconv>
#include <cmath>

namespace kt {
namespace {

/// Letters, digits and underscores; what else stands becomes one underscore.
std::string metric_name(std::string_view text) {
  std::string name;
  for (char c : text) {
    bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (plain)
      name += c;
    else if (!name.empty() && name.back() != '_')
      name += '_';
  }
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) name.insert(0, "_");
  return name;
}

void append_label(std::string& labels, std::string_view name, std::string_view value) {
  labels += labels.empty() ? "" : ",";
  labels.append(name).append("=\"");
  for (char c : value) {
    if (c == '\\' || c == '"') labels += '\\';
    if (c == '\n')
      labels += "\\n";
    else
      labels += c;
  }
  labels += '"';
}

std::string number(const Value& value) {
  if (value.is_boolean()) return value.boolean() ? "1" : "0";
  if (value.is_integer()) return std::to_string(value.integer());
  if (std::isnan(value.real())) return "NaN";
  if (std::isinf(value.real())) return value.real() > 0 ? "+Inf" : "-Inf";
  char digits[40];
  return {digits, std::to_chars(digits, digits + sizeof digits, value.real()).ptr};
}

}  // namespace

void PrometheusText::add(const std::string& mbean, const std::string& attribute,
                         const JmxTarget& target, const Value& value) {
  if (!value.is_boolean() && !value.is_integer() && !value.is_real()) return;
  auto name = jmx::ObjectName::parse(mbean);
  std::string metric = name.domain, labels;
  for (auto key : {"type", "name"})
    if (const auto* part = name.property(key)) metric += '_' + *part;
  if (target.broker)
    append_label(labels, "broker", std::to_string(*target.broker));
  else
    append_label(labels, "address", target.where());
  for (const auto& [key, part] : name.properties)
    if (key != "type" && key != "name") append_label(labels, metric_name(key), part);
  metric = metric_name(metric + '_' + attribute);
  samples_[metric] += metric + '{' + labels + "} " + number(value) + '\n';
}

std::string PrometheusText::text() const {
  std::string text;
  for (const auto& [metric, lines] : samples_)
    text.append("# TYPE ").append(metric).append(" untyped\n").append(lines);
  return text;
}

}  // namespace kt
