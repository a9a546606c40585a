// One client's socket: frames in, replies out. As in Kafka, a connection has one request in work at
// a time and is not read while an answer is awaited or still being sent, so a slow or flooding
// client can't make the sandbox grow. A frame with an impossible length closes the connection.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/buffer.h"
#include "net/tls/server.h"
#include "sandbox/event_loop.h"
#include "sandbox/output.h"
#include "sandbox/sasl.h"

namespace kt::sandbox {

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  /// Is given each frame, without its length; must cause exactly one reply(), skip_reply() or
  /// close(), now or later. The frame stays where it is until then.
  using OnFrame = std::function<void(const std::shared_ptr<Connection>&, std::string_view frame)>;

  /// Takes the descriptor over; speaks TLS where there is a context for it.
  Connection(EventLoop& loop, int fd, std::string peer_host, int32_t max_frame_bytes,
             const net::TlsServerContext* tls, OnFrame on_frame);
  ~Connection();

  void start();
  /// Answers the frame in work; `output` begins with the length. Does nothing once closed.
  void reply(Output output);
  /// Goes on without an answer (acks=0).
  void skip_reply();
  void close();
  bool is_open() const { return fd_ >= 0; }
  /// Closes the connection after `size_bytes` more bytes of replies.
  void cut_after(size_t size_bytes) { bytes_until_cut_ = size_bytes; }
  /// Called once, when the connection has closed.
  void on_close(std::function<void()> action) { on_close_ = std::move(action); }

  const std::string& peer_host() const { return peer_host_; }
  /// The subject of its certificate; empty without one.
  std::string subject() const { return tls_ ? tls_->client_subject() : ""; }
  /// Who it is, or is about to say it is.
  std::unique_ptr<SaslSession> sasl;

 private:
  void progress();
  bool flush();
  std::optional<std::string_view> next_frame();
  bool receive();
  void consume_frame();

  EventLoop& loop_;
  int fd_;
  std::unique_ptr<net::TlsServerStream> tls_;
  std::string peer_host_;
  int32_t max_frame_bytes_;
  OnFrame on_frame_;
  std::function<void()> on_close_;

  Buffer input_;
  size_t begin_ = 0;        // of the first byte in input_ that no handled frame covers
  size_t frame_bytes_ = 0;  // of the frame in work, its length included
  Output output_;
  std::optional<size_t> bytes_until_cut_;
  bool awaiting_reply_ = false;
  bool in_progress_ = false;
  uint32_t interest_ = 0;
};

}  // namespace kt::sandbox
