#include <fmt/format.h>

#include "base/base64.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"
#include "base/secret.h"
#include "base/text.h"
#include "client/sasl/bearer.h"
#include "client/sasl/settings.h"
#include "client/sasl/token_endpoint.h"
#include "client/security.h"

namespace kt {
namespace {

constexpr std::string_view kPlace = "sasl.oauthbearer.token.endpoint.url", kFile = "file:";

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

using Extensions = std::map<std::string, std::string>;

/// The options of sasl.jaas.config that begin so, without that.
Properties options_after(const SaslSettings& settings, std::string_view prefix) {
  Properties found;
  if (!settings.jaas()) return found;
  for (const auto& [key, value] : settings.jaas()->options)
    if (key.starts_with(prefix)) found.emplace_back(key.substr(prefix.size()), value);
  return found;
}

/// What the broker is told besides the token, by Java's options or by librdkafka's key.
Extensions extensions_of(const SaslSettings& settings, std::string_view prefix) {
  Extensions extensions;
  for (const auto& [key, value] : options_after(settings, prefix)) extensions[key] = value;
  auto listed = settings.get({"sasl.oauthbearer.extensions"});
  for (auto piece : split(listed, ',')) {
    auto equals = piece.find('=');
    if (equals != std::string_view::npos)
      extensions[std::string(trim(piece.substr(0, equals)))] = piece.substr(equals + 1);
    else if (!trim(piece).empty())
      throw Error("sasl.oauthbearer.extensions: " + in_quotes(piece) + " is not KEY=VALUE",
                  Exit::usage);
  }
  return extensions;
}

/// Whose signature the endpoint's certificate may have besides those that the system trusts: the
/// endpoint is often everybody's, and the brokers' CA one's own.
net::TlsOptions endpoint_trust(const Properties& properties, const SaslSettings& settings) {
  auto all = trust_options(properties);
  auto add = [&](const Properties& more) {
    auto trust = trust_options(more);
    all.trust.insert(all.trust.end(), trust.trust.begin(), trust.trust.end());
    if (!trust.trust_directory.empty()) all.trust_directory = trust.trust_directory;
  };
  Properties of_module;
  for (const auto& [key, value] : options_after(settings, "ssl."))
    of_module.emplace_back("ssl." + key, value);
  add(of_module);
  if (auto place = settings.get({"https.ca.location"}); !place.empty())
    add({{"ssl.ca.location", place}});
  if (auto text = settings.get({"https.ca.pem"}); !text.empty()) add({{"ssl.ca.pem", text}});
  return all;
}

SaslBegin ask_endpoint(const Properties& properties, const SaslSettings& settings) {
  TokenRequest request;
  request.url = settings.get({kPlace});
  request.client_id = settings.get(
      {"sasl.oauthbearer.client.credentials.client.id", "sasl.oauthbearer.client.id"}, "clientId");
  request.client_secret = settings.get(
      {"sasl.oauthbearer.client.credentials.client.secret", "sasl.oauthbearer.client.secret"},
      "clientSecret");
  request.scope = settings.get({"sasl.oauthbearer.scope"}, "scope");
  request.escape_credentials = lower(settings.get({"sasl.oauthbearer.header.urlencode"})) == "true";
  request.trust = endpoint_trust(properties, settings);
  if (request.client_id.empty() || request.client_secret.empty())
    throw Error("the token endpoint wants to know a client", Exit::usage,
                "clientId and clientSecret in sasl.jaas.config, or "
                "sasl.oauthbearer.client.credentials.client.id and .client.secret");
  auto endpoint = std::make_shared<TokenEndpoint>(std::move(request));
  auto extensions = extensions_of(settings, "extension_");
  bearer_client("token", extensions);
  return [endpoint, extensions](const std::string&, Deadline deadline) {
    return bearer_client(endpoint->token(deadline), extensions);
  };
}

/// What is at hand is looked at anew with each connection: who issues tokens replaces a file in
/// time.
std::unique_ptr<SaslClient> bearer_at_hand(const Properties& properties) {
  SaslSettings settings(properties);
  const auto* place = last_value(properties, {kPlace});
  if (place != nullptr) {
    auto path = place->substr(kFile.size());
    if (path.starts_with("//")) path.erase(0, 2);
    return bearer_client(secret_value(kPlace, "file:" + path),
                         extensions_of(settings, "extension_"));
  }
  const auto& jaas = settings.jaas();
  if (!jaas || jaas->option("unsecuredLoginStringClaim_sub").empty())
    throw Error("sasl.mechanism=OAUTHBEARER needs a token", Exit::usage,
                "sasl.oauthbearer.token.endpoint.url=https://HOST/PATH or file:///PATH, or "
                "unsecuredLoginStringClaim_sub in sasl.jaas.config");
  return bearer_client(unsecured_token(*jaas), extensions_of(settings, "unsecuredLoginExtension_"));
}

}  // namespace

SaslBegin bearer_clients(const Properties& properties) {
  SaslSettings settings(properties);
  settings.require_module("OAUTHBEARER", "OAuthBearerLoginModule");
  const auto* place = last_value(properties, {kPlace});
  if (place != nullptr && !place->starts_with(kFile)) return ask_endpoint(properties, settings);
  bearer_at_hand(properties);
  return [properties](const std::string&, Deadline) { return bearer_at_hand(properties); };
}

}  // namespace kt
