// JSON as Kafka's converters print it, and the errors of reading it.
#include "protocol/json.h"

#include <doctest/doctest.h>

#include "protocol/msg/alter_client_quotas.h"
#include "protocol/msg/api_versions.h"
#include "protocol/msg/metadata.h"
#include "protocol/msg/produce.h"

using namespace kt;

namespace {

template <class M>
std::string json(const M& message, int16_t version) {
  std::string out;
  write_json(out, M::table(), &message, version);
  return out;
}

std::string failure(const MessageTable& table, std::string_view text, int16_t version) {
  try {
    read_json(table, text, version);
  } catch (const Error& error) {
    return error.message();
  }
  return "no failure";
}

}  // namespace

TEST_CASE("fields of the version only, in order, null as null") {
  CHECK(json(msg::MetadataRequest{.topics = std::nullopt}, 1) == R"({"topics":null})");
  CHECK(json(msg::MetadataRequest{.topics = {{{.name = "t\"\n\x01ü"}}}}, 4) ==
        R"({"topics":[{"name":"t\"\n\u0001ü"}],"allowAutoTopicCreation":true})");
  CHECK(
      json(msg::MetadataRequest{.topics = {{{.name = std::nullopt}}}}, 11) ==
      R"({"topics":[{"topicId":"AAAAAAAAAAAAAAAAAAAAAA","name":null}],"allowAutoTopicCreation":true,)"
      R"("includeTopicAuthorizedOperations":false})");
}

TEST_CASE("tagged fields at their default are left out, unknown ones stand apart") {
  msg::ApiVersionsResponse response;
  CHECK(json(response, 3) == R"({"errorCode":0,"apiKeys":[],"throttleTimeMs":0})");
  response.zk_migration_ready = true;
  response.unknown_tags.add({77, "abc"});
  CHECK(json(response, 3) ==
        R"({"errorCode":0,"apiKeys":[],"throttleTimeMs":0,"zkMigrationReady":true,)"
        R"("_unknownTaggedFields":[{"tag":77,"data":"YWJj"}]})");
}

TEST_CASE("records are base64") {
  msg::ProduceRequest request{
      .acks = 1, .topic_data = {{.name = "t", .partition_data = {{.records = "\xff\x00"}}}}};
  request.topic_data[0].partition_data[0].records = std::string_view("\xff\x00", 2);
  CHECK(
      json(request, 0) ==
      R"({"acks":1,"timeoutMs":0,"topicData":[{"name":"t","partitionData":[{"index":0,"records":"/wA="}]}]})");
}

TEST_CASE("doubles look as Java prints them") {
  auto printed = [](double value) {
    auto text = json(msg::AlterClientQuotasRequest{.entries = {{.ops = {{.value = value}}}}}, 0);
    auto start = text.find("\"value\":") + 8;
    return text.substr(start, text.find(',', start) - start);
  };
  CHECK(printed(0) == "0.0");
  CHECK(printed(1048576) == "1048576.0");
  CHECK(printed(1e7) == "1.0E7");
  CHECK(printed(0.001) == "0.001");
  CHECK(printed(0.00025) == "2.5E-4");
  CHECK(printed(-123456789.5) == "-1.234567895E8");
}

TEST_CASE("bytes that are no UTF-8 still print as JSON") {
  CHECK(json(msg::MetadataRequest{.topics = {{{.name = "a\xff\xc3"}}}}, 0) ==
        "{\"topics\":[{\"name\":\"a\xef\xbf\xbd\xef\xbf\xbd\"}]}");
}

TEST_CASE("what does not fit is refused with the way to it") {
  const auto& metadata = msg::MetadataRequest::table();
  CHECK(failure(metadata, R"({"topics":[{"nmae":"t"}]})", 1) ==
        R"(Metadata v1 request: topics[0]: no field is called "nmae")");
  CHECK(failure(metadata, R"({"topics":{}})", 1) ==
        "Metadata v1 request: topics: expected an array, not an object");
  CHECK(failure(metadata, R"({"topics":null})", 0) ==
        "Metadata v0 request: topics: may not be null in this version");
  CHECK(failure(metadata, R"({"allowAutoTopicCreation":true})", 3) ==
        "Metadata v3 request: allowAutoTopicCreation: needs v4 or later");
  CHECK(failure(msg::ProduceRequest::table(), R"({"acks":40000})", 3) ==
        "Produce v3 request: acks: 40000 does not fit int16");
  CHECK(failure(msg::ProduceRequest::table(), R"({"acks":1.5})", 3) ==
        "Produce v3 request: acks: expected an integer, not a number");
  CHECK(failure(metadata, "{", 1).starts_with("not JSON: "));
}

TEST_CASE("fields left out keep their defaults") {
  AnyMessage message = read_json(msg::MetadataRequest::table(), R"({"topics":null})", 4);
  const auto& request = *static_cast<const msg::MetadataRequest*>(message.get());
  CHECK(!request.topics);
  CHECK(request.allow_auto_topic_creation);
}
