#include "sandbox/event_loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace kt::sandbox {

EventLoop::EventLoop(Clock& clock)
    : clock_(clock),
      epoll_fd_(epoll_create1(EPOLL_CLOEXEC)),
      wake_fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (epoll_fd_ < 0 || wake_fd_ < 0)
    throw Error(std::string("cannot start the sandbox's event loop: ") + std::strerror(errno));
  watch(wake_fd_, EPOLLIN, [this](uint32_t) {
    uint64_t count;
    [[maybe_unused]] auto got = read(wake_fd_, &count, sizeof count);
    run_posted();
  });
}

EventLoop::~EventLoop() {
  close(wake_fd_);
  close(epoll_fd_);
}

void EventLoop::watch(int fd, uint32_t events, std::function<void(uint32_t)> on_ready) {
  epoll_event event{.events = events, .data = {.fd = fd}};
  if (epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, fd, &event) != 0)
    throw Error(std::string("cannot watch a socket: ") + std::strerror(errno));
  handlers_[fd] = std::make_shared<std::function<void(uint32_t)>>(std::move(on_ready));
}

void EventLoop::change(int fd, uint32_t events) {
  epoll_event event{.events = events, .data = {.fd = fd}};
  epoll_ctl(epoll_fd_, EPOLL_CTL_MOD, fd, &event);
}

void EventLoop::unwatch(int fd) {
  epoll_ctl(epoll_fd_, EPOLL_CTL_DEL, fd, nullptr);
  handlers_.erase(fd);
}

void EventLoop::cancel(const TimerId& timer) { timers_.erase(timer); }

EventLoop::TimerId EventLoop::after(int64_t delay_ms, std::function<void()> action) {
  constexpr int64_t kMostMs =
      int64_t{1000} * 3600 * 24 * 365;  // keeps the clock's arithmetic in range
  auto deadline = clock_.now() + Milliseconds(std::clamp<int64_t>(delay_ms, 0, kMostMs));
  TimerId id{deadline, next_timer_++};
  timers_.emplace(id, std::move(action));
  return id;
}

void EventLoop::post(std::function<void()> action) {
  {
    std::lock_guard lock(posted_mutex_);
    posted_.push_back(std::move(action));
  }
  uint64_t one = 1;
  [[maybe_unused]] auto written = write(wake_fd_, &one, sizeof one);
}

void EventLoop::stop() {
  post([this] { stopped_ = true; });
}

void EventLoop::run() {
  std::array<epoll_event, 64> events;
  for (stopped_ = false; !stopped_;) {
    int count = epoll_wait(epoll_fd_, events.data(), events.size(), wait_ms());
    for (int i = 0; i < count; ++i) {
      // A handler may unwatch any descriptor, its own included; the copy keeps it alive while it
      // runs.
      auto found = handlers_.find(events[i].data.fd);
      if (found == handlers_.end()) continue;
      Handler handler = found->second;
      (*handler)(events[i].events);
    }
    run_timers();
  }
}

int EventLoop::wait_ms() const {
  if (timers_.empty()) return -1;
  auto left = timers_.begin()->first.first - clock_.now();
  auto left_ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
  return static_cast<int>(std::clamp<int64_t>(left_ms, 0, 60'000));
}

void EventLoop::run_timers() {
  auto now = clock_.now();
  while (!timers_.empty() && timers_.begin()->first.first <= now) {
    auto due = timers_.extract(timers_.begin());
    due.mapped()();
  }
}

void EventLoop::run_posted() {
  std::vector<std::function<void()>> actions;
  {
    std::lock_guard lock(posted_mutex_);
    actions.swap(posted_);
  }
  for (auto& action : actions) action();
}

}  // namespace kt::sandbox
