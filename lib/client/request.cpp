#include "client/request.h"

namespace kt {

AnyRequest any_request(const Api& api, const void* message) {
  return {&api, [&api, message](std::string& out, int16_t version, std::vector<size_t>&) {
            encode(out, *api.request, message, version);
          }};
}

AnyRequest any_request_around(const Api& api, const void* message,
                              std::vector<std::string_view> records) {
  return {&api,
          [&api, message](std::string& out, int16_t version, std::vector<size_t>& gaps) {
            encode_around_records(out, *api.request, message, version, gaps);
          },
          std::move(records)};
}

void decode_body(const ResponseFrame& frame, const MessageTable& table, void* message) {
  auto body = frame.body();
  try {
    require_all_read(table, frame.version, decode(table, message, body, frame.version),
                     body.size());
  } catch (const DecodeError& error) {
    throw_unreadable(frame, error.message());
  }
}

}  // namespace kt
