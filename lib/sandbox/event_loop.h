// The sandbox's one thread: sockets by epoll, timers by deadline, and work handed over from other
// threads. All state of the embedded cluster is touched from here only, which is why it needs no
// locks.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/clock.h"

namespace kt::sandbox {

class EventLoop {
 public:
  using TimerId = std::pair<Clock::Time, uint64_t>;

  /// Timers go by `clock`, which must outlive the loop; descriptors are waited for in real time.
  explicit EventLoop(Clock& clock = Clock::system());
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  /// Calls `on_ready` with the epoll events of `fd` until unwatch(); level-triggered.
  void watch(int fd, uint32_t events, std::function<void(uint32_t)> on_ready);
  void change(int fd, uint32_t events);
  void unwatch(int fd);

  const Clock& clock() const { return clock_; }
  /// Calls `action` once, `delay_ms` from now.
  TimerId after(int64_t delay_ms, std::function<void()> action);
  /// Does nothing for a timer that has fired.
  void cancel(const TimerId& timer);

  /// Runs `action` on the loop's thread, soon. The only member that other threads may call, with
  /// stop().
  void post(std::function<void()> action);
  void stop();

  /// Serves until stop(); one that came before counts.
  void run();

 private:
  using Handler = std::shared_ptr<std::function<void(uint32_t)>>;

  int wait_ms() const;
  void run_timers();
  void run_posted();

  Clock& clock_;
  int epoll_fd_;
  int wake_fd_;
  bool stopped_ = false;
  uint64_t next_timer_ = 0;
  std::unordered_map<int, Handler> handlers_;
  std::map<TimerId, std::function<void()>> timers_;
  std::mutex posted_mutex_;  // guards posted_ alone
  std::vector<std::function<void()>> posted_;
};

}  // namespace kt::sandbox
