// GSSAPI with a library that is none: what the real one does with a Kerberos server, the tests on
// real brokers show (tests/real/kerberos.sh).
#include "client/sasl/kerberos.h"

#include <doctest/doctest.h>

#include <atomic>
#include <fstream>
#include <vector>

#include "base/error.h"
#include "support/has.h"
#include "support/temporary_directory.h"

using namespace kt;
using kt::gss::Bytes;
using kt::gss::Handle;
using kt::gss::Oid;
using kt::gss::Status;

namespace {

/// What the functions were asked, what they are to answer, and how many things they have given.
struct Fake {
  std::vector<std::string> names, store, tokens;
  std::string offer = std::string("\x07\0\xff\xff", 4), choice;
  Status major = 0, minor = 0;  ///< of init_sec_context
  uint32_t flags = 0;
};
Fake fake;
std::atomic<int> held = 0;            ///< things given and not given back
std::atomic<bool> is_silent = false;  ///< a Kerberos server does not answer

Handle given() {
  ++held;
  return new char;
}

Status give_back(Handle* handle) {
  if (*handle != nullptr) --held;
  delete static_cast<char*>(*handle);
  *handle = nullptr;
  return 0;
}

Bytes given_text(const std::string& text) {
  ++held;
  auto* copy = new char[text.size() + 1];
  text.copy(copy, text.size());
  return {text.size(), copy};
}

std::string text_of(const Bytes* bytes) {
  return bytes == nullptr ? "" : std::string(static_cast<const char*>(bytes->value), bytes->length);
}

Status import_name(Status*, Bytes* text, const Oid* kind, Handle* name) {
  fake.names.push_back((kind == &gss::kHostService ? "service " : "user ") + text_of(text));
  *name = given();
  return 0;
}

Status acquire(Status*, Handle, uint32_t, const gss::OidSet*, int, const gss::Store* store,
               Handle* credentials, void*, uint32_t*) {
  for (uint32_t i = 0; store != nullptr && i < store->count; ++i)
    fake.store.push_back(std::string(store->entries[i].key) + '=' + store->entries[i].value);
  *credentials = given();
  return 0;
}

/// Two rounds: our word, the broker's, and nothing more to say.
Status init(Status* minor, Handle, Handle* context, Handle, const Oid*, uint32_t flags, uint32_t,
            void*, Bytes* input, const Oid**, Bytes* output, uint32_t*, uint32_t*) {
  while (is_silent) Clock::system().sleep(Milliseconds(1));
  fake.flags = flags;
  fake.tokens.push_back(text_of(input));
  *minor = fake.minor;
  if (fake.major != 0) return fake.major;
  if (*context != nullptr) return gss::kComplete;
  *context = given();
  *output = given_text("ticket");
  return gss::kContinueNeeded;
}

Status unwrap(Status*, Handle, Bytes* input, Bytes* output, int*, uint32_t*) {
  fake.tokens.push_back(text_of(input));
  *output = given_text(fake.offer);
  return 0;
}

Status wrap(Status*, Handle, int, uint32_t, Bytes* input, int*, Bytes* output) {
  fake.choice = text_of(input);
  *output = given_text("wrapped");
  return 0;
}

Status display(Status*, Status, int whose, const Oid*, uint32_t*, Bytes* text) {
  *text = given_text(whose == gss::kOfMechanism ? "of Kerberos" : "of GSSAPI");
  return 0;
}

Status release_buffer(Status*, Bytes* bytes) {
  if (bytes->value != nullptr) --held;
  delete[] static_cast<char*>(bytes->value);
  *bytes = {};
  return 0;
}

const gss::Library kFake{
    .import_name = import_name,
    .release_name = [](Status*, Handle* name) { return give_back(name); },
    .acquire_cred_from = acquire,
    .release_cred = [](Status*, Handle* credentials) { return give_back(credentials); },
    .init_sec_context = init,
    .delete_sec_context = [](Status*, Handle* context, Bytes*) { return give_back(context); },
    .wrap = wrap,
    .unwrap = unwrap,
    .display_status = display,
    .release_buffer = release_buffer,
};

std::unique_ptr<SaslClient> client_of(const KerberosLogin& login) {
  fake = {};
  return kerberos_clients(kFake, login)("broker-1", Deadline::never());
}

/// The thread that asked may let go a little later.
bool all_given_back() {
  Deadline soon(Milliseconds(10'000));
  while (held > 0 && !soon.expired()) Clock::system().sleep(Milliseconds(1));
  return held == 0;
}

std::string failure(const KerberosLogin& login, Status major, int32_t minor) {
  auto client = client_of(login);
  fake.major = major;
  fake.minor = static_cast<Status>(minor);
  try {
    client->first();
  } catch (const Error& error) {
    CHECK(error.exit() == Exit::unreachable);
    return error.message() + "; " + error.hint();
  }
  return "no failure";
}

std::string empty_file(const TemporaryDirectory& directory, const std::string& name) {
  auto path = directory.path() + '/' + name;
  std::ofstream out(path);
  return path;
}

}  // namespace

TEST_CASE("the exchange is RFC 4752's: tokens there and back, then no layer is taken") {
  {
    auto client = client_of({});
    CHECK(client->first() == "ticket");
    CHECK(client->answer("theirs") == "");
    CHECK_FALSE(client->is_done());
    CHECK(client->answer("offer") == "wrapped");
    CHECK(client->is_done());
    CHECK_FALSE(client->last_is_answered());
  }
  CHECK(fake.tokens == std::vector<std::string>{"", "theirs", "offer"});
  CHECK(fake.choice == std::string("\x01\0\0\0", 4));
  CHECK(fake.flags == (2 | 4 | 8 | 32));  // of RFC 2744: mutual, replay, sequence, integrity
  CHECK(fake.names == std::vector<std::string>{"service kafka@broker-1"});
  CHECK(fake.store.empty());
  CHECK(all_given_back());
}

TEST_CASE(
    "a broker that insists on a layer of GSSAPI is refused, and so is an offer of wrong size") {
  for (auto offer : {std::string("\x06\0\xff\xff", 4), std::string(), std::string("\x01", 1)}) {
    auto client = client_of({});
    fake.offer = offer;
    client->first();
    client->answer("theirs");
    CHECK_THROWS_AS(client->answer("offer"), Error);
    client.reset();
    CHECK(all_given_back());
  }
}

TEST_CASE("a keytab, a cache and a principal are what the library is asked to use") {
  TemporaryDirectory directory;
  auto path = empty_file(directory, "alice.keytab");
  client_of({.service = "brokers", .principal = "alice@SHOP", .keytab = path})->first();
  CHECK(fake.names == std::vector<std::string>{"service brokers@broker-1", "user alice@SHOP"});
  REQUIRE(fake.store.size() == 2);
  CHECK(fake.store[0] == "client_keytab=FILE:" + path);
  CHECK(fake.store[1].starts_with("ccache=MEMORY:"));
  CHECK(all_given_back());
  client_of({.cache = "/tmp/tickets"})->first();
  CHECK(fake.store == std::vector<std::string>{"ccache=/tmp/tickets"});
  CHECK_THROWS_AS(client_of({.keytab = directory.path() + "/none"}), Error);
}

TEST_CASE("each failure of Kerberos has its sentence") {
  // The error codes of RFC 4120, 7.5.9, stand after this number in MIT's library.
  constexpr int32_t kBase = -1765328384;
  constexpr Status kFailure = 13U << 16;
  TemporaryDirectory directory;
  KerberosLogin by_keytab{.principal = "alice", .keytab = empty_file(directory, "a.keytab")};
  CHECK(has(failure(by_keytab, kFailure, kBase + 6), "does not know principal \"alice\""));
  CHECK(has(failure({}, kFailure, kBase + 7), "knows no service kafka@broker-1 (of Kerberos)"));
  CHECK(has(failure(by_keytab, kFailure, kBase + 24), "does not take the key in the keytab"));
  CHECK(has(failure({}, kFailure, kBase + 32), "has expired (of Kerberos); kinit"));
  CHECK(has(failure({}, kFailure, kBase + 37), "the clock here"));
  CHECK(has(failure({}, 11U << 16, 0), "has expired (of GSSAPI); kinit"));
  CHECK(has(failure({}, 7U << 16, 0), "there is no Kerberos ticket"));
  CHECK(has(failure({}, kFailure, kBase + 60), "Kerberos failed with the service kafka@broker-1"));
  CHECK(all_given_back());
}

TEST_CASE("a Kerberos server that does not answer is waited for until the deadline") {
  is_silent = true;
  fake = {};
  auto client = kerberos_clients(kFake, {})("broker-1", Deadline(Milliseconds(50)));
  try {
    client->first();
    FAIL("there was an answer");
  } catch (const Error& error) {
    CHECK(error.exit() == Exit::unreachable);
    CHECK(has(error.message(), "no Kerberos server has answered in time"));
  }
  client.reset();
  is_silent = false;
  CHECK(all_given_back());
}

TEST_CASE("a library that the system has not is named by its package") {
  try {
    gss::open_library("libnone.so.2");
    FAIL("it was opened");
  } catch (const Error& error) {
    CHECK(error.exit() == Exit::usage);
    CHECK(has(error.message(), "libnone.so.2"));
    CHECK(has(error.hint(), "libgssapi-krb5-2"));
  }
}

TEST_CASE("who we are for Kerberos comes from Java's login module and from librdkafka's keys") {
  auto of_java =
      kerberos_login({{"sasl.kerberos.service.name", "brokers"},
                      {"sasl.jaas.config",
                       "com.sun.security.auth.module.Krb5LoginModule required useKeyTab=true "
                       "keyTab=\"FILE:/a.keytab\" principal=\"alice@SHOP\" serviceName=\"x\";"}});
  CHECK(of_java.service == "brokers");
  CHECK(of_java.keytab == "/a.keytab");
  CHECK(of_java.who() == "principal \"alice@SHOP\"");
  auto by_ticket = kerberos_login(
      {{"sasl.jaas.config",
        "x.Krb5LoginModule required useTicketCache=true ticketCache=\"/t\" serviceName=\"x\";"}});
  CHECK(by_ticket.service == "x");
  CHECK(by_ticket.cache == "/t");
  CHECK(by_ticket.keytab == "");
  auto of_librdkafka =
      kerberos_login({{"sasl.kerberos.principal", "bob"}, {"sasl.kerberos.keytab", "/b.keytab"}});
  CHECK(of_librdkafka.service == "kafka");
  CHECK(of_librdkafka.principal == "bob");
  CHECK(of_librdkafka.keytab == "/b.keytab");
  CHECK_THROWS_AS(kerberos_login({{"sasl.jaas.config", "x.PlainLoginModule required;"}}), Error);
}
