// Request and response headers. Their version follows from the API and its version, with two
// exceptions: the response to ApiVersions always has header v0, and ControlledShutdown v0 is asked
// without a client id.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "protocol/schema.h"
#include "protocol/unknown_tags.h"

namespace kt {

struct RequestHeader {
  int16_t api_key = 0;
  int16_t api_version = 0;
  int32_t correlation_id = 0;
  std::optional<std::string> client_id;
  UnknownTags unknown_tags{};
};

struct ResponseHeader {
  int32_t correlation_id = 0;
  UnknownTags unknown_tags{};
};

/// 0, 1 or 2.
int request_header_version(const Api& api, int16_t version);
/// 0 or 1.
int response_header_version(const Api& api, int16_t version);

void encode_header(std::string& out, const Api& api, const RequestHeader& header);
void encode_header(std::string& out, const Api& api, int16_t version, const ResponseHeader& header);

/// Key and version of a request, which stand first whatever follows. Throws where there are fewer
/// than 4 bytes.
struct RequestKind {
  int16_t api_key = 0;
  int16_t api_version = 0;
};
RequestKind peek_request(std::string_view frame);

/// Reads the header of a request to a known API and leaves `reader` at the body. Its version may be
/// one that kt does not have.
RequestHeader decode_request_header(ByteReader& reader, const Api& api);
ResponseHeader decode_response_header(ByteReader& reader, const Api& api, int16_t version);

}  // namespace kt
