#include "client/partitioner.h"

#include <doctest/doctest.h>

#include <map>
#include <set>
#include <string>

using namespace kt;

TEST_CASE("murmur2 gives what Kafka's own tests of it expect") {
  CHECK(murmur2("21") == -973932308);
  CHECK(murmur2("foobar") == -790332482);
  CHECK(murmur2("a-little-bit-long-string") == -985981536);
  CHECK(murmur2("a-little-bit-longer-string") == -1486304829);
  CHECK(murmur2("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8") == -58897971);
  CHECK(murmur2("abc") == 479470107);
}

TEST_CASE("crc32 of the check string") { CHECK(crc32_of_key("123456789") == 0xcbf43926); }

TEST_CASE("keys go where their hash says, whether the partition has a leader or not") {
  Partitioner java(Partitioning::java, 1000), rdkafka(Partitioning::librdkafka, 1000);
  java.set_partitions(7, {0});
  rdkafka.set_partitions(7, {0});
  CHECK(java.choose("foobar", 10) == (-790332482 & 0x7fffffff) % 7);
  CHECK(rdkafka.choose("123456789", 10) == 0xcbf43926 % 7);
}

TEST_CASE(
    "without a key a partition is kept until a batch is full, then another one with a leader") {
  for (auto partitioning : {Partitioning::java, Partitioning::librdkafka, Partitioning::sticky}) {
    Partitioner partitioner(partitioning, 100, 1);
    partitioner.set_partitions(5, {1, 3});
    int32_t first = partitioner.choose(std::nullopt, 50);
    CHECK(partitioner.choose(std::nullopt, 50) == first);
    int32_t second = partitioner.choose(std::nullopt, 50);
    CHECK(second != first);
    CHECK(std::set<int32_t>{first, second} == std::set<int32_t>{1, 3});
  }
}

TEST_CASE("an empty key is a key for Java and none for librdkafka") {
  Partitioner java(Partitioning::java, 1), rdkafka(Partitioning::librdkafka, 1);
  java.set_partitions(50, {});
  rdkafka.set_partitions(50, {});
  std::set<int32_t> by_java, by_rdkafka;
  for (int i = 0; i < 20; ++i) {
    by_java.insert(java.choose("", 1));
    by_rdkafka.insert(rdkafka.choose("", 1));
  }
  CHECK(by_java.size() == 1);
  CHECK(by_rdkafka.size() > 1);
}

TEST_CASE("round-robin takes every partition in turn; random takes all of them") {
  Partitioner turns(Partitioning::round_robin, 1), random(Partitioning::random, 1, 5);
  turns.set_partitions(3, {});
  random.set_partitions(3, {});
  std::map<int32_t, int> count;
  for (int i = 0; i < 30; ++i) ++count[turns.choose("key", 1)];
  CHECK(count == std::map<int32_t, int>{{0, 10}, {1, 10}, {2, 10}});
  count.clear();
  for (int i = 0; i < 300; ++i) ++count[random.choose("key", 1)];
  CHECK(count.size() == 3);
}

TEST_CASE("every name of a partitioner is known") {
  for (auto name : kPartitioningNames) CHECK(partitioning_named(name).has_value());
  CHECK_FALSE(partitioning_named("murmur3").has_value());
}
