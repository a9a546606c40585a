// Which version of the header goes with which message; data/headers.api describes them.
#include "protocol/header.h"

#include "protocol/message.h"

namespace kt {
namespace {

constexpr int16_t kControlledShutdown = 7;
constexpr int16_t kApiVersions = 18;

/// Reads a header off the front of `reader`.
template <class Header>
Header take_header(ByteReader& reader, const Api& api, int version, std::string_view kind) {
  Header header;
  ByteReader ahead = reader;
  try {
    reader.take(decode(Header::table(), &header, ahead.rest(), static_cast<int16_t>(version)));
  } catch (const DecodeError& error) {
    throw DecodeError(std::string(api.name) + " " + std::string(kind) + ": " + error.message());
  }
  return header;
}

}  // namespace

int request_header_version(const Api& api, int16_t version) {
  if (api.key == kControlledShutdown && version == 0) return 0;
  return version >= api.flexible_from ? 2 : 1;
}

int response_header_version(const Api& api, int16_t version) {
  return version >= api.flexible_from && api.key != kApiVersions ? 1 : 0;
}

void encode_header(std::string& out, const Api& api, const RequestHeader& header) {
  encode(out, header, static_cast<int16_t>(request_header_version(api, header.api_version)));
}

void encode_header(std::string& out, const Api& api, int16_t version,
                   const ResponseHeader& header) {
  encode(out, header, static_cast<int16_t>(response_header_version(api, version)));
}

RequestKind peek_request(std::string_view frame) {
  ByteReader reader(frame);
  RequestKind kind;
  kind.api_key = reader.integer<int16_t>();
  kind.api_version = reader.integer<int16_t>();
  return kind;
}

RequestHeader decode_request_header(ByteReader& reader, const Api& api) {
  ByteReader ahead = reader;
  int16_t version = peek_request(ahead.rest()).api_version;
  return take_header<RequestHeader>(reader, api, request_header_version(api, version), "request");
}

ResponseHeader decode_response_header(ByteReader& reader, const Api& api, int16_t version) {
  return take_header<ResponseHeader>(reader, api, response_header_version(api, version),
                                     "response");
}

}  // namespace kt
