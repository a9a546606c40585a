// A blocking client of one connection, enough to ask the sandbox anything and to look at raw bytes.
#pragma once

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <string>
#include <string_view>

#include "protocol/header.h"
#include "protocol/message.h"

namespace kt::test {

class Client {
 public:
  /// `address` as in Sandbox::bootstrap(); the first of a list counts.
  explicit Client(const std::string& address) {
    auto first = address.substr(0, address.find(','));
    auto colon = first.rfind(':');
    sockaddr_in peer{};
    peer.sin_family = AF_INET;
    peer.sin_port = htons(static_cast<uint16_t>(std::stoi(first.substr(colon + 1))));
    inet_pton(AF_INET, first.substr(0, colon).c_str(), &peer.sin_addr);
    fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    timeval limit{.tv_sec = 20, .tv_usec = 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    REQUIRE(connect(fd_, reinterpret_cast<sockaddr*>(&peer), sizeof peer) == 0);
  }
  ~Client() { close(fd_); }
  Client(const Client&) = delete;

  void send_bytes(std::string_view bytes) {
    while (!bytes.empty()) {
      auto sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
  }
  void send_frame(std::string_view frame) {
    std::string bytes(4, '\0');
    store_big_endian(bytes.data(), static_cast<int32_t>(frame.size()));
    send_bytes(bytes.append(frame));
  }
  /// The next frame; empty where the connection was closed.
  std::string receive_frame() {
    std::string size = receive(4);
    if (size.size() < 4) return {};
    return receive(static_cast<size_t>(load_big_endian<int32_t>(size.data())));
  }
  bool closed_by_peer() { return receive(1).empty(); }

  template <class Request>
  void send_request(const Request& request, int16_t version) {
    std::string frame;
    encode_header(frame, Request::api(),
                  {.api_key = Request::api().key,
                   .api_version = version,
                   .correlation_id = ++correlation_,
                   .client_id = "test"});
    encode(frame, request, version);
    send_frame(frame);
  }
  template <class Request>
  typename Request::Response receive_response(int16_t version) {
    frame_ = receive_frame();
    REQUIRE(!frame_.empty());
    ByteReader reader(frame_);
    auto header = decode_response_header(reader, Request::api(), version);
    CHECK(header.correlation_id == correlation_);
    return decode<typename Request::Response>(std::string_view(frame_).substr(reader.position()),
                                              version);
  }
  template <class Request>
  typename Request::Response ask(const Request& request, int16_t version) {
    send_request(request, version);
    return receive_response<Request>(version);
  }

 private:
  std::string receive(size_t size) {
    std::string bytes(size, '\0');
    size_t got = 0;
    while (got < size) {
      auto now = recv(fd_, bytes.data() + got, size - got, 0);
      if (now <= 0) break;
      got += static_cast<size_t>(now);
    }
    bytes.resize(got);
    return bytes;
  }

  int fd_;
  int32_t correlation_ = 0;
  std::string frame_;  // the last response; `records` are views into it
};

}  // namespace kt::test
