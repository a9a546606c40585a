#include "quota/quotas.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/text.h"
#include "base/units.h"
#include "chosen.h"
#include "client/zookeeper_configs.h"
#include "connect.h"

namespace kt {

namespace {

enum class Unit { bytes_a_second, percent, a_second };
struct Quota {
  std::string_view name;
  std::string_view setting;
  Unit unit;
  bool of_address;
};
constexpr std::array<Quota, 5> kQuotas{{
    {"produce-rate", "producer_byte_rate", Unit::bytes_a_second, false},
    {"fetch-rate", "consumer_byte_rate", Unit::bytes_a_second, false},
    {"request-percentage", "request_percentage", Unit::percent, false},
    {"controller-mutation-rate", "controller_mutation_rate", Unit::a_second, false},
    {"connection-rate", "connection_creation_rate", Unit::a_second, true},
}};

const Quota* find_quota(std::string_view name) {
  for (const auto& quota : kQuotas)
    if (quota.name == name || quota.setting == name) return &quota;
  return nullptr;
}

const Quota& quota_of(std::string_view name, const ConfigResource& resource) {
  bool of_address = resource.scope == ConfigScope::address;
  const auto* quota = find_quota(name);
  if (quota != nullptr && quota->of_address == of_address) return *quota;
  std::vector<std::string_view> known;
  for (const auto& one : kQuotas)
    if (one.of_address == of_address) known.push_back(one.name);
  throw Error(in_quotes(name) + " is no quota of " + resource.text() + did_you_mean(name, known),
              Exit::usage, (known.size() == 1 ? "there is " : "there are ") + join(known, ", "));
}

std::string shortest(double value) {
  char digits[48];
  return {digits, std::to_chars(digits, digits + sizeof digits, value).ptr};
}

/// `10MB`, `10MB/s`, `50%`, `5/s`, or a number.
std::string value_of(const Quota& quota, std::string_view text) {
  auto bare = text;
  if (quota.unit == Unit::percent && bare.ends_with('%')) bare.remove_suffix(1);
  if (quota.unit != Unit::percent && bare.ends_with("/s")) bare.remove_suffix(2);
  if (quota.unit == Unit::bytes_a_second) return std::to_string(parse_size(bare).bytes);
  double number = 0;
  auto [end, error] = std::from_chars(bare.data(), bare.data() + bare.size(), number);
  if (error != std::errc() || end != bare.data() + bare.size() || !(number > 0))
    throw Error(std::string(quota.name) + "=" + std::string(text) + ": a number above 0 is needed",
                Exit::usage, quota.unit == Unit::percent ? "as 50%" : "as 5/s");
  return shortest(number);
}

/// Exact, in whichever units divide it.
std::string size_text(int64_t bytes) {
  constexpr std::pair<int64_t, std::string_view> kDecimal[] = {
      {1'000'000'000, "GB"}, {1'000'000, "MB"}, {1'000, "KB"}};
  if (bytes % 1024 != 0)
    for (auto [unit, name] : kDecimal)
      if (bytes % unit == 0) return std::to_string(bytes / unit) + std::string(name);
  return exact_size(bytes);
}

Value limit_in(const ResourceConfigs& configs, const std::string& setting) {
  for (const auto& entry : configs.entries)
    if (entry.name == setting && entry.value) return limit_text(setting, *entry.value);
  return {};
}

}  // namespace

ConfigResource parse_limited(const std::string& word) {
  constexpr std::string_view kForms =
      "it is one of user/NAME, client/ID, user/NAME,client/ID, ip/ADDRESS; user/ is all users "
      "without one of their own";
  auto kind = word.substr(0, word.find('/'));
  if (kind != "user" && kind != "client" && kind != "ip")
    throw Error(in_quotes(word) + " has no quotas", Exit::usage, std::string(kForms));
  return parse_config_resource(word);
}

ConfigChange parse_quota(const std::string& word, const ConfigResource& resource) {
  auto equals = word.find('=');
  if (equals == std::string::npos)
    throw Error(in_quotes(word) + " sets no quota", Exit::usage, "as produce-rate=10MB");
  const auto& quota = quota_of(word.substr(0, equals), resource);
  return {std::string(quota.setting), ConfigOperation::set,
          value_of(quota, std::string_view(word).substr(equals + 1))};
}

ConfigChange parse_quota_name(const std::string& word, const ConfigResource& resource) {
  return {std::string(quota_of(word, resource).setting), ConfigOperation::remove, ""};
}

std::string quota_name(const std::string& setting) {
  const auto* quota = find_quota(setting);
  return quota == nullptr ? setting : std::string(quota->name);
}

std::string limit_text(const std::string& setting, const std::string& value) {
  const auto* quota = find_quota(setting);
  double number = 0;
  auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (quota == nullptr || error != std::errc() || end != value.data() + value.size()) return value;
  if (quota->unit == Unit::percent) return shortest(number) + "%";
  constexpr double kMostWhole = 9e15;
  if (quota->unit == Unit::bytes_a_second && number >= 0 && number < kMostWhole &&
      number == std::floor(number))
    return size_text(static_cast<int64_t>(number)) + "/s";
  return shortest(number) + "/s";
}

std::vector<Argument> QuotaChange::arguments() {
  return {{"RESOURCE", "", "user/NAME, client/ID, user/NAME,client/ID or ip/ADDRESS", &resource_},
          {spec_, "", help_, &words_}};
}

Exit QuotaChange::run(Context& context) {
  auto resource = parse_limited(resource_);
  std::vector<ConfigChange> changes;
  for (const auto& word : words_) changes.push_back(parse_(word, resource));
  bool dry_run = context.settings.dry_run;
  auto cluster = connect(context);
  config_way(*cluster, resource, true);
  context.report();
  auto before = describe_configs(*cluster, {resource}).front();
  auto outcome = alter_configs(*cluster, resource, changes, dry_run);
  if (outcome.error_code != 0) {
    report_error(context, "resource", outcome);
    return exit_of(context);
  }
  for (const auto& change : changes) {
    Value after;
    if (change.operation == ConfigOperation::set) after = limit_text(change.name, change.value);
    context.report().row({resource.text(), quota_name(change.name), change.name,
                          limit_in(before, change.name), std::move(after),
                          dry_run ? "would be changed" : "changed"});
  }
  bool waits = !dry_run && before.error_code == 0;
  if (waits && !await_configs(*cluster, {{before, changes}}))
    throw Error("changed, but not all brokers show it in time", Exit::unreachable,
                "kt quota get shows what one of them has");
  return exit_of(context);
}

}  // namespace kt
