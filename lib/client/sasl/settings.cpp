// From sasl.* settings, Java's and librdkafka's, to who we are.
#include <fmt/format.h>

#include <functional>
#include <optional>

#include "base/base64.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"
#include "base/secret.h"
#include "base/text.h"
#include "client/sasl/jaas.h"
#include "client/sasl/kerberos.h"
#include "client/sasl/sasl.h"
#include "client/security.h"
#include "net/digest.h"

namespace kt {
namespace {

constexpr size_t kNonceBytes = 24;

/// A setting, or what stands for it in sasl.jaas.config.
class Settings {
 public:
  explicit Settings(const Properties& properties) : properties_(properties) {
    if (const auto* text = last_value(properties, {"sasl.jaas.config"}))
      jaas_ = parse_jaas(secret_value("sasl.jaas.config", *text));
  }

  std::string get(std::string_view key, const std::string& in_jaas) const {
    if (const auto* value = last_value(properties_, {key})) return secret_value(key, *value);
    return jaas_ ? jaas_->option(in_jaas) : "";
  }

  const std::optional<JaasEntry>& jaas() const { return jaas_; }

  /// A module for another mechanism is a mistake that Java too refuses.
  void require_module(const std::string& mechanism, std::string_view module) const {
    if (jaas_ && jaas_->short_module() != module)
      throw Error(fmt::format("sasl.jaas.config has a {}, and sasl.mechanism={} needs a {}",
                              jaas_->short_module(), mechanism, module),
                  Exit::usage);
  }

 private:
  const Properties& properties_;
  std::optional<JaasEntry> jaas_;
};

struct Login {
  std::string user, password;
};

Login login_of(const Settings& settings, const std::string& mechanism) {
  Login login{settings.get("sasl.username", "username"), settings.get("sasl.password", "password")};
  if (login.user.empty())
    throw Error(fmt::format("sasl.mechanism={} needs a user", mechanism), Exit::usage,
                "username and password in sasl.jaas.config, or sasl.username and sasl.password");
  return login;
}

/// A token that nobody signed, for brokers set up for trials: the claims of sasl.jaas.config.
std::string unsecured_token(const JaasEntry& jaas) {
  constexpr std::string_view kString = "unsecuredLoginStringClaim_",
                             kNumber = "unsecuredLoginNumberClaim_";
  constexpr int64_t kLifetimeS = 3600;
  int64_t lifetime_s = kLifetimeS, number = 0;
  auto wanted = jaas.option("unsecuredLoginLifetimeSeconds");
  if (!wanted.empty() && !parse_int64(wanted, lifetime_s))
    throw Error("sasl.jaas.config: unsecuredLoginLifetimeSeconds is no number", Exit::usage);
  int64_t now_s = Clock::system().wall_ms() / 1000;
  Json::Object claims = {{"iat", now_s}, {"exp", now_s + lifetime_s}};
  for (const auto& [key, value] : jaas.options) {
    if (key.starts_with(kString))
      claims.emplace_back(key.substr(kString.size()), value);
    else if (key.starts_with(kNumber) && parse_int64(value, number))
      claims.emplace_back(key.substr(kNumber.size()), number);
  }
  return base64url(R"({"alg":"none"})") + '.' + base64url(Json(std::move(claims)).text()) + '.';
}

std::unique_ptr<SaslClient> bearer_of(const Properties& properties, const Settings& settings) {
  constexpr std::string_view kFile = "file:", kExtension = "unsecuredLoginExtension_";
  std::map<std::string, std::string> extensions;
  const auto* place = last_value(properties, {"sasl.oauthbearer.token.endpoint.url"});
  if (place != nullptr && place->starts_with(kFile)) {
    auto path = place->substr(kFile.size());
    if (path.starts_with("//")) path.erase(0, 2);
    return bearer_client(secret_value("sasl.oauthbearer.token.endpoint.url", "file:" + path),
                         extensions);
  }
  if (place != nullptr)
    throw Error("a token endpoint is not asked by this version of kt", Exit::usage,
                "sasl.oauthbearer.token.endpoint.url=file:///PATH names a file with a token");
  const auto& jaas = settings.jaas();
  if (!jaas || jaas->option("unsecuredLoginStringClaim_sub").empty())
    throw Error("sasl.mechanism=OAUTHBEARER needs a token", Exit::usage,
                "sasl.oauthbearer.token.endpoint.url=file:///PATH, or "
                "unsecuredLoginStringClaim_sub in sasl.jaas.config");
  for (const auto& [key, value] : jaas->options)
    if (key.starts_with(kExtension)) extensions[key.substr(kExtension.size())] = value;
  return bearer_client(unsecured_token(*jaas), extensions);
}

}  // namespace

KerberosLogin kerberos_login(const Properties& properties) {
  constexpr std::string_view kFile = "FILE:";
  Settings settings(properties);
  settings.require_module("GSSAPI", "Krb5LoginModule");
  KerberosLogin login;
  auto service = settings.get("sasl.kerberos.service.name", "serviceName");
  if (!service.empty()) login.service = service;
  login.principal = settings.get("sasl.kerberos.principal", "principal");
  login.keytab = settings.get("sasl.kerberos.keytab", "keyTab");
  if (settings.jaas()) login.cache = settings.jaas()->option("ticketCache");
  if (login.keytab.starts_with(kFile)) login.keytab.erase(0, kFile.size());
  return login;
}

std::shared_ptr<const SaslOptions> sasl_options(const Properties& properties) {
  const auto* named = last_value(properties, {"sasl.mechanism", "sasl.mechanisms"});
  auto options = std::make_shared<SaslOptions>();
  options->mechanism = named == nullptr ? "GSSAPI" : std::string(trim(*named));
  const auto& mechanism = options->mechanism;
  Settings settings(properties);
  if (mechanism == "PLAIN") {
    settings.require_module(mechanism, "PlainLoginModule");
    auto login = login_of(settings, mechanism);
    options->who = "user " + in_quotes(login.user);
    options->begin = [login](const std::string&) {
      return plain_client(login.user, login.password);
    };
  } else if (mechanism == "SCRAM-SHA-256" || mechanism == "SCRAM-SHA-512") {
    settings.require_module(mechanism, "ScramLoginModule");
    auto login = login_of(settings, mechanism);
    bool is_token = settings.jaas() && lower(settings.jaas()->option("tokenauth")) == "true";
    options->who = (is_token ? "delegation token " : "user ") + in_quotes(login.user);
    options->begin = [login, mechanism, is_token](const std::string&) {
      return scram_client(mechanism, login.user, login.password, is_token,
                          base64url(net::random_bytes(kNonceBytes)));
    };
  } else if (mechanism == "OAUTHBEARER") {
    settings.require_module(mechanism, "OAuthBearerLoginModule");
    // Asked for anew with each connection: what a file holds is replaced in time by who issues it.
    bearer_of(properties, settings);
    options->who = "the bearer token";
    options->begin = [properties](const std::string&) {
      return bearer_of(properties, Settings(properties));
    };
  } else if (mechanism == "GSSAPI") {
    auto login = kerberos_login(properties);
    options->who = login.who();
    options->begin = kerberos_clients(gss::system_library(), login);
  } else {
    throw Error("sasl.mechanism=" + in_quotes(mechanism) + " is not spoken by kt", Exit::usage,
                "PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER and GSSAPI are");
  }
  return options;
}

}  // namespace kt
