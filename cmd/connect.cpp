#include "connect.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>

#include "base/asked_keys.h"
#include "base/config_providers.h"
#include "base/properties.h"
#include "base/secret.h"
#include "base/text.h"
#include "cli/contexts.h"
#include "cli/settings.h"
#include "client/sasl/sasl.h"
#include "client/security.h"
#include "missing_right.h"
#include "protocol/errors.h"
#include "zookeeper/brokers.h"

namespace kt {

namespace {

constexpr uint16_t kDefaultPort = 9092;

Milliseconds milliseconds(const Properties& properties,
                          std::initializer_list<std::string_view> keys, Milliseconds otherwise) {
  const auto* text = last_value(properties, keys);
  int64_t value = 0;
  if (!text) return otherwise;
  if (!parse_int64(*text, value) || value < 0)
    throw Error(fmt::format("{}={}: a number of milliseconds is needed", *keys.begin(), *text),
                Exit::usage);
  return Milliseconds(value);
}

/// ZooKeeper's client library has neither TLS nor SASL.
void refuse_zookeeper_security(const Properties& properties) {
  const auto* tls =
      last_value(properties, {"zookeeper.ssl.client.enable", "zookeeper.client.secure"});
  const auto* sasl =
      last_value(properties, {"zookeeper.sasl.client", "zookeeper.sasl.clientconfig"});
  bool wants_tls = tls && lower(*tls) == "true", wants_sasl = sasl && lower(*sasl) != "false";
  if (wants_tls || wants_sasl)
    throw Error(
        fmt::format("{} is not spoken to ZooKeeper by kt", wants_tls ? "TLS" : "SASL"), Exit::usage,
        "zookeeper.digest.user and .password are, on a plain port; or ask brokers alone: -b");
}

std::string zookeeper_servers(const Settings& settings, const Properties& properties) {
  if (!settings.zookeeper.empty()) return settings.zookeeper;
  const auto* named = last_value(properties, {"zookeeper.connect"});
  return named ? *named : "";
}

std::string zookeeper_digest(const Properties& properties) {
  const auto* user = last_value(properties, {"zookeeper.digest.user"});
  const auto* password = last_value(properties, {"zookeeper.digest.password"});
  if (!user && !password) return {};
  if (!user || !password)
    throw Error("zookeeper.digest.user and zookeeper.digest.password go together", Exit::usage);
  return *user + ":" + secret_value("zookeeper.digest.password", *password);
}

std::unique_ptr<zk::Session> open_zookeeper(const Context& context, const Properties& properties,
                                            const std::string& servers) {
  refuse_zookeeper_security(properties);
  zk::SessionOptions options{.servers = zk::parse_servers(servers)};
  options.deadline = context.deadline;
  options.digest = zookeeper_digest(properties);
  options.session_timeout =
      milliseconds(properties, {"zookeeper.session.timeout.ms"}, options.session_timeout);
  if (context.settings.verbose)
    options.log = [&err = context.err](std::string_view line) {
      err.say(std::string(line) + "\n");
    };
  return std::make_unique<zk::Session>(std::move(options));
}

/// The brokers that live, by the listeners that speak our protocol.
std::vector<net::HostPort> brokers_in(zk::Session& session, std::string_view protocol) {
  std::vector<net::HostPort> found;
  std::string others;
  for (const auto& broker : zk::brokers(session))
    for (const auto& endpoint : broker.endpoints) {
      if (endpoint.security_protocol == protocol)
        found.push_back(endpoint.address);
      else
        others = endpoint.security_protocol;
    }
  if (found.empty() && !others.empty())
    throw Error(fmt::format("the brokers in ZooKeeper {} speak {} and no {}", session.where(),
                            others, protocol),
                Exit::unreachable);
  if (found.empty())
    throw Error(fmt::format("no broker is alive, says ZooKeeper {}", session.where()),
                Exit::unreachable);
  return found;
}

/// Whether the file itself holds a secret, and not only where it is, as Kerberos' module does.
bool has_secrets(const std::string& file) {
  if (file.empty()) return false;
  auto properties = load_properties(file);
  return std::any_of(properties.begin(), properties.end(), [](const auto& entry) {
    return is_secret(entry.first) && !entry.second.empty() && !is_indirect(entry.second) &&
           entry.second.find("Krb5LoginModule") == std::string::npos;
  });
}

void warn_if_open(const std::string& file, Sink& err) {
  struct stat found {};
  if (::stat(file.c_str(), &found) == 0 && S_ISREG(found.st_mode) && (found.st_mode & S_IROTH) != 0)
    err.say("kt: warning: " + file +
            " holds a secret, and everybody on this machine can read it\n");
}

void log_request(Sink& err, const RequestLog& asked) {
  auto broker =
      asked.broker_id < 0 ? std::string("bootstrap") : fmt::format("broker {}", asked.broker_id);
  err.say(fmt::format("{} v{} {} {} {:.1f} ms, {} bytes out, {} in\n", asked.api, asked.version,
                      broker, asked.address, asked.elapsed_ms, asked.request_bytes,
                      asked.response_bytes));
}

}  // namespace

Properties client_properties(const Context& context) {
  Properties properties;
  if (!context.settings.config_file.empty())
    properties = load_properties(context.settings.config_file);
  const auto& typed = context.settings.properties;
  properties.insert(properties.end(), typed.begin(), typed.end());
  expand_provided(properties);
  return properties;
}

ClientOptions client_options(const Context& context) {
  auto properties = client_properties(context);
  auto protocol = security_protocol(properties);
  if (has_secrets(context.settings.config_file))
    warn_if_open(context.settings.config_file, context.err);
  if (context.settings.context_has_secrets) warn_if_open(contexts_path().string(), context.err);
  std::string servers = context.settings.bootstrap_server;
  if (servers.empty())
    if (const auto* named = last_value(properties, {"bootstrap.servers", "metadata.broker.list"}))
      servers = *named;
  auto zookeeper = zookeeper_servers(context.settings, properties);
  if (servers.empty() && zookeeper.empty())
    throw Error("no cluster is named", Exit::usage,
                "-b HOST:PORT, KT_BOOTSTRAP_SERVER or a context name one");
  ClientOptions options;
  if (const auto* id = last_value(properties, {"client.id"})) options.client_id = *id;
  if (const auto* rack = last_value(properties, {"client.rack"})) options.rack = *rack;
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
  if (protocol.sasl) options.sasl = sasl_options(properties);
  if (options.sasl && !options.sasl->warning.empty())
    context.err.say("kt: warning: " + options.sasl->warning + '\n');
  if (protocol.tls) options.tls = tls_context(context, properties);
  if (!servers.empty()) {
    options.bootstrap = net::parse_host_ports(servers, kDefaultPort);
    return options;
  }
  for (const auto& address :
       brokers_in(*open_zookeeper(context, properties, zookeeper), protocol.name())) {
    auto mapped = options.address_map.find(address);
    options.bootstrap.push_back(mapped == options.address_map.end() ? address : mapped->second);
  }
  return options;
}

std::shared_ptr<const net::TlsContext> tls_context(const Context& context,
                                                   const Properties& properties) {
  auto tls = tls_options(properties);
  for (const auto& store : tls.identity) warn_if_open(store.origin, context.err);
  tls.warn = [&err = context.err](const std::string& text) {
    err.say("kt: warning: " + text + '\n');
  };
  return std::make_shared<net::TlsContext>(std::move(tls));
}

bool names_zookeeper(const Context& context) {
  return !zookeeper_servers(context.settings, client_properties(context)).empty();
}

std::unique_ptr<zk::Session> zookeeper_of(const Context& context, std::string_view what) {
  auto properties = client_properties(context);
  auto servers = zookeeper_servers(context.settings, properties);
  if (servers.empty())
    throw Error(fmt::format("{} is kept in ZooKeeper, and none is named", what), Exit::usage,
                "-z HOST:PORT/CHROOT, KT_ZOOKEEPER or a context name one");
  return open_zookeeper(context, properties, servers);
}

namespace {

/// What brokers take us for unless they are set to map names; empty: not known.
std::string principal_of(const net::TlsContext* tls, const SaslOptions* sasl) {
  if (sasl) return sasl->principal;
  auto subject = tls ? tls->known_as() : "";
  return "User:" + (subject.empty() ? "ANONYMOUS" : subject);
}

std::unique_ptr<Cluster> connect_as(const Context& context, const std::string& cluster_flag) {
  auto options = client_options(context);
  options.missing_right = [advice = context.advice, cluster_flag, tls = options.tls,
                           sasl = options.sasl](const MissingRight& right) {
    auto principal = principal_of(tls.get(), sasl.get());
    bool named = right.resource_type != AclResource::cluster;
    advice->add(right.error_code, error_name(right.error_code), named ? right.resource_name : "",
                sentence_of(right, principal, cluster_flag));
  };
  options.names_zookeeper = names_zookeeper(context);
  if (context.settings.verbose)
    if (auto ignored = never_asked(client_properties(context)); !ignored.empty())
      context.err.say("settings without a meaning here: " + join(ignored, ", ") + '\n');
  // Its own: the context of a cluster that --from or --to names ends here.
  auto own = std::make_shared<Context>(context.command, context.settings, context.out, context.err);
  options.zookeeper = [own](std::string_view what) { return zookeeper_of(*own, what); };
  return std::make_unique<Cluster>(std::move(options));
}

}  // namespace

std::unique_ptr<Cluster> connect_to(const Context& context, const std::string& cluster) {
  if (cluster.empty()) return connect(context);
  Context other(context.command, settings_for(context.settings, cluster), context.out, context.err);
  other.advice = context.advice;
  bool is_context = other.settings.bootstrap_server != cluster;
  return connect_as(other, (is_context ? " --context " : " -b ") + cluster);
}

std::unique_ptr<Cluster> connect(const Context& context) { return connect_as(context, ""); }

}  // namespace kt
