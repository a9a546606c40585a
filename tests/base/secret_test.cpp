#include "base/secret.h"

#include <doctest/doctest.h>

using namespace kt;

TEST_CASE("settings that are secrets are told by their names") {
  for (auto key : {"ssl.key.password", "sasl.jaas.config", "ssl.keystore.key",
                   "sasl.oauthbearer.client.credentials.client.secret"})
    CHECK(is_secret(key));
  for (auto key : {"sasl.mechanism", "sasl.oauthbearer.token.endpoint.url", "ssl.ca.pem"})
    CHECK_FALSE(is_secret(key));
}
