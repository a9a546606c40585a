#include "client/ownership.h"

#include <doctest/doctest.h>

using namespace kt;

namespace {

const std::map<std::string, int32_t> kTopics = {{"a", 2}, {"b", 1}};

GroupMember member(const std::string& id, std::vector<std::string> topics, Assignment assignment) {
  GroupMember made;
  made.id = id;
  made.subscribed_topics = std::move(topics);
  made.assignment = std::move(assignment);
  return made;
}

StoredGroup group(std::vector<GroupMember> members, GroupStore store = GroupStore::kafka) {
  StoredGroup made;
  made.store = store;
  made.description.group = "g";
  made.description.state = "Stable";
  made.description.members = std::move(members);
  return made;
}

/// `kind topic/partition member`, one for each finding.
std::vector<std::string> examine(const std::vector<const StoredGroup*>& stores) {
  std::vector<std::string> found;
  for (const auto& finding : examine_ownership(stores, kTopics))
    found.push_back(std::string(finding.kind) + ' ' + finding.topic.value_or("-") + '/' +
                    (finding.partition ? std::to_string(*finding.partition) : "-") + ' ' +
                    finding.member);
  return found;
}

using Found = std::vector<std::string>;

}  // namespace

TEST_CASE("a group is well where each partition has one owner and each member a partition") {
  auto well = group(
      {member("m1", {"a", "b"}, {{"a", {0}}, {"b", {0}}}), member("m2", {"a", "b"}, {{"a", {1}}})});
  CHECK(examine({&well}) == Found{});
}

TEST_CASE("partitions without or with several owners, idle members and absent topics are named") {
  auto bad = group({member("m1", {"a", "gone"}, {{"a", {0}}}), member("m2", {"a"}, {{"a", {0}}}),
                    member("m3", {"a"}, {})});
  CHECK(examine({&bad}) == Found{"unowned a/1 ", "owned-twice a/0 m1", "owned-twice a/0 m2",
                                 "topic-absent gone/- ", "idle-member -/- m3"});
  bad.description.type = "share";
  CHECK(examine({&bad}) == Found{"unowned a/1 ", "topic-absent gone/- ", "idle-member -/- m3"});
}

TEST_CASE("a group in two stores at once reads partitions twice") {
  auto in_kafka = group({member("new", {"b"}, {{"b", {0}}})});
  auto in_zookeeper = group({member("old", {"b"}, {{"b", {0}}})}, GroupStore::zookeeper);
  CHECK(examine({&in_kafka, &in_zookeeper}) == Found{"owned-twice b/0 new", "owned-twice b/0 old"});
}

TEST_CASE("owners in ZooKeeper must be live members") {
  auto left = group({member("g_h-1-a", {"b"}, {{"b", {0}}})}, GroupStore::zookeeper);
  zk::ConsumerGroup read;
  read.owners[{"b", 0}] = "g_h-1-a-0";
  read.owners[{"a", 1}] = "g_h-2-b-0";
  left.in_zookeeper = std::make_shared<const zk::ConsumerGroup>(read);
  CHECK(examine({&left}) == Found{"owner-absent a/1 g_h-2-b"});
}

TEST_CASE("white and black lists are expressions over whole names") {
  auto white = group({member("m", {}, {{"a", {0, 1}}})});
  white.description.members[0].subscribed_regex = "a|x.*";
  CHECK(examine({&white}) == Found{});
  white.description.members[0].regex_excludes = true;
  CHECK(examine({&white}) == Found{"unowned b/0 "});
}

TEST_CASE("nobody there, and a group that shares out just now") {
  auto empty = group({});
  empty.description.state = "Empty";
  CHECK(examine({&empty}) == Found{"no-members -/- "});
  auto moving = group({member("m", {"b"}, {{"b", {0}}})});
  moving.description.state = "PreparingRebalance";
  CHECK(examine({&moving}) == Found{"not-stable -/- "});
}
