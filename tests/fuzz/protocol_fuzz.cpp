// Messages from hostile bytes and JSON. Four bytes choose message (two), version and way in, the
// rest is the input. What can be read can be written, is read back the same, and survives JSON
// where its strings are UTF-8.
#include <cstdint>
#include <string>
#include <vector>

#include "base/utf8.h"
#include "protocol/header.h"
#include "protocol/json.h"

namespace {

using namespace kt;

void check(bool holds) {
  if (!holds) __builtin_trap();
}

const std::vector<const MessageTable*>& messages() {
  static const auto list = [] {
    std::vector<const MessageTable*> all;
    for (const auto& api : apis()) all.push_back(api.request), all.push_back(api.response);
    for (const auto* table : data_messages()) all.push_back(table);
    return all;
  }();
  return list;
}

std::string bytes_of(const AnyMessage& message, int16_t version) {
  std::string out;
  encode(out, message.table(), message.get(), version);
  return out;
}

void read_body(const MessageTable& table, int16_t version, std::string_view bytes) {
  AnyMessage message(table);
  size_t taken = decode(table, message.get(), bytes, version);
  check(taken <= bytes.size());
  std::string written = bytes_of(message, version);
  AnyMessage again(table);
  check(decode(table, again.get(), written, version) == written.size());
  check(bytes_of(again, version) == written);
  std::string json;
  write_json(json, table, message.get(), version);
  check(is_utf8(json));
  // JSON has no bytes that are not UTF-8, and but one NaN.
  if (json.find("\xef\xbf\xbd") != std::string::npos) return;
  if (json.find("\"NaN\"") != std::string::npos) return;
  check(bytes_of(read_json(table, json, version), version) == written);
}

void read_text(const MessageTable& table, int16_t version, std::string_view text) {
  AnyMessage message = read_json(table, text, version);
  std::string written = bytes_of(message, version);
  AnyMessage again(table);
  check(decode(table, again.get(), written, version) == written.size());
  check(bytes_of(again, version) == written);
}

void read_frame(std::string_view frame) {
  const Api* api = find_api(peek_request(frame).api_key);
  if (!api) return;
  ByteReader reader(frame);
  RequestHeader header = decode_request_header(reader, *api);
  std::string written;
  encode_header(written, *api, header);
  check(written.size() <= frame.size() + 8);
  if (api->request->versions.contains(header.api_version))
    read_body(*api->request, header.api_version, reader.rest());
}

void read(const uint8_t* choice, std::string_view input) {
  const auto& table = *messages()[(choice[0] | choice[1] << 8) % messages().size()];
  auto count = static_cast<uint8_t>(table.versions.last - table.versions.first + 1);
  auto version = static_cast<int16_t>(table.versions.first + choice[2] % count);
  switch (choice[3] % 4) {
    case 0:
    case 1:
      return read_body(table, version, input);
    case 2:
      return read_text(table, version, input);
    default:
      return read_frame(input);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 4) return 0;
  try {
    read(data, {reinterpret_cast<const char*>(data) + 4, size - 4});
  } catch (const Error&) {
  }
  return 0;
}
