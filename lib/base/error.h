// How anything in kt says "cannot go on": one exception type that carries what the user reads and
// the exit code.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace kt {

/// Process exit codes, a contract with scripts (see man kt-exit-codes).
enum class Exit : int {
  ok = 0,
  failed = 1,       ///< the cluster refused, or something failed, at least for one item
  usage = 2,        ///< wrong use: flag, name, file; nothing was sent
  check = 3,        ///< a check does not hold
  unreachable = 4,  ///< no connection, not authenticated, or out of time
};

/// What ends a command: one sentence naming thing and cause, a hint naming the way out (may be
/// empty), an exit code.
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& message, Exit exit = Exit::failed, std::string hint = {})
      : std::runtime_error(message), hint_(std::move(hint)), exit_(exit) {}

  std::string message() const { return what(); }
  const std::string& hint() const { return hint_; }
  Exit exit() const { return exit_; }

 private:
  std::string hint_;
  Exit exit_;
};

}  // namespace kt
