// What is kept of a password.
#include <doctest/doctest.h>

#include "base/base64.h"
#include "client/admin_users.h"
#include "client/zookeeper_users.h"

using namespace kt;

TEST_CASE("a credential is kept as Kafka keeps it") {
  // Salt, password and keys of RFC 7677's example.
  auto salt = parse_base64("W22ZaJ0SNY7soEsUEjb6gQ==").value();
  NewCredential wanted{"user", ScramMechanism::sha256, 4096, "pencil"};
  auto key = parse_base64("xKSVEDI6tPlSysH6mUQZOeeOp01r6B3fcJbodRPcYV0=").value();
  CHECK(scram_credential(wanted, {salt, key}) ==
        "salt=W22ZaJ0SNY7soEsUEjb6gQ==,stored_key=WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=,"
        "server_key=wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=,iterations=4096");
  CHECK(scram_iterations("salt=a,stored_key=b,server_key=c,iterations=8192", "user") == 8192);
  CHECK_THROWS_WITH(scram_iterations("salt=a,iterations=-1", "eve"),
                    "the credential of user \"eve\" in ZooKeeper is none of SCRAM");
  auto one = salt_password(wanted), other = salt_password(wanted);
  CHECK(one.salt.size() == 32);
  CHECK(one.salt != other.salt);
  CHECK(one.key != other.key);
}
