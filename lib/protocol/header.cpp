// Headers are few and fixed, so they are written out by hand.
#include "protocol/header.h"

namespace kt {
namespace {

constexpr int16_t kControlledShutdown = 7;
constexpr int16_t kApiVersions = 18;

void encode_tags(ByteWriter& writer, const UnknownTags& tags) {
  writer.uvarint(tags.list().size());
  for (const auto& tag : tags.list()) {
    writer.uvarint(tag.tag);
    writer.uvarint(tag.bytes.size());
    writer.bytes(tag.bytes);
  }
}

UnknownTags decode_tags(ByteReader& reader) {
  UnknownTags tags;
  for (uint32_t count = reader.uvarint(); count > 0; --count) {
    uint32_t tag = reader.uvarint();
    uint32_t size = reader.uvarint();
    tags.add({tag, std::string(reader.take(size))});
  }
  return tags;
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
  ByteWriter writer(out);
  int form = request_header_version(api, header.api_version);
  writer.integer(header.api_key);
  writer.integer(header.api_version);
  writer.integer(header.correlation_id);
  if (form == 0) return;
  writer.integer(static_cast<int16_t>(header.client_id ? header.client_id->size() : -1));
  if (header.client_id) writer.bytes(*header.client_id);
  if (form == 2) encode_tags(writer, header.unknown_tags);
}

void encode_header(std::string& out, const Api& api, int16_t version,
                   const ResponseHeader& header) {
  ByteWriter writer(out);
  writer.integer(header.correlation_id);
  if (response_header_version(api, version) == 1) encode_tags(writer, header.unknown_tags);
}

RequestKind peek_request(std::string_view frame) {
  ByteReader reader(frame);
  RequestKind kind;
  kind.api_key = reader.integer<int16_t>();
  kind.api_version = reader.integer<int16_t>();
  return kind;
}

RequestHeader decode_request_header(ByteReader& reader, const Api& api) {
  RequestHeader header;
  try {
    header.api_key = reader.integer<int16_t>();
    header.api_version = reader.integer<int16_t>();
    header.correlation_id = reader.integer<int32_t>();
    int form = request_header_version(api, header.api_version);
    if (form == 0) return header;
    auto size = reader.integer<int16_t>();
    if (size < -1) throw DecodeError("client id of " + std::to_string(size) + " bytes");
    if (size >= 0) header.client_id = std::string(reader.take(static_cast<size_t>(size)));
    if (form == 2) header.unknown_tags = decode_tags(reader);
  } catch (const DecodeError& error) {
    throw DecodeError("header of " + std::string(api.name) + " request: " + error.message());
  }
  return header;
}

ResponseHeader decode_response_header(ByteReader& reader, const Api& api, int16_t version) {
  ResponseHeader header;
  try {
    header.correlation_id = reader.integer<int32_t>();
    if (response_header_version(api, version) == 1) header.unknown_tags = decode_tags(reader);
  } catch (const DecodeError& error) {
    throw DecodeError("header of " + std::string(api.name) + " response: " + error.message());
  }
  return header;
}

}  // namespace kt
