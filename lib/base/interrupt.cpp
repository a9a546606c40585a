#include "base/interrupt.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "base/error.h"

namespace kt {
namespace {

std::atomic<int> first_signal = 0;
std::atomic<int> write_end = -1;
int read_end = -1;
std::atomic<bool> reload_wanted = false;

void on_signal(int number) {
  int saved_errno = errno;
  int none = 0;
  if (!first_signal.compare_exchange_strong(none, number)) {
    std::signal(number, SIG_DFL);
    std::raise(number);
  }
  char byte = 0;
  [[maybe_unused]] ssize_t written = ::write(write_end, &byte, 1);
  errno = saved_errno;
}

void on_hangup(int) { reload_wanted = true; }

}  // namespace

void Interrupt::watch() {
  if (read_end >= 0) return;
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
    throw Error(std::string("cannot make a pipe: ") + std::strerror(errno));
  read_end = ends[0];
  write_end = ends[1];
  for (int number : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction action {};
    sigaction(number, nullptr, &action);
    if (action.sa_handler == SIG_IGN) continue;  // nohup stays in force
    action = {};
    action.sa_handler = on_signal;
    sigaction(number, &action, nullptr);
  }
}

void Interrupt::watch_reload() {
  struct sigaction action {};
  sigaction(SIGHUP, nullptr, &action);
  if (action.sa_handler == SIG_IGN) return;
  action = {};
  action.sa_handler = on_hangup;
  sigaction(SIGHUP, &action, nullptr);
}

bool Interrupt::take_reload() { return reload_wanted.exchange(false); }

int Interrupt::signal() { return first_signal; }
void Interrupt::forget() { first_signal = 0; }
int Interrupt::descriptor() { return read_end; }

}  // namespace kt
