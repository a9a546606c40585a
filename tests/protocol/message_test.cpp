// Messages against bytes written out by hand from the protocol's description, and what must be
// refused.
#include "protocol/message.h"

#include <doctest/doctest.h>

#include "protocol/msg/api_versions.h"
#include "protocol/msg/consumer_group_heartbeat.h"
#include "protocol/msg/describe_topic_partitions.h"
#include "protocol/msg/fetch.h"
#include "protocol/msg/list_offsets.h"
#include "protocol/msg/metadata.h"
#include "protocol/msg/produce.h"

using namespace kt;
using namespace std::string_literals;

namespace {

template <class M>
std::string encoded(const M& message, int16_t version) {
  std::string out;
  encode(out, message, version);
  return out;
}

template <class Call>
std::string failure(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.message();
  }
  return "no failure";
}

}  // namespace

TEST_CASE("list_offsets v0 asks with the number of offsets wanted, v1 without") {
  msg::ListOffsetsRequest request{
      .replica_id = -1,
      .topics = {{.name = "t", .partitions = {{.partition_index = 3, .timestamp = -2}}}}};
  CHECK(encoded(request, 0) ==
        "\xff\xff\xff\xff\0\0\0\1\0\1t\0\0\0\1\0\0\0\3\xff\xff\xff\xff\xff\xff\xff\xfe\0\0\0\1"s);
  CHECK(encoded(request, 1) ==
        "\xff\xff\xff\xff\0\0\0\1\0\1t\0\0\0\1\0\0\0\3\xff\xff\xff\xff\xff\xff\xff\xfe"s);
}

TEST_CASE("list_offsets v6 is flexible: compact strings and arrays, and tags after every struct") {
  msg::ListOffsetsRequest request{
      .replica_id = -1,
      .topics = {{.name = "t", .partitions = {{.partition_index = 3, .timestamp = -1}}}}};
  CHECK(encoded(request, 6) ==
        "\xff\xff\xff\xff\0\2\2t\2\0\0\0\3\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0"s);
}

TEST_CASE("metadata asks for all topics with an empty list in v0 and with null later") {
  CHECK(encoded(msg::MetadataRequest{}, 0) == "\0\0\0\0"s);
  CHECK(encoded(msg::MetadataRequest{.topics = std::nullopt}, 1) == "\xff\xff\xff\xff"s);
  CHECK(failure([] { encoded(msg::MetadataRequest{.topics = std::nullopt}, 0); }) ==
        "Metadata v0 request: topics: may not be null in this version");
}

TEST_CASE("a metadata response is read field by field") {
  auto response = decode<msg::MetadataResponse>(
      "\0\0\0\1\0\0\0\7\0\4host\0\0\x23\x84"
      "\0\0\0\1\0\0\0\1t\0\0\0\1\0\5\0\0\0\2\xff\xff\xff\xff\0\0\0\1\0\0\0\7\0\0\0\0"s,
      0);
  REQUIRE(response.brokers.size() == 1);
  CHECK(response.brokers[0].node_id == 7);
  CHECK(response.brokers[0].host == "host");
  CHECK(response.brokers[0].port == 9092);
  CHECK(response.controller_id == -1);
  REQUIRE(response.topics.size() == 1);
  CHECK(response.topics[0].name == "t");
  auto& partition = response.topics[0].partitions.at(0);
  CHECK(partition.error_code == 5);
  CHECK(partition.partition_index == 2);
  CHECK(partition.leader_id == -1);
  CHECK(partition.replica_nodes == std::vector<int32_t>{7});
  CHECK(partition.isr_nodes.empty());
}

TEST_CASE("records are views into the bytes that were read") {
  auto bytes = "\0\0\0\1\0\1t\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\5\0\0\0\3abc"s;
  auto response = decode<msg::FetchResponse>(bytes, 0);
  auto records = response.responses.at(0).partitions.at(0).records;
  CHECK(records == "abc");
  CHECK(records->data() == bytes.data() + bytes.size() - 3);
}

TEST_CASE("tagged fields are left out at their default and known by their tag") {
  msg::ApiVersionsResponse response{.finalized_features_epoch = 9};
  CHECK(encoded(response, 3) == "\0\0\1\0\0\0\0\1\1\x08\0\0\0\0\0\0\0\x09"s);
  response.finalized_features_epoch = -1;
  CHECK(encoded(response, 3) == "\0\0\1\0\0\0\0\0"s);
}

TEST_CASE("unknown tags survive, in their place among the known ones") {
  auto bytes = "\0\0\1\0\0\0\0\3\1\x08\0\0\0\0\0\0\0\x09\2\1\1\x40\2xy"s;
  auto response = decode<msg::ApiVersionsResponse>(bytes, 3);
  CHECK(response.finalized_features_epoch == 9);
  REQUIRE(response.unknown_tags.list().size() == 1);
  CHECK(response.unknown_tags.list()[0] == UnknownTag{64, "xy"});
  // The empty list of tag 2 is the default, which is not sent.
  CHECK(encoded(response, 3) == "\0\0\1\0\0\0\0\2\1\x08\0\0\0\0\0\0\0\x09\x40\2xy"s);
}

TEST_CASE("a struct that may be null has a byte in front") {
  msg::DescribeTopicPartitionsRequest request{.topics = {}, .response_partition_limit = 1};
  CHECK(encoded(request, 0) == "\1\0\0\0\1\xff\0"s);
  request.cursor = {.topic_name = "t", .partition_index = 2};
  CHECK(encoded(request, 0) == "\1\0\0\0\1\1\2t\0\0\0\2\0\0"s);
}

TEST_CASE("what a version lacks is refused by name, unless Kafka ignores it") {
  msg::ListOffsetsRequest request{.isolation_level = 1};
  CHECK(failure([&] { encoded(request, 1); }) ==
        "ListOffsets v1 request: isolationLevel: needs v2 or later");
  msg::FetchRequest fetch{.max_bytes = 5, .rack_id = "r"};
  CHECK(encoded(fetch, 0) == "\xff\xff\xff\xff\0\0\0\0\0\0\0\0\0\0\0\0"s);
  msg::ListOffsetsRequest old{.topics = {{.name = "t", .partitions = {{.max_num_offsets = 2}}}}};
  CHECK(failure([&] { encoded(old, 1); }) ==
        "ListOffsets v1 request: topics[0].partitions[0].maxNumOffsets: is gone since v1");
  CHECK(failure([&] { encoded(request, 12); }) ==
        "ListOffsets v12 request: there is no such version");
}

TEST_CASE("errors of reading name the place") {
  CHECK(failure([] { decode<msg::MetadataResponse>("\0\0\0\1\0\0\0\7\0\x09host\0\0"s, 0); }) ==
        "Metadata v0 response: brokers[0].host: needs 9 bytes, 6 left");
  CHECK(failure([] { decode<msg::MetadataResponse>("\0\0\xff\xff\0\0\0\7\0\4ho"s, 0); }) ==
        "Metadata v0 response: brokers: 65535 elements, 8 bytes left");
  CHECK(failure([] { decode<msg::MetadataResponse>("\xff\xff\xff\xff"s, 0); }) ==
        "Metadata v0 response: brokers: null, which this version does not allow");
  CHECK(failure([] { decode<msg::MetadataRequest>("\0\0\0\0\0"s, 0); }) ==
        "Metadata v0 request: 1 byte left over");
}
