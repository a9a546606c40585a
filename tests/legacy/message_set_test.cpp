// Entries of 0.7, sound and damaged.
#include "legacy/message_set.h"

#include <doctest/doctest.h>

#include "support/kafka07.h"

using namespace kt;
using namespace kt::legacy;
using namespace kt::test;

namespace {

using Messages = std::vector<std::string>;

Messages messages_of(const EntryReader& reader) {
  return {reader.messages().begin(), reader.messages().end()};
}

/// What stands at the front when all is there.
Front front_of(std::string_view bytes, EntryReader& reader) { return reader.front(bytes, true); }

}  // namespace

TEST_CASE("an entry of a real 0.7.0 broker, as wire.jsonl shows it") {
  // Length 18, magic 1, no codec, checksum 4b3d399c, "plain-00000-".
  std::string entry("\x00\x00\x00\x12\x01\x00\x4b\x3d\x39\x9cplain-00000-", 22);
  CHECK(kafka07_entry("plain-00000-") == entry);
  EntryReader reader;
  auto more = entry + "rest";
  auto front = front_of(more, reader);
  CHECK(front.kind == Front::Kind::messages);
  CHECK(front.size_bytes == 22);
  CHECK(messages_of(reader) == Messages{"plain-00000-"});
}

TEST_CASE("sets within sets give their messages in order") {
  auto inner = kafka07_wrapper(kafka07_entry("b", 0) + kafka07_entry(""), Codec::snappy);
  auto outer = kafka07_wrapper(kafka07_entry("a") + inner + kafka07_entry("c"), Codec::gzip);
  EntryReader reader;
  CHECK(front_of(outer, reader).kind == Front::Kind::messages);
  CHECK(messages_of(reader) == Messages{"a", "b", "", "c"});
  CHECK(front_of(kafka07_wrapper("", Codec::gzip), reader).kind == Front::Kind::messages);
  CHECK(reader.messages().empty());
}

TEST_CASE("sets that are too deep or unpack to too much are damage, not memory") {
  auto deep = kafka07_entry("x");
  for (int i = 0; i < 20; ++i) deep = kafka07_wrapper(deep, Codec::gzip);
  EntryReader reader;
  CHECK(front_of(deep, reader).kind == Front::Kind::damage);
  CHECK(reader.messages().empty());
  EntryReader narrow({.unpacked_bytes = 100'000});
  auto bomb = kafka07_wrapper(kafka07_entry(std::string(1 << 20, 'x')), Codec::gzip);
  auto front = front_of(bomb, narrow);
  CHECK(front.kind == Front::Kind::damage);
  CHECK(front.size_bytes == bomb.size());
}

TEST_CASE("a damaged entry is as long as it says where a sound one follows") {
  auto bad = kafka07_entry("damaged");
  bad.back() ^= 1;
  auto good = kafka07_entry("good");
  EntryReader reader;
  auto front = front_of(bad + good, reader);
  CHECK(front.kind == Front::Kind::damage);
  CHECK(front.size_bytes == bad.size());
  CHECK(front.reason == "the checksum does not fit");
  CHECK(front_of(bad, reader).size_bytes == bad.size());
}

TEST_CASE("where a length cannot be true the next sound entry is looked for") {
  auto good = kafka07_entry("good", 0);
  EntryReader reader;
  for (std::string_view start : {"\x7f\xff\xff\xff\x01", "\xff\xff\xff\xff\x01", "\0\0\0\x02\x01",
                                 "\0\0\0\x09\x07", "plain text"}) {
    std::string junk(start.empty() ? std::string_view("\0\0\0\x02\x01", 5) : start);
    junk += "some bytes";
    CAPTURE(junk);
    auto front = front_of(junk + good, reader);
    CHECK(front.kind == Front::Kind::damage);
    CHECK(front.size_bytes == junk.size());
  }
}

TEST_CASE("a set with a damaged message is damaged as a whole") {
  auto bad = kafka07_entry("inner");
  bad.back() ^= 1;
  auto wrapper = kafka07_wrapper(kafka07_entry("sound") + bad, Codec::gzip);
  EntryReader reader;
  auto front = front_of(wrapper + kafka07_entry("next"), reader);
  CHECK(front.kind == Front::Kind::damage);
  CHECK(front.size_bytes == wrapper.size());
  CHECK(reader.messages().empty());
  CHECK(front_of(kafka07_entry("x", 1, 3), reader).reason == "codec 3 is not known to Kafka 0.7");
}

TEST_CASE("what is cut off needs more bytes, or is damage where there are none") {
  auto entry = kafka07_entry("message");
  EntryReader reader;
  for (size_t size = 1; size < entry.size(); ++size) {
    auto cut = std::string_view(entry).substr(0, size);
    auto front = reader.front(cut, false);
    CHECK(front.kind == Front::Kind::more);
    CHECK(front.size_bytes > size);
    CHECK(front.size_bytes <= entry.size());
    front = reader.front(cut, true);
    CHECK(front.kind == Front::Kind::damage);
    CHECK(front.size_bytes == size);
  }
  CHECK(reader.front("", true).kind == Front::Kind::end);
}

TEST_CASE("however the bytes are cut into pieces, the same entries are met") {
  auto bad = kafka07_entry("damaged");
  bad[3] = 90;  // it says that it is longer than it is
  std::string bytes = kafka07_entry("one") + bad + kafka07_entry("two", 0) + "junk" +
                      kafka07_entry("three") + "\x01\x02";
  auto walk = [&](size_t step) {
    std::vector<std::pair<size_t, bool>> met;
    EntryReader reader;
    size_t at = 0, have = 0;
    while (at < bytes.size()) {
      auto front =
          reader.front(std::string_view(bytes).substr(at, have - at), have == bytes.size());
      if (front.kind == Front::Kind::more) {
        CHECK(at + front.size_bytes > have);
        have = std::min(bytes.size(), have + step);
        continue;
      }
      REQUIRE(front.size_bytes > 0);
      met.emplace_back(front.size_bytes, front.kind == Front::Kind::damage);
      at += front.size_bytes;
    }
    return met;
  };
  auto whole = walk(bytes.size());
  CHECK(whole.size() == 6);
  for (size_t step = 1; step < bytes.size(); ++step) CHECK(walk(step) == whole);
}
