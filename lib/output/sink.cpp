#include "output/sink.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace kt {

Sink::Sink(int fd, std::string name) : fd_(fd), name_(std::move(name)), terminal_(isatty(fd) == 1) {
  buffer_.reserve(kBufferBytes);
}

void Sink::write_through(std::string_view bytes) {
  if (text_) {
    *text_ += bytes;
    return;
  }
  flush();
  if (bytes.size() < kBufferBytes) {
    buffer_ = bytes;
  } else {
    write_all(bytes);
  }
}

void Sink::flush() {
  // Emptied before writing: after a failure the rest must not be tried again at exit.
  std::string pending = std::move(buffer_);
  buffer_.clear();
  write_all(pending);
  pending.clear();
  buffer_ = std::move(pending);
}

void Sink::say(std::string_view text) {
  std::lock_guard lock(saying_);
  write(text);
  flush();
}

void Sink::write_all(std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t written = ::write(fd_, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<size_t>(written));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      pollfd writable{fd_, POLLOUT, 0};
      ::poll(&writable, 1, -1);
    } else if (errno == EINTR) {
      continue;
    } else if (may_fail) {
      return;
    } else if (errno == EPIPE) {
      throw OutputClosed();
    } else {
      throw Error("cannot write to " + name_ + ": " + std::strerror(errno));
    }
  }
}

int Sink::columns() const {
  winsize size{};
  if (!terminal_ || ioctl(fd_, TIOCGWINSZ, &size) != 0) return 0;
  return size.ws_col;
}

}  // namespace kt
