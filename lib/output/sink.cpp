#include "output/sink.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/clock.h"
#include "base/error.h"
#include "base/text.h"
#include "base/time.h"
#include "output/json.h"

namespace kt {
namespace {

constexpr std::string_view kProgram = "kt: ", kWarning = "kt: warning: ";

/// What a line for people is, by how it begins; the beginning comes off.
std::string_view level_of(std::string_view& line) {
  if (line.starts_with(kWarning)) return line.remove_prefix(kWarning.size()), "warning";
  if (line.starts_with(kProgram)) return line.remove_prefix(kProgram.size()), "error";
  return "info";
}

std::string json_line(std::string_view level, std::string_view message,
                      const std::vector<std::pair<std::string_view, int64_t>>& fields) {
  std::string line;
  JsonWriter json(line);
  json.begin_object();
  json.key("time");
  json.text(format_utc(Clock::system().wall_ms()));
  json.key("level");
  json.text(level);
  json.key("message");
  json.text(message);
  for (const auto& [name, value] : fields) {
    json.key(name);
    json.integer(value);
  }
  json.end_object();
  return line + '\n';
}

}  // namespace

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
  std::string lines;
  if (logs_json_)
    for (auto line : split(text, '\n'))
      if (!line.empty()) lines += json_line(level_of(line), line, {});
  std::lock_guard lock(saying_);
  write(logs_json_ ? std::string_view(lines) : text);
  flush();
}

void Sink::log(std::string_view message,
               const std::vector<std::pair<std::string_view, int64_t>>& fields) {
  auto line = logs_json_ ? json_line("info", message, fields) : fmt::format("kt: {}\n", message);
  std::lock_guard lock(saying_);
  write(line);
  flush();
}

void Sink::log_as_json() {
  logs_json_ = true;
  terminal_ = color = false;
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
