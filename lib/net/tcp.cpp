#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstring>
#include <utility>
#include <vector>

#include "net/error.h"
#include "net/transport.h"

namespace kt::net {
namespace {

constexpr Milliseconds kNextAddressAfter{250};

/// Owns a descriptor.
class Socket {
 public:
  explicit Socket(int descriptor = -1) : descriptor_(descriptor) {}
  Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~Socket() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

NetError connect_error(const HostPort& target, int error) {
  std::string where = target.to_string();
  if (error == ECONNREFUSED)
    return {Failure::refused, "connection to " + where + " refused",
            "is a broker running there, and is this its port?"};
  if (error == ETIMEDOUT)
    return {Failure::timed_out, "no answer from " + where + " in time",
            "a firewall in between, or a machine that is down?"};
  return {Failure::unreachable, "cannot reach " + where + ": " + std::strerror(error)};
}

class TcpTransport final : public Transport {
 public:
  TcpTransport(Socket socket, std::string peer)
      : socket_(std::move(socket)), peer_(std::move(peer)) {
    int flags = ::fcntl(socket_.get(), F_GETFL);
    ::fcntl(socket_.get(), F_SETFL, flags | O_NONBLOCK);
    int on = 1;
    // Fails on socket pairs, where there is nothing to delay.
    ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  }

  size_t read_some(char* out, size_t size, Deadline deadline) override {
    while (true) {
      ssize_t count = ::recv(socket_.get(), out, size, 0);
      if (count > 0) return static_cast<size_t>(count);
      if (count == 0) throw closed("closed the connection");
      if (errno == EAGAIN)
        wait(POLLIN, deadline, "did not answer in time");
      else if (errno != EINTR)
        throw closed(std::strerror(errno));
    }
  }

  void write_all(std::span<const std::string_view> pieces, Deadline deadline) override {
    std::vector<iovec> left;
    for (auto piece : pieces)
      if (!piece.empty()) left.push_back({const_cast<char*>(piece.data()), piece.size()});
    size_t first = 0;
    while (first < left.size()) {
      msghdr message{};
      message.msg_iov = &left[first];
      message.msg_iovlen = std::min<size_t>(left.size() - first, IOV_MAX);
      ssize_t count = ::sendmsg(socket_.get(), &message, MSG_NOSIGNAL);
      if (count < 0 && errno == EAGAIN) {
        wait(POLLOUT, deadline, "took no more bytes in time");
        continue;
      }
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) throw closed(std::strerror(errno));
      auto written = static_cast<size_t>(count);
      while (first < left.size() && written >= left[first].iov_len)
        written -= left[first++].iov_len;
      if (first < left.size()) {
        left[first].iov_base = static_cast<char*>(left[first].iov_base) + written;
        left[first].iov_len -= written;
      }
    }
  }

  bool readable() const override { return wait_readable(Deadline(Milliseconds(0))); }
  bool wait_readable(Deadline deadline) const override {
    pollfd entry{socket_.get(), POLLIN, 0};
    while (true) {
      int ready = ::poll(&entry, 1, deadline.poll_timeout_ms());
      if (ready > 0) return true;
      if (ready == 0 || deadline.expired()) return false;
    }
  }
  int descriptor() const override { return socket_.get(); }
  void shut_down() override { ::shutdown(socket_.get(), SHUT_RDWR); }
  const std::string& peer() const override { return peer_; }

 private:
  NetError closed(const char* why) const {
    return {Failure::closed, fmt::format("{}: {}", peer_, why)};
  }

  void wait(short events, Deadline deadline, const char* what_failed) {
    pollfd entry{socket_.get(), events, 0};
    int ready = ::poll(&entry, 1, deadline.poll_timeout_ms());
    if (ready == 0 && deadline.expired())
      throw NetError(Failure::timed_out, fmt::format("{} {}", peer_, what_failed));
  }

  Socket socket_;
  std::string peer_;
};

/// The addresses of one target, raced.
class Race {
 public:
  Race(const HostPort& target, std::vector<SocketAddress> addresses)
      : target_(target), addresses_(interleave(std::move(addresses))) {}

  Socket run(Deadline deadline) {
    while (true) {
      if (next_ < addresses_.size() && (attempts_.empty() || next_start_.expired())) start_next();
      if (winner_.get() >= 0) return std::move(winner_);
      if (attempts_.empty() && next_ == addresses_.size())
        throw connect_error(target_, last_error_);
      if (deadline.expired()) throw connect_error(target_, ETIMEDOUT);
      wait(next_ < addresses_.size() ? std::min(deadline.remaining(), next_start_.remaining())
                                     : deadline.remaining());
    }
  }

 private:
  /// Families in turn, so that a network without working IPv6 costs one step and not all of them.
  static std::vector<SocketAddress> interleave(std::vector<SocketAddress> addresses) {
    std::vector<SocketAddress> first, other, result;
    for (auto& address : addresses)
      (address.family() == addresses.front().family() ? first : other).push_back(address);
    for (size_t i = 0; i < std::max(first.size(), other.size()); ++i) {
      if (i < first.size()) result.push_back(first[i]);
      if (i < other.size()) result.push_back(other[i]);
    }
    return result;
  }

  void start_next() {
    const auto& address = addresses_[next_++];
    next_start_ = Deadline(kNextAddressAfter);
    Socket socket(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (socket.get() < 0) {
      last_error_ = errno;
      return;
    }
    auto* raw = reinterpret_cast<const sockaddr*>(&address.storage);
    if (::connect(socket.get(), raw, address.length) == 0)
      winner_ = std::move(socket);
    else if (errno == EINPROGRESS)
      attempts_.push_back(std::move(socket));
    else
      last_error_ = errno;
  }

  void wait(Milliseconds at_most) {
    std::vector<pollfd> entries;
    for (const auto& attempt : attempts_) entries.push_back({attempt.get(), POLLOUT, 0});
    int timeout_ms = static_cast<int>(std::min<int64_t>(at_most.count(), 1'000'000'000));
    if (::poll(entries.data(), entries.size(), timeout_ms) <= 0) return;
    for (size_t i = entries.size(); i-- > 0;) {
      if (entries[i].revents == 0) continue;
      int error = 0;
      socklen_t length = sizeof error;
      ::getsockopt(attempts_[i].get(), SOL_SOCKET, SO_ERROR, &error, &length);
      if (error == 0)
        winner_ = std::move(attempts_[i]);
      else
        last_error_ = error;
      attempts_.erase(attempts_.begin() + static_cast<ptrdiff_t>(i));
    }
  }

  const HostPort& target_;
  std::vector<SocketAddress> addresses_;
  std::vector<Socket> attempts_;
  Socket winner_;
  size_t next_ = 0;
  Deadline next_start_{Milliseconds(0)};
  int last_error_ = ECONNREFUSED;
};

}  // namespace

std::unique_ptr<Transport> connect_tcp(const HostPort& target, Deadline deadline) {
  auto addresses = resolve(target, deadline);
  return std::make_unique<TcpTransport>(Race(target, std::move(addresses)).run(deadline),
                                        target.to_string());
}

std::unique_ptr<Transport> adopt_socket(int descriptor, std::string peer) {
  return std::make_unique<TcpTransport>(Socket(descriptor), std::move(peer));
}

}  // namespace kt::net
