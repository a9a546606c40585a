#include "connect.h"

#include <fmt/format.h>

#include "base/properties.h"
#include "base/text.h"

namespace kt {

namespace {

constexpr uint16_t kDefaultPort = 9092;

using Properties = std::vector<std::pair<std::string, std::string>>;

/// The last value of any of the keys, or nullptr.
const std::string* find(const Properties& properties,
                        std::initializer_list<std::string_view> keys) {
  const std::string* found = nullptr;
  for (const auto& [key, value] : properties)
    for (auto wanted : keys)
      if (key == wanted) found = &value;
  return found;
}

Milliseconds milliseconds(const Properties& properties,
                          std::initializer_list<std::string_view> keys, Milliseconds otherwise) {
  const auto* text = find(properties, keys);
  int64_t value = 0;
  if (!text) return otherwise;
  if (!parse_int64(*text, value) || value < 0)
    throw Error(fmt::format("{}={}: a number of milliseconds is needed", *keys.begin(), *text),
                Exit::usage);
  return Milliseconds(value);
}

void refuse_security(const Properties& properties) {
  const auto* protocol = find(properties, {"security.protocol"});
  if (!protocol || lower(*protocol) == "plaintext") return;
  throw Error(fmt::format("security.protocol={} is not spoken by this version of kt", *protocol),
              Exit::usage, "PLAINTEXT is");
}

void log_request(Sink& err, const RequestLog& asked) {
  auto broker =
      asked.broker_id < 0 ? std::string("bootstrap") : fmt::format("broker {}", asked.broker_id);
  err.say(fmt::format("{} v{} {} {} {:.1f} ms, {} bytes out, {} in\n", asked.api, asked.version,
                      broker, asked.address, asked.elapsed_ms, asked.request_bytes,
                      asked.response_bytes));
}

}  // namespace

std::vector<std::pair<std::string, std::string>> client_properties(const Context& context) {
  Properties properties;
  if (!context.settings.config_file.empty())
    properties = load_properties(context.settings.config_file);
  const auto& typed = context.settings.properties;
  properties.insert(properties.end(), typed.begin(), typed.end());
  return properties;
}

ClientOptions client_options(const Context& context) {
  auto properties = client_properties(context);
  refuse_security(properties);
  std::string servers = context.settings.bootstrap_server;
  if (servers.empty())
    if (const auto* named = find(properties, {"bootstrap.servers", "metadata.broker.list"}))
      servers = *named;
  if (servers.empty() && !context.settings.zookeeper.empty())
    throw Error("this version of kt does not find brokers in ZooKeeper", Exit::usage,
                "name one with -b HOST:PORT");
  if (servers.empty())
    throw Error("no cluster is named", Exit::usage,
                "-b HOST:PORT, KT_BOOTSTRAP_SERVER or a context name one");
  ClientOptions options;
  options.bootstrap = net::parse_host_ports(servers, kDefaultPort);
  if (const auto* id = find(properties, {"client.id"})) options.client_id = *id;
  if (const auto* rack = find(properties, {"client.rack"})) options.rack = *rack;
  options.expected_cluster_id = context.settings.cluster_id;
  options.timeout = context.settings.timeout;
  options.connect_timeout = milliseconds(
      properties, {"socket.connection.setup.timeout.ms", "socket.connection.setup.timeout.max.ms"},
      options.connect_timeout);
  options.backoff = milliseconds(properties, {"retry.backoff.ms"}, options.backoff);
  options.max_backoff = milliseconds(properties, {"retry.backoff.max.ms"}, options.max_backoff);
  for (const auto& [from, to] : context.settings.maps)
    options.address_map[net::parse_host_port(from, kDefaultPort)] =
        net::parse_host_port(to, kDefaultPort);
  if (context.settings.verbose)
    options.log = [&err = context.err](const RequestLog& asked) { log_request(err, asked); };
  return options;
}

std::unique_ptr<Cluster> connect(const Context& context) {
  return std::make_unique<Cluster>(client_options(context));
}

}  // namespace kt
