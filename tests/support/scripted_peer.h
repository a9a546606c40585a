// A loopback listener whose every connection runs a script on a thread of its own: brokers that
// answer garbage, half an answer, or nothing at all.
#pragma once

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/bytes.h"

namespace kt::test {

/// One accepted connection, as the script sees it. All calls end quietly when the client has gone.
class PeerConnection {
 public:
  explicit PeerConnection(int descriptor) : descriptor_(descriptor) {}

  /// The next frame without its length; empty where the client closed.
  std::string read_frame() {
    std::string length = read(4);
    if (length.size() < 4) return {};
    return read(static_cast<size_t>(load_big_endian<int32_t>(length.data())));
  }
  std::string read(size_t size) {
    std::string bytes(size, '\0');
    size_t done = 0;
    while (done < size) {
      ssize_t count = ::recv(descriptor_, bytes.data() + done, size - done, 0);
      if (count <= 0) return {};
      done += static_cast<size_t>(count);
    }
    return bytes;
  }
  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      ssize_t count = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) return;
      bytes.remove_prefix(static_cast<size_t>(count));
    }
  }
  void write_frame(std::string_view body) {
    std::string frame;
    ByteWriter(frame).integer(static_cast<int32_t>(body.size()));
    write(frame.append(body));
  }
  int descriptor() const { return descriptor_; }
  /// Ends the connection, also while another thread reads from it.
  void shut_down() { ::shutdown(descriptor_, SHUT_RDWR); }
  /// Waits until the client closes, or the peer is destroyed.
  void wait_for_close() {
    while (!read(1).empty()) {
    }
  }

 private:
  int descriptor_;
};

class ScriptedPeer {
 public:
  using Script = std::function<void(PeerConnection&)>;

  /// Listens on a free port of `address`, or on one that another peer had; `script` runs for every
  /// connection, which is closed after it.
  explicit ScriptedPeer(Script script, const char* address = "127.0.0.1", uint16_t port = 0)
      : script_(std::move(script)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(port);
    ::inet_pton(AF_INET, address, &where.sin_addr);
    // A free port is nobody else's, and one that ends may be taken again at once.
    if (port != 0) allow_reuse();
    socklen_t length = sizeof where;
    auto* raw = reinterpret_cast<sockaddr*>(&where);
    bool is_bound = ::bind(listener_, raw, length) == 0;
    allow_reuse();
    if (!is_bound || ::listen(listener_, 64) != 0)
      throw std::runtime_error("the scripted peer cannot listen");
    ::getsockname(listener_, raw, &length);
    port_ = ntohs(where.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
  }
  ~ScriptedPeer() {
    stopping_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    {
      std::lock_guard lock(mutex_);
      for (int descriptor : descriptors_) ::shutdown(descriptor, SHUT_RDWR);
    }
    for (auto& thread : threads_) thread.join();
    for (int descriptor : descriptors_) ::close(descriptor);
    ::close(listener_);
  }
  ScriptedPeer(const ScriptedPeer&) = delete;

  uint16_t port() const { return port_; }
  /// How many connections have been accepted so far.
  int connections() const { return connections_; }

 private:
  void allow_reuse() const {
    const int yes = 1;
    ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  }

  void accept_all() {
    while (!stopping_) {
      int descriptor = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (descriptor < 0) return;
      ++connections_;
      std::lock_guard lock(mutex_);
      descriptors_.push_back(descriptor);
      threads_.emplace_back([this, descriptor] {
        PeerConnection connection(descriptor);
        script_(connection);
        ::shutdown(descriptor, SHUT_RDWR);
      });
    }
  }

  Script script_;
  int listener_;
  uint16_t port_ = 0;
  std::atomic<bool> stopping_ = false;
  std::atomic<int> connections_ = 0;
  std::mutex mutex_;
  std::vector<int> descriptors_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

/// A port of 127.0.0.1 on which connecting neither succeeds nor fails: its queue is full for good.
class BlackHole {
 public:
  BlackHole() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof where;
    auto* raw = reinterpret_cast<sockaddr*>(&where);
    if (::bind(listener_, raw, length) != 0 || ::listen(listener_, 0) != 0)
      throw std::runtime_error("the black hole cannot listen");
    ::getsockname(listener_, raw, &length);
    port_ = ntohs(where.sin_port);
    for (int& filler : fillers_) {
      filler = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
      ::connect(filler, raw, length);
    }
  }
  ~BlackHole() {
    for (int filler : fillers_) ::close(filler);
    ::close(listener_);
  }
  BlackHole(const BlackHole&) = delete;

  uint16_t port() const { return port_; }

 private:
  int listener_;
  int fillers_[4];
  uint16_t port_ = 0;
};

}  // namespace kt::test
