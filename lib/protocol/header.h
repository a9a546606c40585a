// Request and response headers. Their version follows from the API and its version, with two
// exceptions: the response to ApiVersions always has header v0, and ControlledShutdown v0 is asked
// without a client id.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "protocol/msg/headers.h"
#include "protocol/schema.h"

namespace kt {

using msg::RequestHeader;
using msg::ResponseHeader;

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
