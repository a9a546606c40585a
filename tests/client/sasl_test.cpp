#include "client/sasl/sasl.h"

#include <doctest/doctest.h>

#include "base/base64.h"
#include "base/error.h"
#include "client/sasl/jaas.h"
#include "client/security.h"

using namespace kt;

TEST_CASE("PLAIN is user and password between zeros") {
  auto client = plain_client("alice", "secret");
  CHECK(client->first() == std::string("\0alice\0secret", 13));
  CHECK(client->is_done());
}

TEST_CASE("SCRAM-SHA-256 is what RFC 7677 shows") {
  auto client = scram_client("SCRAM-SHA-256", "user", "pencil", false, "rOprNGfwEbeRWgbNEkqO");
  CHECK(client->first() == "n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
  CHECK(client->answer("r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                       "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096") ==
        "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
        "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
  CHECK_FALSE(client->is_done());
  client->answer("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
  CHECK(client->is_done());
}

TEST_CASE(
    "SCRAM refuses a broker that does not know the password, or asks for too little or much") {
  auto after = [](const std::string& first, const std::string& last = "") {
    auto client = scram_client("SCRAM-SHA-256", "user", "pencil", false, "abc");
    client->first();
    client->answer(first);
    client->answer(last);
  };
  CHECK_THROWS_AS(after("r=xyz,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"), Error);
  CHECK_THROWS_AS(after("r=abc,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"), Error);
  CHECK_THROWS_AS(after("r=abcd,s=,i=4096"), Error);
  CHECK_THROWS_AS(after("r=abcd,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=100"), Error);
  CHECK_THROWS_AS(after("r=abcd,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=2000000000"), Error);
  CHECK_THROWS_AS(after(""), Error);
  CHECK_THROWS_AS(after("r=abcd,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096", "v=AAAA"), Error);
  CHECK_THROWS_AS(after("r=abcd,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096", "e=unknown-user"), Error);
}

TEST_CASE("OAUTHBEARER gives the token at once, and asks why where it is refused") {
  auto client = bearer_client("header.claims.", {{"logicalCluster", "lkc"}});
  CHECK(client->first() ==
        "n,,\x01"
        "auth=Bearer header.claims.\x01logicalCluster=lkc\x01\x01");
  CHECK_FALSE(client->is_done());
  CHECK(client->answer("") == "");
  CHECK(client->is_done());
  auto refused = bearer_client("t", {});
  refused->first();
  CHECK(refused->answer("{\"status\":\"invalid_token\"}") == "\x01");
}

TEST_CASE("a token that nobody signed is made of the claims in sasl.jaas.config") {
  auto options = sasl_options(
      {{"sasl.mechanism", "OAUTHBEARER"},
       {"sasl.jaas.config",
        "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required "
        "unsecuredLoginStringClaim_sub=\"alice\" unsecuredLoginNumberClaim_level=\"7\";"}});
  auto first = options->begin("host", Deadline::never())->first();
  auto header = std::string("n,,\x01") + "auth=Bearer ";
  REQUIRE(first.starts_with(header));
  auto token = first.substr(header.size(), first.find('\x01', header.size()) - header.size());
  CHECK(token.starts_with("eyJhbGciOiJub25lIn0."));  // {"alg":"none"}
  CHECK(token.ends_with("."));
  auto claims = parse_base64(token.substr(20, token.size() - 21)).value();
  CHECK(claims.find("\"sub\":\"alice\"") != std::string::npos);
  CHECK(claims.find("\"level\":7") != std::string::npos);
  CHECK_THROWS_AS(sasl_options({{"sasl.mechanism", "OAUTHBEARER"}}), Error);
}

TEST_CASE("names with commas and equal signs are escaped, delegation tokens marked") {
  auto client = scram_client("SCRAM-SHA-512", "a=b,c", "x", true, "abc");
  CHECK(client->first() == "n,,n=a=3Db=2Cc,r=abc,tokenauth=true");
}

TEST_CASE("sasl.jaas.config is taken as Java's parser takes it") {
  auto entry = parse_jaas(
      "org.apache.kafka.common.security.plain.PlainLoginModule REQUIRED /* note */ "
      "username=\"al;ice\" \n password='p\\'w=\\\\d' serviceName=kafka;");
  CHECK(entry.short_module() == "PlainLoginModule");
  CHECK(entry.option("username") == "al;ice");
  CHECK(entry.option("password") == "p'w=\\d");
  CHECK(entry.option("serviceName") == "kafka");
  CHECK(entry.option("none") == "");
}

TEST_CASE("what is wrong with sasl.jaas.config is said without its values") {
  for (auto text : {"", "x.Module", "x.Module required", "x.Module required username",
                    "x.Module required username= ;", "x.Module required password=\"hidden",
                    "x.Module required password=\"hidden\"", "x.Module maybe;",
                    "x.Module required; y.Module required password=hidden;"}) {
    CAPTURE(text);
    try {
      parse_jaas(text);
      FAIL("it was taken");
    } catch (const Error& error) {
      CHECK(error.exit() == Exit::usage);
      CHECK(error.message().find("hidden") == std::string::npos);
    }
  }
}

TEST_CASE("security.protocol is one of four, in any case of letters") {
  CHECK(security_protocol({}).name() == "PLAINTEXT");
  CHECK(security_protocol({{"security.protocol", "sasl_ssl"}}).name() == "SASL_SSL");
  CHECK(security_protocol({{"security.protocol", "SSL"}}).name() == "SSL");
  CHECK(security_protocol({{"security.protocol", "SASL_PLAINTEXT"}}).name() == "SASL_PLAINTEXT");
  CHECK_THROWS_AS(security_protocol({{"security.protocol", "TLS"}}), Error);
}

TEST_CASE("users come from Java's key and from librdkafka's") {
  auto of_java = sasl_options({{"sasl.mechanism", "SCRAM-SHA-256"},
                               {"sasl.jaas.config",
                                "org.apache.kafka.common.security.scram.ScramLoginModule required "
                                "username=\"alice\" password=\"x\";"}});
  CHECK(of_java->mechanism == "SCRAM-SHA-256");
  CHECK(of_java->who == "user \"alice\"");
  auto of_librdkafka = sasl_options(
      {{"sasl.mechanisms", "PLAIN"}, {"sasl.username", "bob"}, {"sasl.password", "y"}});
  CHECK(of_librdkafka->begin("host", Deadline::never())->first() == std::string("\0bob\0y", 6));
  CHECK_THROWS_AS(sasl_options({{"sasl.mechanism", "PLAIN"}}), Error);
  CHECK_THROWS_AS(sasl_options({{"sasl.mechanism", "PLAIN"},
                                {"sasl.jaas.config",
                                 "x.ScramLoginModule required "
                                 "username=\"alice\" password=\"x\";"}}),
                  Error);
}
