#include "sandbox/connection.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/bytes.h"

namespace kt::sandbox {
namespace {

constexpr size_t kReadBytes = 64 << 10;
constexpr size_t kKeptInputBytes = 1 << 20;   // a larger buffer is given back when it is empty
constexpr size_t kSendBytesAtOnce = 2 << 20;  // then other connections get their turn
constexpr int kFramesAtOnce = 64;

}  // namespace

Connection::Connection(EventLoop& loop, int fd, std::string peer_host, int32_t max_frame_bytes,
                       const net::TlsServerContext* tls, OnFrame on_frame)
    : loop_(loop),
      fd_(fd),
      tls_(tls ? std::make_unique<net::TlsServerStream>(*tls, fd) : nullptr),
      peer_host_(std::move(peer_host)),
      max_frame_bytes_(max_frame_bytes),
      on_frame_(std::move(on_frame)) {}

Connection::~Connection() { close(); }

void Connection::start() {
  interest_ = EPOLLIN;
  loop_.watch(fd_, interest_, [self = shared_from_this()](uint32_t events) {
    if (events & (EPOLLERR | EPOLLHUP)) return self->close();
    self->progress();
  });
}

void Connection::reply(Output output) {
  if (!is_open()) return;
  output_.add(std::move(output));
  skip_reply();
}

void Connection::skip_reply() {
  if (!is_open()) return;
  consume_frame();
  awaiting_reply_ = false;
  // Not at once: who answers from elsewhere must not find the next request served in the middle of
  // its own work.
  if (!in_progress_) loop_.after(0, [self = shared_from_this()] { self->progress(); });
}

void Connection::close() {
  if (fd_ < 0) return;
  int fd = std::exchange(fd_, -1);
  loop_.unwatch(fd);
  if (tls_) tls_->end();
  ::close(fd);
  if (auto action = std::exchange(on_close_, nullptr)) action();
}

void Connection::progress() {
  if (!is_open()) return;
  auto self = shared_from_this();  // a handler may close us
  in_progress_ = true;
  int frames_left = kFramesAtOnce;
  while (is_open() && flush() && !awaiting_reply_ && frames_left > 0) {
    if (auto frame = next_frame()) {
      --frames_left;
      awaiting_reply_ = true;
      on_frame_(self, *frame);
    } else if (is_open() && !receive()) {
      break;
    }
  }
  in_progress_ = false;
  if (!is_open()) return;
  if (frames_left == 0) loop_.after(0, [self] { self->progress(); });
  uint32_t wanted = 0;
  if (!output_.empty())
    wanted = EPOLLOUT;
  else if (!awaiting_reply_ && frames_left > 0)
    wanted = EPOLLIN;
  if (wanted != interest_) loop_.change(fd_, wanted);
  interest_ = wanted;
}

/// Whether everything has been sent.
bool Connection::flush() {
  if (output_.empty()) return true;
  size_t limit = std::min(kSendBytesAtOnce, bytes_until_cut_.value_or(kSendBytesAtOnce));
  ssize_t sent = output_.send_some(fd_, tls_.get(), limit);
  if (sent < 0) {
    close();
    return false;
  }
  if (bytes_until_cut_ && (*bytes_until_cut_ -= static_cast<size_t>(sent)) == 0) {
    close();
    return false;
  }
  return output_.empty();
}

std::optional<std::string_view> Connection::next_frame() {
  size_t have = input_.size() - begin_;
  if (have < 4) return std::nullopt;
  auto size = load_big_endian<int32_t>(input_.data() + begin_);
  if (size < 0 || size > max_frame_bytes_) {
    close();
    return std::nullopt;
  }
  if (have - 4 < static_cast<size_t>(size)) return std::nullopt;
  frame_bytes_ = 4 + static_cast<size_t>(size);
  return input_.view().substr(begin_ + 4, static_cast<size_t>(size));
}

/// Reads what has arrived; false where there is nothing now or the peer has gone.
bool Connection::receive() {
  if (begin_ > 0) {
    size_t left = input_.size() - begin_;
    std::memmove(input_.data(), input_.data() + begin_, left);
    input_.resize(left);
    begin_ = 0;
  }
  size_t old_size = input_.size();
  // Grows with what arrives, never by what a length merely claims.
  size_t room = std::max(kReadBytes, input_.capacity() - old_size);
  if (input_.capacity() < old_size + room) input_.reserve(std::max(old_size + room, 2 * old_size));
  char* free = input_.data() + old_size;
  size_t free_bytes = input_.capacity() - old_size;
  ssize_t got = tls_ ? tls_->read(free, free_bytes) : recv(fd_, free, free_bytes, 0);
  if (got > 0) {
    input_.resize(old_size + static_cast<size_t>(got));
    return true;
  }
  if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return false;
  if (got < 0 && errno == EINTR) return true;
  close();
  return false;
}

void Connection::consume_frame() {
  begin_ += std::exchange(frame_bytes_, 0);
  if (begin_ < input_.size()) return;
  begin_ = 0;
  input_.resize(0);
  if (input_.capacity() > kKeptInputBytes) input_ = Buffer();
}

}  // namespace kt::sandbox
