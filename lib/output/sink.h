// Where output goes: a file descriptor or a string, buffered. A reader that went away ends kt
// quietly, a full disk with a sentence, and a pipe that is non-blocking is waited for.
#pragma once

#include <cstdint>
#include <exception>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kt {

/// Nobody reads standard output any more: the command ends quietly with exit code 0.
class OutputClosed : public std::exception {
 public:
  const char* what() const noexcept override { return "nobody reads the output any more"; }
};

class Sink {
 public:
  /// Writes to `fd`; `name` is what errors call it ("standard output").
  Sink(int fd, std::string name);
  /// Collects everything in `text`, for tests.
  explicit Sink(std::string& text) : text_(&text) {}
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;

  /// Throws OutputClosed, or Error where writing fails. Written bytes may stay buffered until
  /// flush().
  void write(std::string_view bytes) {
    if (buffer_.size() + bytes.size() <= kBufferBytes && !text_) {
      buffer_ += bytes;
    } else {
      write_through(bytes);
    }
  }
  void flush();
  /// Written and flushed as one, for what several threads say on stderr.
  void say(std::string_view text);
  /// A line for people, `kt: message`; with numbers as fields of their own where lines are JSON.
  void log(std::string_view message,
           const std::vector<std::pair<std::string_view, int64_t>>& fields);
  /// From here on what is said is for machines: a JSON object a line with time, level and message.
  void log_as_json();
  bool logs_json() const { return logs_json_; }

  /// True where a person looks at it.
  bool is_terminal() const { return terminal_; }
  /// Columns of the terminal; 0 where there is none.
  int columns() const;
  int fd() const { return fd_; }

  bool color = false;  ///< whether styles are written
  bool may_fail =
      false;  ///< what cannot be written is dropped: stderr, whose loss changes no answer

 private:
  static constexpr size_t kBufferBytes = 64 * 1024;

  void write_through(std::string_view bytes);
  void write_all(std::string_view bytes);

  int fd_ = -1;
  std::string name_;
  std::string* text_ = nullptr;
  std::string buffer_;
  bool terminal_ = false;
  bool logs_json_ = false;
  std::mutex saying_;
};

}  // namespace kt
