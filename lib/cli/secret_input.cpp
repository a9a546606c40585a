#include "cli/secret_input.h"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>

#include "base/error.h"

namespace kt {
namespace {

/// The terminal, which shows nothing that is typed for as long as this lives. Ctrl-C comes as a
/// character, so that the terminal is never left as it is here.
class SilentTerminal {
 public:
  SilentTerminal() : fd_(::open("/dev/tty", O_RDWR | O_CLOEXEC)) {
    if (fd_ < 0 || tcgetattr(fd_, &before_) != 0) throw Error("no terminal to ask on", Exit::usage);
    auto silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON | ISIG);
    silent.c_cc[VMIN] = 1;
    silent.c_cc[VTIME] = 0;
    tcsetattr(fd_, TCSAFLUSH, &silent);
  }
  ~SilentTerminal() {
    tcsetattr(fd_, TCSAFLUSH, &before_);
    ::close(fd_);
  }
  SilentTerminal(const SilentTerminal&) = delete;

  std::string ask(const std::string& question) const {
    say(question);
    std::string typed;
    for (char c = 0; ::read(fd_, &c, 1) == 1 && c != '\n' && c != '\r';) {
      constexpr char kInterrupt = 3, kEnd = 4, kBackspace = 8, kDelete = 127;
      if (c == kInterrupt || c == kEnd) {
        say("\n");
        throw Error("nothing was changed");
      }
      if (c == kBackspace || c == kDelete)
        erase_last(typed);
      else
        typed += c;
    }
    say("\n");
    return typed;
  }

 private:
  /// One character, however many bytes it has in UTF-8.
  static void erase_last(std::string& text) {
    while (!text.empty()) {
      bool continues = (static_cast<unsigned char>(text.back()) & 0xc0) == 0x80;
      text.pop_back();
      if (!continues) return;
    }
  }
  void say(const std::string& text) const {
    if (::write(fd_, text.data(), text.size()) < 0) throw Error("no terminal to ask on");
  }

  int fd_;
  termios before_{};
};

std::string first_line() {
  constexpr size_t kMostBytes = 1 << 20;
  std::string line;
  for (char c = 0; line.size() < kMostBytes;) {
    auto count = ::read(STDIN_FILENO, &c, 1);
    if (count < 0 && errno == EINTR) continue;
    if (count != 1 || c == '\n') break;
    line += c;
  }
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

}  // namespace

std::string read_secret(std::string_view what) {
  std::string name(what), secret;
  if (isatty(STDIN_FILENO)) {
    SilentTerminal terminal;
    secret = terminal.ask(name + ": ");
    if (!secret.empty() && terminal.ask(name + " again: ") != secret)
      throw Error("the two are not the same", Exit::usage);
  } else {
    secret = first_line();
  }
  if (secret.empty())
    throw Error("the " + name + " is empty", Exit::usage,
                "it is typed at the terminal, or is the first line of standard input");
  return secret;
}

}  // namespace kt
