// Headers, byte for byte.
#include "protocol/header.h"

#include <doctest/doctest.h>

using namespace kt;
using namespace std::string_literals;

namespace {

std::string request(std::string_view api, int16_t version) {
  std::string out;
  const Api* found = find_api(api);
  encode_header(
      out, *found,
      {.api_key = found->key, .api_version = version, .correlation_id = 5, .client_id = "kt"});
  return out;
}

}  // namespace

TEST_CASE("a request header grows a client id and then tagged fields") {
  CHECK(request("ControlledShutdown", 0) == "\0\7\0\0\0\0\0\5"s);
  CHECK(request("ControlledShutdown", 1) == "\0\7\0\1\0\0\0\5\0\2kt"s);
  CHECK(request("Metadata", 0) == "\0\3\0\0\0\0\0\5\0\2kt"s);
  CHECK(request("Metadata", 9) == "\0\3\0\x09\0\0\0\5\0\2kt\0"s);
}

TEST_CASE("the response to ApiVersions has the oldest header in every version") {
  CHECK(response_header_version(*find_api("ApiVersions"), 4) == 0);
  CHECK(response_header_version(*find_api("Metadata"), 8) == 0);
  CHECK(response_header_version(*find_api("Metadata"), 9) == 1);
}

TEST_CASE("a header is read back, tags included, and leaves the body") {
  auto bytes = "\0\3\0\x09\0\0\0\5\xff\xff\1\7\2xybody"s;
  ByteReader reader(bytes);
  RequestHeader header = decode_request_header(reader, *find_api("Metadata"));
  CHECK(header.correlation_id == 5);
  CHECK(!header.client_id);
  CHECK(header.unknown_tags.list() == std::vector<UnknownTag>{{7, "xy"}});
  CHECK(reader.rest() == "body");
}

TEST_CASE("a header cut short says whose it is") {
  ByteReader reader(std::string_view("\0\3\0\x09\0\0", 6));
  CHECK_THROWS_WITH_AS(decode_request_header(reader, *find_api("Metadata")),
                       "Metadata request: RequestHeader v2: correlationId: needs 4 bytes, 2 left",
                       DecodeError);
}
