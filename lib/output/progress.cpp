#include "output/progress.h"

#include "base/units.h"

namespace kt {

using namespace std::chrono_literals;

Progress::Progress(Sink& err, std::string what, int64_t total, Unit unit, bool quiet)
    : err_(err),
      what_(std::move(what)),
      total_(total),
      unit_(unit),
      quiet_(quiet),
      started_(std::chrono::steady_clock::now()),
      next_(started_ + (err.is_terminal() ? 1s : 60s)) {}

Progress::~Progress() {
  try {
    finish();
  } catch (...) {  // the terminal is gone; what matters is said elsewhere
  }
}

void Progress::advance(int64_t count) {
  done_ += count;
  auto now = std::chrono::steady_clock::now();
  if (quiet_ || now < next_) return;
  if (err_.is_terminal()) {
    next_ = now + 200ms;
    shown_ = true;
    err_.say('\r' + line(now) + "\x1b[K");
  } else {
    next_ = now + 60s;
    err_.say("kt: " + line(now) + '\n');
  }
}

void Progress::finish() {
  if (!shown_) return;
  shown_ = false;
  err_.say("\r\x1b[K");
}

std::string Progress::line(std::chrono::steady_clock::time_point now) const {
  auto amount = [&](int64_t value) {
    return unit_ == Unit::bytes ? format_size(value) : std::to_string(value);
  };
  double seconds = std::chrono::duration<double>(now - started_).count();
  double rate = seconds > 0 ? static_cast<double>(done_) / seconds : 0;
  std::string text = what_ + "  " + amount(done_);
  if (total_ > 0) {
    int64_t percent =
        static_cast<int64_t>(100.0 * static_cast<double>(done_) / static_cast<double>(total_));
    text += " of " + amount(total_) + " (" + std::to_string(percent) + "%)";
  }
  text += ", " + amount(static_cast<int64_t>(rate)) + "/s";
  if (total_ > done_ && rate > 0) {
    auto left = static_cast<int64_t>(static_cast<double>(total_ - done_) / rate);
    text += ", " + format_duration(std::chrono::seconds(left)) + " left";
  }
  return text;
}

}  // namespace kt
