// Expected values are what Kafka 4.3.0's DumpLogSegments makes of the same bytes.
#include "storage/internal_records.h"

#include <doctest/doctest.h>

#include <string>

#include "base/base64.h"
#include "base/bytes.h"

using namespace kt;

namespace {

std::string decoded(InternalTopic topic, std::optional<std::string_view> key,
                    std::optional<std::string_view> value) {
  RecordView record;
  record.key = key;
  record.value = value;
  std::string json;
  append_decoded(json, topic, record);
  return json;
}

template <size_t N>
std::string_view bytes(const char (&text)[N]) {
  return {text, N - 1};
}

}  // namespace

TEST_CASE("topics are known by their names") {
  CHECK(internal_topic("__consumer_offsets") == InternalTopic::offsets);
  CHECK(internal_topic("__cluster_metadata") == InternalTopic::metadata);
  CHECK(internal_topic("orders") == InternalTopic::none);
}

TEST_CASE("an offset commit has its type in the key and its version in the value") {
  auto key = bytes("\0\1\0\1g\0\1t\0\0\0\3");
  auto value = bytes("\0\3\0\0\0\0\0\0\0\x05\xff\xff\xff\xff\0\0\0\0\0\0\0\0\0\x07");
  CHECK(decoded(InternalTopic::offsets, key, value) ==
        R"({"type":"OffsetCommit","version":3,"key":{"group":"g","topic":"t","partition":3},)"
        R"("value":{"offset":5,"leaderEpoch":-1,"metadata":"","commitTimestamp":7}})");
  CHECK(decoded(InternalTopic::offsets, key, std::nullopt) ==
        R"({"type":"OffsetCommit","version":null,"key":{"group":"g","topic":"t","partition":3},)"
        R"("value":null})");
}

TEST_CASE("what members of a classic group told each other is shown, where it can be read") {
  auto key = bytes("\0\2\0\1g");
  auto group = [](std::string_view type, std::string_view assignment) {
    std::string value;
    ByteWriter out(value);
    auto text = [&](std::string_view of) {
      out.integer(static_cast<int16_t>(of.size()));
      out.bytes(of);
    };
    auto sized = [&](std::string_view of) {
      out.integer(static_cast<int32_t>(of.size()));
      out.bytes(of);
    };
    out.integer(int16_t{0});
    text(type);
    out.integer(int32_t{1});  // generation
    text("range");
    text("\"subscription\":");
    out.integer(int32_t{1});  // members
    for (std::string_view name : {"m", "c", "h"}) text(name);
    out.integer(int32_t{9});
    sized(bytes("\0\0\0\0\0\1\0\1t\xff\xff\xff\xff"));
    sized(assignment);
    return value;
  };
  std::string before =
      R"("generation":1,"protocol":"range","leader":"\"subscription\":","members":[{"memberId":"m",)"
      R"("clientId":"c","clientHost":"h","sessionTimeout":9,"subscription":)";
  auto shown = [&](std::string_view type, std::string_view assignment) {
    return decoded(InternalTopic::offsets, key, group(type, assignment));
  };
  auto start = [](std::string_view type) {
    return R"({"type":"GroupMetadata","version":0,"key":{"group":"g"},"value":{"protocolType":")" +
           std::string(type) + "\",";
  };
  CHECK(shown("consumer", bytes("\0\0\0\0\0\1\0\1t\0\0\0\1\0\0\0\2\xff\xff\xff\xff")) ==
        start("consumer") + before + R"({"topics":["t"],"userData":null},"assignment":)" +
            R"({"assignedPartitions":[{"topic":"t","partitions":[2]}],"userData":null}}]}})");
  CHECK(shown("consumer", "") ==
        start("consumer") + before + R"({"topics":["t"],"userData":null},"assignment":""}]}})");
  CHECK(shown("connect", "x") ==
        start("connect") + before + R"("AAAAAAABAAF0/////w==","assignment":"eA=="}]}})");
}

TEST_CASE("metadata records have frame, type and version in front") {
  CHECK(decoded(InternalTopic::metadata, std::nullopt,
                bytes("\1\x0c\0\x11metadata.version\0\x1d\0")) ==
        R"({"type":"FeatureLevelRecord","version":0,"key":null,)"
        R"("value":{"name":"metadata.version","featureLevel":29}})");
  CHECK(decoded(InternalTopic::metadata, std::nullopt, bytes("\1\x14\0\0")) ==
        R"({"type":"NoOpRecord","version":0,"key":null,"value":{}})");
}

TEST_CASE("so have those of tiered storage") {
  // A broker 4.3.0 wrote these; its tool says: id=AjdD0bkASOiEfQNWz5xwrw, COPY_SEGMENT_FINISHED.
  auto record = parse_base64(
      "AQEAB3RpZXJlZDkedO1UnE+Gi2mUdVX3KuEAAAAAAAI3Q9G5AEjohH0DVs+ccK8AAAAAAQAAAaIP8n6pAAEA");
  REQUIRE(record);
  CHECK(
      decoded(InternalTopic::remote_log, std::nullopt, *record) ==
      R"({"type":"RemoteLogSegmentMetadataUpdateRecord","version":0,"key":null,"value":{)"
      R"("remoteLogSegmentId":{"topicIdPartition":{"name":"tiered","id":"OR507VScT4aLaZR1Vfcq4Q",)"
      R"("partition":0},"id":"AjdD0bkASOiEfQNWz5xwrw"},"brokerId":1,)"
      R"("eventTimestampMs":1795563880105,"customMetadata":null,"remoteLogSegmentState":1}})");
}

TEST_CASE("what is not known, or damaged, is an error in its place") {
  CHECK(decoded(InternalTopic::offsets, bytes("\0\x63"), bytes("\0\0")) ==
        R"({"error":"a record of type 99, which is not known"})");
  CHECK(decoded(InternalTopic::metadata, std::nullopt, bytes("\2\0\0")) ==
        R"({"error":"a frame of version 2, which is not known"})");
  CHECK(decoded(InternalTopic::offsets, bytes("\0"), std::nullopt).starts_with(R"({"error":)"));
  CHECK(decoded(InternalTopic::transactions, std::nullopt, std::nullopt) ==
        R"({"error":"a record without a key"})");
}
