// Key stores that keytool and OpenSSL made: tests/data/stores. trust.jks and trust.p12 hold
// stored.pem as a trusted certificate; keys.jks its key (password sesame1) and itself; legacy.p12
// is encrypted as old JDKs did, by RC2-40 and 3DES; encrypted-key.pem is the same key (sesame1).
// subject.pem has a key of its own and a subject of all kinds.
// All stores open with changeit.
#include "net/tls/stores.h"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>

#include "base/error.h"
#include "net/tls/jks.h"

using namespace kt;
using kt::net::KeyStore;
using kt::net::TlsContext;
using kt::net::TlsOptions;
using Type = KeyStore::Type;

namespace {

std::string file(const std::string& name) {
  std::ifstream in(std::string(KT_SOURCE_DIR) + "/tests/data/stores/" + name, std::ios::binary);
  REQUIRE(in.is_open());
  return {std::istreambuf_iterator<char>(in), {}};
}

KeyStore store(Type type, const std::string& name, const std::string& password = "changeit",
               const std::string& key_password = "") {
  return {type, name, file(name), password, key_password};
}

/// The sentence by which a context with these stores is refused; empty where it is not.
std::string refusal(std::vector<KeyStore> trust, std::vector<KeyStore> identity = {}) {
  TlsOptions options;
  options.trust = std::move(trust);
  options.identity = std::move(identity);
  try {
    TlsContext context(std::move(options));
    return {};
  } catch (const kt::Error& error) {
    CHECK(error.exit() == Exit::usage);
    return error.message();
  }
}

}  // namespace

TEST_CASE("a JKS store yields what keytool put into it") {
  auto trusted = net::parse_jks(file("trust.jks"), "changeit");
  REQUIRE(trusted.size() == 1);
  CHECK(trusted[0].alias == "a-ca");
  CHECK(trusted[0].protected_key.empty());
  auto keys = net::parse_jks(file("keys.jks"), "");
  REQUIRE(keys.size() == 1);
  CHECK(keys[0].alias == "broker");
  CHECK(keys[0].certificates == trusted[0].certificates);
  CHECK_FALSE(keys[0].protected_key.empty());
}

TEST_CASE("stores of every kind serve as trust and as identity") {
  CHECK(refusal({store(Type::jks, "trust.jks")}) == "");
  CHECK(refusal({store(Type::jks, "trust.jks", "")}) == "");
  CHECK(refusal({store(Type::pkcs12, "trust.p12")}) == "");
  CHECK(refusal({}, {store(Type::jks, "keys.jks", "changeit", "sesame1")}) == "");
  CHECK(refusal({}, {store(Type::pem, "legacy.pem", ""),
                     store(Type::pem, "encrypted-key.pem", "sesame1")}) == "");
}

TEST_CASE("what old JDKs encrypted with RC2-40 is read by the legacy provider") {
  CHECK(refusal({}, {store(Type::pkcs12, "legacy.p12")}) == "");
}

TEST_CASE("a wrong password is said of the store or of the key in it") {
  CHECK(refusal({store(Type::jks, "trust.jks", "wrong")}) ==
        "trust.jks: the store cannot be opened with that password, or is damaged");
  CHECK(refusal({store(Type::pkcs12, "trust.p12", "wrong")})
            .starts_with("trust.p12: the store cannot be opened with that password"));
  CHECK(refusal({}, {store(Type::jks, "keys.jks", "changeit", "wrong")}) ==
        "keys.jks: the key in it cannot be opened with that password");
  CHECK(refusal({},
                {store(Type::pem, "legacy.pem", ""), store(Type::pem, "encrypted-key.pem", "")}) ==
        "encrypted-key.pem: the private key is encrypted, and there is no password for it");
  CHECK(
      refusal({}, {store(Type::pem, "legacy.pem", ""), store(Type::pem, "encrypted-key.pem", "no")})
          .starts_with("encrypted-key.pem: the private key cannot be opened"));
}

TEST_CASE("a JKS store that is cut off or lies about its lengths is refused, wherever it is") {
  auto whole = file("keys.jks");
  for (size_t size = 0; size < whole.size(); ++size)
    CHECK_THROWS_AS(net::parse_jks(whole.substr(0, size), "changeit"), Error);
  for (size_t at = 4; at + 24 < whole.size(); ++at) {
    auto damaged = whole;
    damaged[at] = '\xff';
    try {
      net::parse_jks(damaged, "");
    } catch (const Error&) {
    }
  }
}
