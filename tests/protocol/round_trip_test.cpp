// Every message in every version: what was filled at random survives bytes and JSON, and no damaged
// input does harm.
#include <doctest/doctest.h>

#include "protocol/json.h"
#include "protocol/random_message.h"

using namespace kt;

namespace {

/// Calls `body(table, version)` for all requests, responses and data.
template <class Body>
void for_each_version(Body body) {
  auto all = [&](const MessageTable& table) {
    for (int16_t version = table.versions.first; version <= table.versions.last; ++version)
      body(table, version);
  };
  for (const auto& api : apis()) all(*api.request), all(*api.response);
  for (const auto* table : data_messages()) all(*table);
}

std::string bytes_of(const AnyMessage& message, int16_t version) {
  std::string out;
  encode(out, message.table(), message.get(), version);
  return out;
}

}  // namespace

TEST_CASE("there are 78 APIs, sorted by key, and their versions start where Kafka's do") {
  CHECK(apis().size() == 78);
  CHECK(find_api(int16_t{0})->name == "Produce");
  CHECK(find_api(int16_t{7})->max_version == 3);
  CHECK(find_api("list-offsets")->key == 2);
  CHECK(find_api("ListOffsets")->min_version == 0);
  CHECK(find_api(int16_t{4}) == nullptr);
  CHECK(find_api("nonsense") == nullptr);
  CHECK(find_api("InitProducerId")->stable_version == 5);
  CHECK(find_data_message("GroupMetadataValue")->versions.last == 4);
}

TEST_CASE("every message in every version survives bytes and JSON") {
  for_each_version([](const MessageTable& table, int16_t version) {
    for (uint64_t seed = 0; seed < 20; ++seed) {
      AnyMessage message = random_message(table, version, seed);
      std::string bytes = bytes_of(message, version);
      AnyMessage back(table);
      INFO(message_title(table, version), " seed ", seed);
      CHECK(decode(table, back.get(), bytes, version) == bytes.size());
      CHECK(equal(table, message.get(), back.get()));
      CHECK(bytes_of(back, version) == bytes);
      std::string json;
      write_json(json, table, message.get(), version,
                 seed % 2 ? JsonForm::compact : JsonForm::indented);
      AnyMessage read = read_json(table, json, version);
      CHECK(bytes_of(read, version) == bytes);
    }
  });
}

TEST_CASE("a message cut short anywhere is an error, never a crash") {
  for_each_version([](const MessageTable& table, int16_t version) {
    std::string bytes = bytes_of(random_message(table, version, 7), version);
    for (size_t size = 0; size < bytes.size(); ++size) {
      AnyMessage message(table);
      // A copy of exactly that size, so that a sanitizer sees a step beyond it.
      std::string cut = bytes.substr(0, size);
      INFO(message_title(table, version), " cut to ", size, " of ", bytes.size());
      CHECK_THROWS_AS(decode(table, message.get(), cut, version), DecodeError);
    }
  });
}

TEST_CASE("damaged bytes are refused or read as something else, within their own size") {
  for_each_version([](const MessageTable& table, int16_t version) {
    std::string bytes = bytes_of(random_message(table, version, 11), version);
    for (size_t i = 0; i < bytes.size(); i += 1 + bytes.size() / 64)
      for (char damage : {'\x7f', '\xff', '\x80'}) {
        std::string damaged = bytes;
        damaged[i] = damage;
        AnyMessage message(table);
        try {
          size_t taken = decode(table, message.get(), damaged, version);
          CHECK(taken <= damaged.size());
        } catch (const DecodeError&) {
        }
      }
  });
}
