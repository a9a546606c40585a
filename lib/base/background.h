// Threads that nobody waits for: a name that is looked up and a server that is asked take as long
// as they like, and what asked has a deadline.
#pragma once

#include <functional>

namespace kt {

/// Runs the task, which must not throw and shares what it uses, in a thread of its own.
void run_in_background(std::function<void()> task);

/// Whether any was ever begun. It may still run when the process ends, which then must destroy
/// nothing under it: std::_Exit().
bool has_background();

}  // namespace kt
