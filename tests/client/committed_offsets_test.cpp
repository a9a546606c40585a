#include "client/committed_offsets.h"

#include <doctest/doctest.h>

using namespace kt;

TEST_CASE(
    "positions that come in any order are told by topic and number, the first of two counts") {
  auto at = [](std::string topic, int32_t number, int64_t offset) {
    return CommittedOffsets::Entry{{std::move(topic), number}, {offset, -1, 0, ""}};
  };
  CommittedOffsets offsets(
      {at("b", 0, 5), at("a", 10, 7), at("a", 2, 3), at("b", 0, 9), at("a", 0, -1)});
  std::vector<TopicPartition> told;
  for (const auto& [partition, committed] : offsets) told.push_back(partition);
  CHECK(told == std::vector<TopicPartition>{{"a", 0}, {"a", 2}, {"a", 10}, {"b", 0}});
  REQUIRE(offsets.find({"b", 0}));
  CHECK(offsets.find({"b", 0})->offset == 5);
  CHECK(offsets.find({"a", 10})->offset == 7);
  CHECK_FALSE(offsets.find({"a", 1}));
  CHECK_FALSE(offsets.find({"c", 0}));
  CHECK(CommittedOffsets().empty());
}
