// What MirrorMaker's files mean, and that nothing in them is left out in silence.
#include "mirror/maker_settings.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "base/bytes.h"
#include "base/error.h"
#include "mirror/takeover.h"

using namespace kt;
using namespace kt::mirror;

namespace {

using Names = std::vector<std::string>;

const Properties kTwo = {{"clusters", "A, B"},
                         {"A.bootstrap.servers", "a:1"},
                         {"B.bootstrap.servers", "b:1"},
                         {"A->B.enabled", "true"}};

MakerSettings two_with(const Properties& more, bool renames = false) {
  auto properties = kTwo;
  properties.insert(properties.end(), more.begin(), more.end());
  return of_mirror_maker_2(properties, "", "", renames);
}

}  // namespace

TEST_CASE("mirror maker 1: clusters, group and start are taken, the rest is named") {
  auto settings = of_mirror_maker_1({{"bootstrap.servers", "a:1"},
                                     {"group.id", "copier"},
                                     {"auto.offset.reset", "largest"},
                                     {"enable.auto.commit", "false"},
                                     {"fetch.min.bytes", "1"},
                                     {"ssl.truststore.location", "/t"}},
                                    {{"bootstrap.servers", "b:1"},
                                     {"acks", "all"},
                                     {"linger.ms", "5"},
                                     {"enable.idempotence", "false"}});
  CHECK(settings.source ==
        Properties{{"bootstrap.servers", "a:1"}, {"ssl.truststore.location", "/t"}});
  CHECK(settings.target == Properties{{"bootstrap.servers", "b:1"}});
  CHECK(settings.group == "copier");
  CHECK_FALSE(settings.group_in_zookeeper);
  CHECK(settings.start == Position{Position::Kind::latest, 0});
  CHECK(settings.without_equivalent == Names{"fetch.min.bytes", "linger.ms", "enable.idempotence"});
}

TEST_CASE(
    "mirror maker 1: the old consumer's positions are in ZooKeeper unless Kafka stores them") {
  Properties old = {{"zookeeper.connect", "z:2181"}, {"group.id", "g"}};
  CHECK(of_mirror_maker_1(old, {}).group_in_zookeeper);
  old.emplace_back("offsets.storage", "kafka");
  CHECK_FALSE(of_mirror_maker_1(old, {}).group_in_zookeeper);
}

TEST_CASE("mirror maker 2: topics, names and offset syncs as the default policy has them") {
  auto settings = two_with({{"topics", "ignored"},
                            {"A->B.topics", "orders, app-.*"},
                            {"refresh.topics.interval.seconds", "5"},
                            {"replication.factor", "3"}});
  CHECK(settings.topics == Names{"orders", "app-.*"});
  CHECK(settings.excluded == Names{"mm2.*\\.internal", ".*\\.replica", "__.*", "\\QB.\\E.*"});
  CHECK(settings.rename == "(.*)=A.$1");
  CHECK(settings.refresh == Milliseconds(5000));
  CHECK(settings.replication_factor == 3);
  CHECK(settings.syncs_topic == "mm2-offset-syncs.B.internal");
  CHECK_FALSE(settings.syncs_in_target);
  CHECK(settings.connect_group == "A-mm2");
  CHECK(settings.without_equivalent.empty());
}

TEST_CASE("mirror maker 2: identity, another separator, syncs in the target") {
  auto settings = two_with(
      {{"replication.policy.class", "org.apache.kafka.connect.mirror.IdentityReplicationPolicy"},
       {"replication.policy.separator", "_"},
       {"offset-syncs.topic.location", "target"}});
  CHECK(settings.rename.empty());
  CHECK(settings.syncs_topic == "mm2-offset-syncs_A_internal");
  CHECK(settings.syncs_in_target);
}

TEST_CASE("mirror maker 2: a policy that is not known needs names") {
  Properties custom = {{"replication.policy.class", "com.example.Policy"}};
  CHECK_THROWS_AS(two_with(custom), Error);
  CHECK(two_with(custom, true).rename.empty());
}

TEST_CASE("mirror maker 2: settings of either cluster, of roles, and those of a third") {
  auto settings = two_with({{"security.protocol", "PLAINTEXT"},
                            {"A.consumer.client.id", "reader"},
                            {"A.consumer.max.poll.records", "3"},
                            {"B.producer.client.rack", "r"},
                            {"A->B.consumer.auto.offset.reset", "latest"},
                            {"clusters", "A, B, C"},
                            {"C.bootstrap.servers", "c:1"},
                            {"B->A.topics", "x"},
                            {"tasks.max", "4"},
                            {"sync.topic.acls.enabled", "true"}});
  auto has = [](const Properties& list, const std::string& key, const std::string& value) {
    return std::find(list.begin(), list.end(), std::pair{key, value}) != list.end();
  };
  CHECK(has(settings.source, "security.protocol", "PLAINTEXT"));
  CHECK(has(settings.target, "security.protocol", "PLAINTEXT"));
  CHECK(has(settings.source, "client.id", "reader"));
  CHECK(has(settings.target, "client.rack", "r"));
  CHECK(settings.start == Position{Position::Kind::latest, 0});
  CHECK(settings.without_equivalent ==
        Names{"sync.topic.acls.enabled", "tasks.max", "A.consumer.max.poll.records"});
}

TEST_CASE("mirror maker 2: positions of groups are kept in step where it does, with its groups") {
  Properties asked = {{"sync.group.offsets.enabled", "false"},
                      {"A->B.sync.group.offsets.enabled", "true"},
                      {"A->B.groups", "billing, app-.*"},
                      {"sync.group.offsets.interval.seconds", "7"},
                      {"emit.checkpoints.interval.seconds", "5"}};
  auto settings = two_with(asked);
  CHECK(settings.syncs_groups);
  CHECK(settings.groups == Names{"billing", "app-.*"});
  CHECK(settings.excluded_groups == Names{"console-consumer-.*", "connect-.*", "__.*"});
  CHECK(settings.sync_interval == Milliseconds(7000));
  CHECK(settings.checkpoints_topic == "A.checkpoints.internal");
  CHECK(settings.without_equivalent == Names{"emit.checkpoints.interval.seconds"});
  SUBCASE("not where it writes no checkpoints") {
    asked.emplace_back("emit.checkpoints.enabled", "false");
    settings = two_with(asked);
    CHECK_FALSE(settings.syncs_groups);
    CHECK(settings.checkpoints_topic.empty());
    CHECK(settings.without_equivalent == Names{"emit.checkpoints.interval.seconds",
                                               "sync.group.offsets.interval.seconds", "A->B.groups",
                                               "A->B.sync.group.offsets.enabled"});
  }
  SUBCASE("not unless it says so") {
    settings = two_with({{"groups", "billing"}, {"replication.policy.separator", "_"}});
    CHECK_FALSE(settings.syncs_groups);
    CHECK(settings.checkpoints_topic == "A_checkpoints_internal");
    CHECK(settings.without_equivalent == Names{"groups"});
  }
}

TEST_CASE("checkpoints as MirrorMaker 2 writes them, and what is none") {
  std::string key, value;
  ByteWriter names(key), offsets(value);
  names.integer(int16_t{2});
  names.bytes("gr");
  names.integer(int16_t{8});
  names.bytes("A.orders");
  names.integer(int32_t{3});
  offsets.integer(int16_t{0});
  offsets.integer(int64_t{5000});
  offsets.integer(int64_t{70});
  offsets.integer(int16_t{1});
  offsets.bytes("m");
  auto checkpoint = read_checkpoint(key, value);
  CHECK(checkpoint.group == "gr");
  CHECK(checkpoint.target == TopicPartition{"A.orders", 3});
  CHECK(checkpoint.source_offset == 5000);
  CHECK(checkpoint.target_offset == 70);
  CHECK_THROWS_AS(read_checkpoint(key + "x", value), DecodeError);
  CHECK_THROWS_AS(read_checkpoint(key.substr(0, 3), value), DecodeError);
  CHECK_THROWS_AS(read_checkpoint(key, value + "x"), DecodeError);
  CHECK_THROWS_AS(read_checkpoint(key, value.substr(0, 19)), DecodeError);
  value[1] = 1;
  CHECK_THROWS_AS(read_checkpoint(key, value), DecodeError);
}

TEST_CASE("mirror maker 2: which flow") {
  auto both = kTwo;
  both.emplace_back("B->A.enabled", "true");
  CHECK_THROWS_AS(of_mirror_maker_2(both, "", "", false), Error);
  CHECK(of_mirror_maker_2(both, "B", "", false).rename == "(.*)=B.$1");
  CHECK(of_mirror_maker_2(both, "", "B", false).rename == "(.*)=A.$1");
  CHECK_THROWS_AS(of_mirror_maker_2(both, "A", "C", false), Error);
  CHECK_THROWS_AS(of_mirror_maker_2({{"A->B.enabled", "true"}}, "", "", false), Error);
}

TEST_CASE("offset syncs as MirrorMaker 2 writes them, and what is none") {
  std::string key, value;
  auto put = [](std::string& out, auto number) {
    char bytes[sizeof number];
    store_big_endian(bytes, number);
    out.append(bytes, sizeof bytes);
  };
  put(key, int16_t{6});
  key += "orders";
  put(key, int32_t{2});
  put(value, int64_t{5000});
  put(value, int64_t{70});
  auto sync = read_offset_sync(key, value);
  CHECK(sync.source == TopicPartition{"orders", 2});
  CHECK(sync.source_offset == 5000);
  CHECK(sync.target_offset == 70);
  CHECK_THROWS_AS(read_offset_sync(key + "x", value), DecodeError);
  CHECK_THROWS_AS(read_offset_sync(key.substr(0, 5), value), DecodeError);
  CHECK_THROWS_AS(read_offset_sync(key, value.substr(1)), DecodeError);
  CHECK_THROWS_AS(read_offset_sync(std::string("\xff\xff\0\0\0\0", 6), value), DecodeError);
}
