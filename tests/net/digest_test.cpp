// Vectors of FIPS 180-4, RFC 4231 (HMAC), RFC 7677 (SCRAM-SHA-256) and of Python's hashlib.
#include "net/digest.h"

#include <doctest/doctest.h>

#include "base/base64.h"
#include "support/hex.h"

using namespace kt;

TEST_CASE("digests are those of FIPS 180-4, at every edge of a block") {
  CHECK(net::digest(net::Digest::sha256, "abc") ==
        from_hex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
  CHECK(net::digest(net::Digest::sha256, "") ==
        from_hex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
  CHECK(net::digest(net::Digest::sha256,
                    "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        from_hex("248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"));
  CHECK(net::digest(net::Digest::sha512, "abc") ==
        from_hex("ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                 "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"));
  CHECK(net::digest(
            net::Digest::sha512,
            "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmn"
            "opqrlmnopqrsmnopqrstnopqrstu") ==
        from_hex("8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018"
                 "501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909"));
  // The digests of 0 to 299 times "a", one after the other, as hashlib has them.
  std::string all_256, all_512;
  for (size_t size = 0; size < 300; ++size) {
    all_256 += net::digest(net::Digest::sha256, std::string(size, 'a'));
    all_512 += net::digest(net::Digest::sha512, std::string(size, 'a'));
  }
  CHECK(net::digest(net::Digest::sha256, all_256) ==
        from_hex("80e953e3b006c4bab43fd5d792f8bd29c122f6cf1497318365fe66bf2d61398d"));
  CHECK(net::digest(net::Digest::sha512, all_512) ==
        from_hex("31c336adab577370612bbdd2a77b25de07ec8389de752295ba890ce160fc8065"
                 "4d34f23f93a5819b359f2a8ef15f3f274cbfa5becc521e5728397d60265ffb21"));
}

TEST_CASE("HMAC is that of RFC 4231, with long keys too") {
  CHECK(net::hmac(net::Digest::sha256, "Jefe", "what do ya want for nothing?") ==
        from_hex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"));
  CHECK(net::hmac(net::Digest::sha512, "Jefe", "what do ya want for nothing?") ==
        from_hex("164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
                 "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"));
  CHECK(net::hmac(net::Digest::sha256, std::string(131, '\xaa'),
                  "Test Using Larger Than Block-Size Key - Hash Key First") ==
        from_hex("60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"));
}

TEST_CASE("a password is salted as SCRAM does") {
  // RFC 7677: user "user", password "pencil", the server's signature follows from the salted one.
  auto salt = parse_base64("W22ZaJ0SNY7soEsUEjb6gQ==").value();
  auto key = net::stretched(net::Digest::sha256, "pencil", salt, 4096);
  std::string exchange =
      "n=user,r=rOprNGfwEbeRWgbNEkqO,"
      "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,"
      "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
  CHECK(base64(net::hmac(net::Digest::sha256, net::hmac(net::Digest::sha256, key, "Server Key"),
                         exchange)) == "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
  CHECK(net::stretched(net::Digest::sha512, "secret", "salt", 5000) ==
        from_hex("0945c708f6d8c4a7a77e0ad61ea888baa01dd55095911ed85867720a7991142c"
                 "9116c6e536eae205c7ac0d2be06b108f6f7f7b478b9e15c8d6cc170236d18e63"));
}
