#include "client/security.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>

#include "base/error.h"
#include "base/secret.h"
#include "base/text.h"
#include "net/tls/jks.h"

namespace kt {
namespace {

using Keys = std::initializer_list<std::string_view>;
using Store = net::KeyStore;

std::string text_of(const Properties& properties, Keys keys) {
  const auto* value = last_value(properties, keys);
  return value == nullptr ? "" : *value;
}

std::string secret_of(const Properties& properties, Keys keys) {
  for (auto key : keys)
    if (const auto* value = last_value(properties, {key})) return secret_value(key, *value);
  return {};
}

bool flag_of(const Properties& properties, std::string_view key, bool otherwise) {
  const auto* value = last_value(properties, {key});
  if (value == nullptr) return otherwise;
  auto word = lower(trim(*value));
  if (word != "true" && word != "false")
    throw Error(std::string(key) + '=' + *value + ": true or false is needed", Exit::usage);
  return word == "true";
}

/// The first of the keys that is set.
std::optional<std::string> first_of(const Properties& properties, Keys keys) {
  for (auto key : keys)
    if (last_value(properties, {key}) != nullptr) return std::string(key);
  return std::nullopt;
}

Store::Type type_of(std::string_view bytes, const std::string& origin) {
  constexpr char kSequence = 0x30;  // of ASN.1, with which every PKCS#12 store begins
  if (net::is_jks(bytes)) return Store::Type::jks;
  if (bytes.find("-----BEGIN ") != std::string_view::npos) return Store::Type::pem;
  if (bytes.starts_with(kSequence)) return Store::Type::pkcs12;
  throw Error(origin + " is neither PEM nor a PKCS#12 or JKS store", Exit::usage,
              "keytool -importkeystore -deststoretype pkcs12 makes others one");
}

/// What the setting names is told by its bytes: ssl.*.type is often wrong, and Java minds as
/// little.
Store store_in_file(const std::string& key, const std::string& path, std::string password) {
  std::ifstream in(path, std::ios::binary);
  Store store{
      Store::Type::pem, path, {std::istreambuf_iterator<char>(in), {}}, std::move(password)};
  if (!in.is_open() || in.bad())
    throw Error(key + ": " + path + ": " + std::strerror(errno ? errno : EIO), Exit::usage);
  store.type = type_of(store.bytes, path);
  return store;
}

Store store_in_text(const std::string& key, std::string text, std::string password) {
  if (text.find("-----BEGIN ") == std::string::npos)
    throw Error(key + ": the text is no PEM", Exit::usage);
  return {Store::Type::pem, key, std::move(text), std::move(password)};
}

bool is_directory(const std::string& path) {
  struct stat found {};
  return ::stat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode);
}

void read_trust(const Properties& properties, net::TlsOptions& options) {
  if (auto key = first_of(properties, {"ssl.truststore.certificates", "ssl.ca.pem"}))
    options.trust.push_back(store_in_text(*key, secret_of(properties, {*key}), {}));
  if (auto key = first_of(properties, {"ssl.truststore.location", "ssl.ca.location"})) {
    auto path = text_of(properties, {*key});
    if (path.empty() || path == "probe") return;
    if (is_directory(path))
      options.trust_directory = path;
    else
      options.trust.push_back(
          store_in_file(*key, path, secret_of(properties, {"ssl.truststore.password"})));
  }
}

void read_identity(const Properties& properties, net::TlsOptions& options) {
  auto key_password = secret_of(properties, {"ssl.key.password"});
  auto store_password = secret_of(properties, {"ssl.keystore.password"});
  for (auto name :
       {"ssl.certificate.pem", "ssl.keystore.certificate.chain", "ssl.key.pem", "ssl.keystore.key"})
    if (auto key = first_of(properties, {name}))
      options.identity.push_back(store_in_text(*key, secret_of(properties, {*key}), key_password));
  for (auto name : {"ssl.certificate.location", "ssl.key.location", "ssl.keystore.location"})
    if (auto key = first_of(properties, {name})) {
      auto path = text_of(properties, {*key});
      if (path.empty()) continue;
      auto store = store_in_file(*key, path, key_password);
      if (store.type != Store::Type::pem) {
        store.password = store_password;
        store.key_password = key_password;
      }
      options.identity.push_back(std::move(store));
    }
}

void read_versions(const Properties& properties, net::TlsOptions& options) {
  auto enabled = text_of(properties, {"ssl.enabled.protocols"});
  for (auto name : split(enabled, ',')) {
    auto version = std::string(trim(name));
    if (version.empty()) continue;
    if (options.lowest_version.empty() || version < options.lowest_version)
      options.lowest_version = version;
    if (version > options.highest_version) options.highest_version = version;
  }
}

}  // namespace

std::string_view SecurityProtocol::name() const {
  if (sasl) return tls ? "SASL_SSL" : "SASL_PLAINTEXT";
  return tls ? "SSL" : "PLAINTEXT";
}

SecurityProtocol security_protocol(const Properties& properties) {
  auto wanted = lower(trim(text_of(properties, {"security.protocol"})));
  if (wanted.empty()) return {};
  for (bool tls : {false, true})
    for (bool sasl : {false, true}) {
      SecurityProtocol protocol{tls, sasl};
      if (wanted == lower(protocol.name())) return protocol;
    }
  throw Error("security.protocol=" + text_of(properties, {"security.protocol"}) +
                  " is no security protocol",
              Exit::usage, "PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL");
}

net::TlsOptions trust_options(const Properties& properties) {
  net::TlsOptions options;
  read_trust(properties, options);
  return options;
}

net::TlsOptions tls_options(const Properties& properties) {
  auto options = trust_options(properties);
  read_identity(properties, options);
  read_versions(properties, options);
  options.ciphers = text_of(properties, {"ssl.cipher.suites"});
  options.verify = flag_of(properties, "enable.ssl.certificate.verification", true);
  const auto* identification = last_value(properties, {"ssl.endpoint.identification.algorithm"});
  auto algorithm = identification == nullptr ? "https" : lower(trim(*identification));
  if (algorithm != "https" && algorithm != "none" && !algorithm.empty())
    throw Error("ssl.endpoint.identification.algorithm=" + algorithm + " is not known", Exit::usage,
                "https, or nothing to take a certificate for any host");
  options.check_host_name = algorithm == "https";
  return options;
}

}  // namespace kt
