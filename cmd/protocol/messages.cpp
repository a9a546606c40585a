// Names and bytes for the commands `kt protocol ...`.
#include "protocol/messages.h"

#include "base/text.h"
#include "protocol/header.h"

namespace kt {
namespace {

std::string ranged(Versions versions) {
  auto first = std::to_string(versions.first);
  return versions.first == versions.last
             ? "version " + first
             : "versions " + first + " to " + std::to_string(versions.last);
}

/// Table and version of the header that goes with a message.
std::pair<const MessageTable*, int16_t> header_of(const NamedMessage& message) {
  if (!message.api)
    throw Error(std::string(message.table->name) + " is no request or response: it has no frame",
                Exit::usage);
  if (message.table->kind == MessageKind::request)
    return {&RequestHeader::table(),
            static_cast<int16_t>(request_header_version(*message.api, message.version))};
  return {&ResponseHeader::table(),
          static_cast<int16_t>(response_header_version(*message.api, message.version))};
}

void require_same(const NamedMessage& message, const RequestHeader& header) {
  if (header.api_key == message.api->key && header.api_version == message.version) return;
  const Api* other = find_api(header.api_key);
  throw Error("the frame is " +
                  (other ? std::string(other->name) : "API " + std::to_string(header.api_key)) +
                  " v" + std::to_string(header.api_version) + ", not " +
                  std::string(message.api->name) + " v" + std::to_string(message.version),
              Exit::usage);
}

}  // namespace

std::string decode_frame(const NamedMessage& message, std::string_view& bytes, JsonForm form) {
  auto [header_table, header_version] = header_of(message);
  ByteReader reader(bytes);
  auto size = reader.integer<int32_t>();
  if (size < 0) throw DecodeError("a frame of " + std::to_string(size) + " bytes");
  std::string_view frame = reader.take(static_cast<size_t>(size));
  bytes = reader.rest();
  bool request = message.table->kind == MessageKind::request;
  if (request) {
    RequestKind kind = peek_request(frame);
    require_same(message, {.api_key = kind.api_key, .api_version = kind.api_version});
  }
  AnyMessage header(*header_table), body(*message.table);
  size_t header_size = decode(*header_table, header.get(), frame, header_version);
  std::string_view rest = frame.substr(header_size);
  require_all_read(*message.table, message.version,
                   decode(*message.table, body.get(), rest, message.version), rest.size());
  std::string json = "{\"header\":";
  write_json(json, *header_table, header.get(), header_version, form);
  json += ",\"body\":";
  write_json(json, *message.table, body.get(), message.version, form);
  return json + "}";
}

std::string encode_frame(const NamedMessage& message, std::string_view json) {
  auto [header_table, header_version] = header_of(message);
  FrameJson frame = split_frame_json(json);
  AnyMessage header = read_json(*header_table, frame.header, header_version);
  if (message.table->kind == MessageKind::request) {
    auto& fields = *static_cast<RequestHeader*>(header.get());
    if (fields.api_key == 0 && fields.api_version == 0) {
      fields.api_key = message.api->key;
      fields.api_version = message.version;
    }
    require_same(message, fields);
  }
  AnyMessage body = read_json(*message.table, frame.body, message.version);
  std::string bytes(4, '\0');
  encode(bytes, *header_table, header.get(), header_version);
  encode(bytes, *message.table, body.get(), message.version);
  store_big_endian(bytes.data(), static_cast<int32_t>(bytes.size() - 4));
  return bytes;
}

NamedMessage find_message(std::string_view name, bool response) {
  if (const Api* api = find_api(name)) return {response ? api->response : api->request, api, 0};
  int64_t key = 0;
  if (parse_int64(name, key) && key >= 0 && key < 1000)
    if (const Api* api = find_api(static_cast<int16_t>(key)))
      return {response ? api->response : api->request, api, 0};
  if (const MessageTable* data = find_data_message(name)) return {data, nullptr, 0};
  std::vector<std::string_view> names;
  for (const auto& api : apis()) names.push_back(api.name);
  for (const auto* data : data_messages()) names.push_back(data->name);
  throw Error("no message is called " + in_quotes(name) + did_you_mean(name, names), Exit::usage,
              "kt protocol apis --release 4.3 lists the APIs");
}

NamedMessage find_message(std::string_view name, std::string_view version, bool response) {
  NamedMessage message = find_message(name, response);
  std::string_view digits = version.starts_with('v') ? version.substr(1) : version;
  int64_t number = 0;
  if (!parse_int64(digits, number)) throw Error(in_quotes(version) + " is no version", Exit::usage);
  Versions known = message.table->versions;
  if (number < known.first || number > known.last)
    throw Error(
        std::string(message.table->name) + " has " + ranged(known) + ", not " + std::string(digits),
        Exit::usage);
  message.version = static_cast<int16_t>(number);
  return message;
}

std::string from_hex(std::string_view text) {
  std::string bytes;
  int high = -1;
  for (char c : text) {
    if (c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == ':') continue;
    int value = c >= '0' && c <= '9'   ? c - '0'
                : c >= 'a' && c <= 'f' ? c - 'a' + 10
                : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                       : -1;
    if (value < 0) throw Error("the input is not hex: " + in_quotes({&c, 1}), Exit::usage);
    if (high >= 0) bytes += static_cast<char>(high << 4 | value);
    high = high >= 0 ? -1 : value;
  }
  if (high >= 0) throw Error("the input is not hex: an odd number of digits", Exit::usage);
  return bytes;
}

std::string to_hex(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (unsigned char byte : bytes) text.append({kDigits[byte >> 4], kDigits[byte & 15]});
  return text;
}

}  // namespace kt
