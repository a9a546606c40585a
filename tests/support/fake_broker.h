// A scripted broker for client tests: answers each request by a function of its API, or closes as
// old releases do. It keeps no state of its own.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "protocol/header.h"
#include "protocol/message.h"
#include "protocol/msg/api_versions.h"
#include "protocol/msg/metadata.h"
#include "support/scripted_peer.h"

namespace kt::test {

class FakeBroker {
 public:
  /// The response body for a request, or nothing to close the connection.
  using Handler = std::function<std::optional<std::string>(std::string_view body, int16_t version)>;

  explicit FakeBroker(const char* address = "127.0.0.1")
      : peer_([this](PeerConnection& connection) { serve(connection); }, address) {}

  /// Answers the requests of an API with what `handler` makes of them. Before the first connection.
  template <class M>
  void on(std::function<typename M::Response(const M&, int16_t version)> handler) {
    handlers_[M::api().key] = [handler](std::string_view body, int16_t version) {
      std::string out;
      encode(out, handler(decode<M>(body, version), version), version);
      return std::optional(out);
    };
  }
  /// Tells these ranges of versions to ApiVersions up to v3, and refuses later versions as 2.4+
  /// does.
  void speaks(std::vector<msg::ApiVersionsResponse::ApiKey> ranges) {
    ranges.push_back(range(18, 0, 3));
    handlers_[18] = [ranges](std::string_view, int16_t version) {
      msg::ApiVersionsResponse response;
      response.api_keys = ranges;
      std::string out;
      if (version > 3) {
        response.error_code = 35;
        response.api_keys = {range(18, 0, 3)};
      }
      encode(out, response, version > 3 ? int16_t{0} : version);
      return std::optional(out);
    };
  }
  void on_raw(int16_t api_key, Handler handler) { handlers_[api_key] = std::move(handler); }

  static msg::ApiVersionsResponse::ApiKey range(int16_t key, int16_t min, int16_t max) {
    msg::ApiVersionsResponse::ApiKey entry;
    entry.api_key = key;
    entry.min_version = min;
    entry.max_version = max;
    return entry;
  }

  uint16_t port() const { return peer_.port(); }
  int connections() const { return peer_.connections(); }

 private:
  /// The first question of a client that finds out whether we are older than 0.10, which counts
  /// for no test: only who tells versions reads Metadata v1 as what it is.
  bool asks_age(const RequestKind& kind, std::string_view body) const {
    return kind.api_key == msg::MetadataRequest::api().key && kind.api_version == 1 &&
           handlers_.contains(18) && body == std::string_view("\0\0\0\0", 4);
  }
  static std::optional<std::string> no_topics() {
    std::string out;
    encode(out, msg::MetadataResponse{}, 1);
    return out;
  }

  void serve(PeerConnection& connection) {
    while (true) {
      std::string frame = connection.read_frame();
      if (frame.empty()) return;
      auto kind = peek_request(frame);
      auto handler = handlers_.find(kind.api_key);
      if (handler == handlers_.end()) return;
      const Api& api = *find_api(kind.api_key);
      ByteReader reader(frame);
      auto header = decode_request_header(reader, api);
      std::string_view request = reader.rest();
      auto body =
          asks_age(kind, request) ? no_topics() : handler->second(request, kind.api_version);
      if (!body) return;
      std::string answer;
      encode_header(answer, api, kind.api_version, ResponseHeader{header.correlation_id});
      connection.write_frame(answer + *body);
    }
  }

  std::map<int16_t, Handler> handlers_;
  ScriptedPeer peer_;
};

}  // namespace kt::test
