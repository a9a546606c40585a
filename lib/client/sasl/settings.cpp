// From sasl.* settings, Java's and librdkafka's, to who we are.
#include "client/sasl/settings.h"

#include <fmt/format.h>

#include "base/base64.h"
#include "base/error.h"
#include "base/secret.h"
#include "base/text.h"
#include "client/sasl/bearer.h"
#include "client/sasl/kerberos.h"
#include "client/sasl/sasl.h"
#include "client/security.h"
#include "net/digest.h"

namespace kt {
namespace {

constexpr size_t kNonceBytes = 24;

struct Login {
  std::string user, password;
};

Login login_of(const SaslSettings& settings, const std::string& mechanism) {
  Login login{settings.get({"sasl.username"}, "username"),
              settings.get({"sasl.password"}, "password")};
  if (login.user.empty())
    throw Error(fmt::format("sasl.mechanism={} needs a user", mechanism), Exit::usage,
                "username and password in sasl.jaas.config, or sasl.username and sasl.password");
  return login;
}

}  // namespace

SaslSettings::SaslSettings(const Properties& properties) : properties_(properties) {
  if (const auto* text = last_value(properties, {"sasl.jaas.config"}))
    jaas_ = parse_jaas(secret_value("sasl.jaas.config", *text));
}

std::string SaslSettings::get(Keys keys, const std::string& in_jaas) const {
  for (auto key : keys)
    if (const auto* value = last_value(properties_, {key})) return secret_value(key, *value);
  return jaas_ ? jaas_->option(in_jaas) : "";
}

void SaslSettings::require_module(const std::string& mechanism, std::string_view module) const {
  if (jaas_ && jaas_->short_module() != module)
    throw Error(fmt::format("sasl.jaas.config has a {}, and sasl.mechanism={} needs a {}",
                            jaas_->short_module(), mechanism, module),
                Exit::usage);
}

KerberosLogin kerberos_login(const Properties& properties) {
  constexpr std::string_view kFile = "FILE:";
  SaslSettings settings(properties);
  settings.require_module("GSSAPI", "Krb5LoginModule");
  KerberosLogin login;
  auto service = settings.get({"sasl.kerberos.service.name"}, "serviceName");
  if (!service.empty()) login.service = service;
  login.principal = settings.get({"sasl.kerberos.principal"}, "principal");
  login.keytab = settings.get({"sasl.kerberos.keytab"}, "keyTab");
  login.cache = settings.get({}, "ticketCache");
  if (login.keytab.starts_with(kFile)) login.keytab.erase(0, kFile.size());
  return login;
}

std::shared_ptr<const SaslOptions> sasl_options(const Properties& properties) {
  const auto* named = last_value(properties, {"sasl.mechanism", "sasl.mechanisms"});
  auto options = std::make_shared<SaslOptions>();
  options->mechanism = named == nullptr ? "GSSAPI" : std::string(trim(*named));
  const auto& mechanism = options->mechanism;
  SaslSettings settings(properties);
  if (mechanism == "PLAIN") {
    settings.require_module(mechanism, "PlainLoginModule");
    auto login = login_of(settings, mechanism);
    options->who = "user " + in_quotes(login.user);
    options->principal = "User:" + login.user;
    options->begin = [login](const std::string&, Deadline) {
      return plain_client(login.user, login.password);
    };
  } else if (mechanism == "SCRAM-SHA-256" || mechanism == "SCRAM-SHA-512") {
    settings.require_module(mechanism, "ScramLoginModule");
    auto login = login_of(settings, mechanism);
    bool is_token = settings.jaas() && lower(settings.jaas()->option("tokenauth")) == "true";
    options->who = (is_token ? "delegation token " : "user ") + in_quotes(login.user);
    if (!is_token) options->principal = "User:" + login.user;
    options->begin = [login, mechanism, is_token](const std::string&, Deadline) {
      return scram_client(mechanism, login.user, login.password, is_token,
                          base64url(net::random_bytes(kNonceBytes)));
    };
  } else if (mechanism == "OAUTHBEARER") {
    options->who = "the bearer token";
    options->begin = bearer_clients(properties);
    auto place = settings.get({"sasl.oauthbearer.token.endpoint.url"});
    if (place.starts_with("http:"))
      options->warning =
          "the token endpoint is asked without TLS, and who listens on the way has client id, "
          "secret and token (sasl.oauthbearer.token.endpoint.url=https://...)";
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
