#include "base/background.h"

#include <atomic>
#include <thread>

namespace kt {
namespace {

std::atomic<bool> begun = false;

}  // namespace

void run_in_background(std::function<void()> task) {
  begun = true;
  std::thread(std::move(task)).detach();
}

bool has_background() { return begun; }

}  // namespace kt
