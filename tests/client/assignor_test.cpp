#include "client/assignor.h"

#include <doctest/doctest.h>

using namespace kt;

namespace {

MemberState member(std::string id, std::vector<std::string> topics,
                   std::vector<TopicPartition> owned = {}, int32_t generation = 1) {
  return {std::move(id), "", std::move(topics), std::move(owned), generation};
}

using Partitions = std::vector<TopicPartition>;

}  // namespace

TEST_CASE("range: consecutive partitions of each topic, the first members get what is over") {
  auto result = assign_partitions(
      Assignor::range, {member("b", {"t", "u"}), member("a", {"t", "u"})}, {{"t", 3}, {"u", 1}});
  CHECK(result["a"] == Partitions{{"t", 0}, {"t", 1}, {"u", 0}});
  CHECK(result["b"] == Partitions{{"t", 2}});
}

TEST_CASE("round robin: all partitions in turn among those who want the topic") {
  auto result = assign_partitions(Assignor::round_robin,
                                  {member("a", {"t"}), member("b", {"t", "u"}), member("c", {})},
                                  {{"t", 3}, {"u", 2}, {"unwanted", 1}});
  CHECK(result["a"] == Partitions{{"t", 0}, {"t", 2}});
  CHECK(result["b"] == Partitions{{"t", 1}, {"u", 0}, {"u", 1}});
  CHECK(result["c"].empty());
}

TEST_CASE("cooperative sticky: a newcomer gets nothing before its share was given up") {
  std::vector<MemberState> members{member("a", {"t"}, {{"t", 0}, {"t", 1}, {"t", 2}, {"t", 3}}),
                                   member("b", {"t"})};
  auto first = assign_partitions(Assignor::cooperative_sticky, members, {{"t", 4}});
  CHECK(first["a"].size() == 2);
  CHECK(first["b"].empty());
  members[0].owned = first["a"];
  auto second = assign_partitions(Assignor::cooperative_sticky, members, {{"t", 4}});
  CHECK(second["a"] == first["a"]);
  CHECK(second["b"].size() == 2);
}

TEST_CASE("cooperative sticky: who leaves is replaced, the others keep what they have") {
  auto result = assign_partitions(
      Assignor::cooperative_sticky,
      {member("a", {"t"}, {{"t", 0}, {"t", 3}}), member("b", {"t"}, {{"t", 1}})}, {{"t", 5}});
  CHECK(result["a"].size() + result["b"].size() == 5);
  CHECK(result["a"][0] == TopicPartition{"t", 0});
  CHECK(std::find(result["a"].begin(), result["a"].end(), TopicPartition{"t", 3}) !=
        result["a"].end());
  CHECK(result["b"][0] == TopicPartition{"t", 1});
}

TEST_CASE("cooperative sticky: of two claims the later generation counts, a lost topic does not") {
  auto result = assign_partitions(
      Assignor::cooperative_sticky,
      {member("a", {"t"}, {{"t", 0}, {"t", 1}}, 3), member("b", {"t"}, {{"t", 0}, {"gone", 1}}, 4)},
      {{"t", 2}});
  CHECK(result["a"] == Partitions{{"t", 1}});
  CHECK(result["b"] == Partitions{{"t", 0}});
}

TEST_CASE("static members keep their place in the order whatever their member id") {
  std::vector<MemberState> members{member("z", {"t"}), member("a", {"t"})};
  members[0].instance_id = "one";
  auto result = assign_partitions(Assignor::range, members, {{"t", 1}});
  CHECK(result["z"].size() == 1);
}
