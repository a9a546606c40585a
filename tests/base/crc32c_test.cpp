#include "base/crc32c.h"

#include <doctest/doctest.h>

#include <string>

TEST_CASE("crc32c of the check string of RFC 3720 and of its test patterns") {
  CHECK(kt::crc32c("123456789") == 0xe3069283);
  CHECK(kt::crc32c(std::string(32, '\0')) == 0x8a9136aa);
  CHECK(kt::crc32c(std::string(32, '\xff')) == 0x62a8ab43);
}

TEST_CASE("crc32c: the portable form agrees with the fast one at every length and when continued") {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    CHECK(kt::crc32c(bytes) == kt::crc32c_portable(bytes));
    CHECK(kt::crc32c(bytes.substr(i / 2), kt::crc32c(bytes.substr(0, i / 2))) == kt::crc32c(bytes));
    bytes.push_back(static_cast<char>(i * 37));
  }
}

TEST_CASE("crc32c: the portable form agrees with the fast one on long inputs") {
  std::string bytes;
  for (int i = 0; i < 20'000; ++i)
    bytes.push_back(
        static_cast<char>(static_cast<uint32_t>(i) * static_cast<uint32_t>(i) * 37 >> 3));
  for (size_t size : {767, 768, 769, 1536, 12'287, 12'288, 12'289, 13'063, 19'995})
    CHECK(kt::crc32c(bytes.substr(5, size)) == kt::crc32c_portable(bytes.substr(5, size)));
}

TEST_CASE("crc32c: a change's effect is known without the bytes around it") {
  std::string before;
  for (int i = 0; i < 5'000; ++i)
    before.push_back(
        static_cast<char>(static_cast<uint32_t>(i) * static_cast<uint32_t>(i) * 37 >> 3));
  for (size_t after : {0, 1, 7, 61, 1023, 4900}) {
    std::string changed = before, difference(40, '\0');
    size_t at = before.size() - after - difference.size();
    for (size_t i = 0; i < difference.size(); ++i) {
      difference[i] = static_cast<char>(i * 91);
      changed[at + i] = static_cast<char>(changed[at + i] ^ difference[i]);
    }
    CHECK(kt::crc32c_after_change(kt::crc32c(before), difference, after) == kt::crc32c(changed));
  }
}
