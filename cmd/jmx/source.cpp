#include "jmx/source.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "base/secret.h"
#include "base/text.h"
#include "connect.h"
#include "jmx/aliases.h"
#include "zookeeper/brokers.h"

namespace kt {
namespace {

/// What Kafka's own scripts and their readers use.
constexpr uint16_t kDefaultPort = 9999;

uint16_t checked_port(const std::optional<int32_t>& port, std::string_view of) {
  if (!port)
    throw Error(fmt::format("{} does not say its JMX port", of), Exit::usage,
                "--jmx-port N says it, or --jmx HOST:PORT names a JVM");
  return static_cast<uint16_t>(*port);
}

/// Brokers tell their JMX port in ZooKeeper alone.
std::vector<JmxTarget> all_brokers(const Context& context, const JmxFlags& flags) {
  std::vector<JmxTarget> targets;
  if (names_zookeeper(context)) {
    for (const auto& broker : zk::brokers(*zookeeper_of(context, "where brokers are"))) {
      if (broker.endpoints.empty()) continue;
      auto port = broker.jmx_port > 0 && broker.jmx_port <= UINT16_MAX
                      ? static_cast<uint16_t>(broker.jmx_port)
                      : checked_port(flags.port, fmt::format("broker {}", broker.id));
      targets.push_back({broker.id, {broker.endpoints.front().address.host, port}, {}});
    }
    return targets;
  }
  std::unique_ptr<Cluster> cluster;
  try {
    cluster = connect(context);
  } catch (const Error& error) {
    throw Error("no JVM is named, and " + error.message(), error.exit(),
                "--jmx HOST:PORT or --jolokia URL name JVMs; " + error.hint());
  }
  auto port = checked_port(flags.port, "a cluster without ZooKeeper");
  for (const auto& [id, broker] : cluster->metadata()->brokers)
    targets.push_back({id, {broker.address.host, port}, {}});
  return targets;
}

bool wants_tls(std::string_view value) {
  if (value != "true" && value != "false") throw Error("jmx.ssl is true or false", Exit::usage);
  return value == "true";
}

bool is_plain(const jmx::Datum& datum) {
  return !std::holds_alternative<jmx::Datum::List>(datum.value) &&
         !std::holds_alternative<jmx::Datum::Members>(datum.value);
}

Value plain_value(const jmx::Datum& datum) {
  if (const auto* flag = std::get_if<bool>(&datum.value)) return *flag;
  if (const auto* number = std::get_if<int64_t>(&datum.value)) return *number;
  if (const auto* number = std::get_if<double>(&datum.value)) return *number;
  if (const auto* text = std::get_if<std::string>(&datum.value)) return *text;
  return {};
}

void add_leaves(std::vector<JmxLeaf>& leaves, const std::string& path, const jmx::Datum& datum) {
  if (is_plain(datum)) {
    leaves.push_back({path, datum.type, plain_value(datum)});
  } else if (const auto* list = std::get_if<jmx::Datum::List>(&datum.value)) {
    if (std::all_of(list->begin(), list->end(), is_plain)) {
      Value::List values;
      for (const auto& one : *list) values.push_back(plain_value(one));
      leaves.push_back({path, datum.type, std::move(values)});
      return;
    }
    for (size_t i = 0; i < list->size(); ++i)
      add_leaves(leaves, fmt::format("{}[{}]", path, i), (*list)[i]);
  } else {
    const auto& members = std::get<jmx::Datum::Members>(datum.value);
    if (members.empty()) leaves.push_back({path, datum.type, {}});
    for (const auto& [name, value] : members) add_leaves(leaves, path + '.' + name, value);
  }
}

}  // namespace

std::string JmxTarget::where() const { return jolokia ? jolokia->text() : address.to_string(); }

std::string JmxTarget::name() const { return broker ? fmt::format("broker {}", *broker) : where(); }

std::vector<std::pair<std::string_view, Value>> JmxTarget::item() const {
  if (broker) return {{"broker", *broker}};
  return {{"address", where()}};
}

std::vector<Argument> JmxFlags::arguments() {
  return {{"--jmx", "HOST:PORT,...", "JMX ports of JVMs, in place of all brokers", &addresses},
          {"--jolokia", "URL,...", "Agents of Jolokia in JVMs, in place of all brokers", &urls},
          {"--jmx-port", "N", "JMX port of every broker that does not tell its own in ZooKeeper",
           Target([this](std::string_view text) {
             parse_value(text, port.emplace());
             if (*port < 1 || *port > UINT16_MAX)
               throw Error(fmt::format("{} is no port", *port), Exit::usage);
           })}};
}

std::vector<JmxTarget> jmx_targets(const Context& context, const JmxFlags& flags) {
  if (flags.addresses.empty() && flags.urls.empty()) return all_brokers(context, flags);
  std::vector<JmxTarget> targets;
  for (const auto& address : net::parse_host_ports(flags.addresses, kDefaultPort))
    targets.push_back({std::nullopt, address, {}});
  for (auto piece : split(flags.urls, ',')) {
    if (trim(piece).empty()) continue;
    auto url = jmx::JolokiaUrl::parse(trim(piece));
    targets.push_back({std::nullopt, url.address, url});
  }
  if (targets.empty()) throw Error("no address is named", Exit::usage);
  return targets;
}

std::unique_ptr<jmx::MBeans> open_jmx(Context& context, const JmxTarget& target,
                                      Deadline deadline) {
  std::string user, password, ca_file;
  bool tls_only = false;
  for (const auto& [key, value] : client_properties(context)) {
    if (key == "jmx.user") user = value;
    if (key == "jmx.password") password = secret_value(key, value);
    if (key == "jmx.ssl") tls_only = wants_tls(value);
    if (key == "ssl.ca.location") ca_file = value;
  }
  if (user.empty() != password.empty())
    throw Error("jmx.user and jmx.password go together", Exit::usage);
  if (target.jolokia)
    return jmx::connect_jolokia({*target.jolokia, user, password, ca_file}, deadline);
  jmx::RmiOptions options;
  options.address = target.address;
  options.user = std::move(user);
  options.password = std::move(password);
  options.tls_only = tls_only;
  options.tls = [&context] { return tls_context(context, client_properties(context)); };
  for (const auto& [from, to] : context.settings.maps)
    options.address_map[net::parse_host_port(from, kDefaultPort)] =
        net::parse_host_port(to, kDefaultPort);
  if (auto mapped = options.address_map.find(options.address); mapped != options.address_map.end())
    options.address = mapped->second;
  if (context.settings.verbose)
    options.log = [&err = context.err](std::string_view line) {
      err.say(std::string(line) + "\n");
    };
  return jmx::connect_rmi(std::move(options), deadline);
}

void at_once(size_t count, const std::function<void(size_t)>& work) {
  std::vector<std::jthread> threads;
  for (size_t i = 1; i < count; ++i) threads.emplace_back(work, i);
  if (count > 0) work(0);
}

void for_each_target(Context& context, const std::vector<JmxTarget>& targets,
                     const std::function<void(size_t)>& work) {
  std::vector<std::optional<Error>> failures(targets.size());
  auto one = [&](size_t i) {
    try {
      work(i);
    } catch (const Error& error) {
      failures[i] = error;
    } catch (const std::exception& error) {
      failures[i] = Error(error.what());
    }
  };
  at_once(targets.size(), one);
  bool all = std::all_of(failures.begin(), failures.end(),
                         [](const auto& failure) { return failure.has_value(); });
  if (all && !failures.empty()) throw Error(*failures.front());
  for (size_t i = 0; i < targets.size(); ++i)
    if (failures[i]) context.report().error({targets[i].item(), 0, "", failures[i]->message()});
}

JmxQuery::JmxQuery(const std::vector<std::string>& words)
    : text_(words.at(0)), attributes_(words.begin() + 1, words.end()) {
  if (const auto* alias = jmx::find_alias(text_)) {
    for (auto pattern : alias->patterns) patterns_.emplace_back(pattern);
    if (attributes_.empty()) attributes_.assign(alias->attributes.begin(), alias->attributes.end());
    return;
  }
  patterns_.emplace_back(text_);
}

bool JmxQuery::matches(const std::string& name) const {
  return std::any_of(patterns_.begin(), patterns_.end(),
                     [&](const auto& pattern) { return pattern.matches(name); });
}

std::vector<JmxSample> JmxQuery::read(jmx::MBeans& mbeans,
                                      const std::vector<std::string>& names) const {
  std::vector<JmxSample> samples;
  std::vector<jmx::Wanted> wanted;
  if (attributes_.empty()) {
    auto described = mbeans.describe(names);
    for (size_t i = 0; i < names.size(); ++i) {
      if (!described[i].error.empty()) {
        samples.push_back({names[i], {"", {}, described[i].error}});
        continue;
      }
      auto& one = wanted.emplace_back(jmx::Wanted{names[i], {}});
      for (const auto& attribute : described[i].attributes)
        if (attribute.readable) one.attributes.push_back(attribute.name);
    }
  } else {
    for (const auto& name : names) wanted.push_back({name, attributes_});
  }
  auto readings = mbeans.read(wanted);
  for (size_t i = 0; i < wanted.size(); ++i)
    for (auto& reading : readings[i]) samples.push_back({wanted[i].mbean, std::move(reading)});
  return samples;
}

std::vector<JmxSample> JmxQuery::ask(jmx::MBeans& mbeans) const {
  // The name as it was typed most often is the name: one question answers all.
  if (patterns_.front().is_exact()) {
    auto samples = read(mbeans, {patterns_.front().text()});
    auto absent = [](const JmxSample& sample) {
      return sample.reading.error.starts_with("javax.management.InstanceNotFoundException");
    };
    if (std::none_of(samples.begin(), samples.end(), absent)) return samples;
  }
  std::vector<std::string> names;
  for (auto& name : mbeans.names())
    if (matches(name)) names.push_back(std::move(name));
  return read(mbeans, names);
}

std::vector<JmxLeaf> leaves_of(const std::string& attribute, const jmx::Datum& datum) {
  std::vector<JmxLeaf> leaves;
  add_leaves(leaves, attribute, datum);
  return leaves;
}

}  // namespace kt
