// Ctrl-C and SIGTERM for what runs long: a flag to look at, a descriptor to poll, and the exit code
// that follows. The second signal ends the process at once.
#pragma once

namespace kt {

class Interrupt {
 public:
  /// From here on SIGINT and SIGTERM (and SIGHUP) are noted instead of ending the process.
  static void watch();
  /// From here on SIGHUP asks to read lists again, and ends nothing.
  static void watch_reload();
  /// Whether it came since this was last asked.
  static bool take_reload();
  /// The signal that came, 0 where none has.
  static int signal();
  static bool came() { return signal() != 0; }
  /// The signal was obeyed, and makes no exit code.
  static void forget();
  /// Becomes readable when a signal comes; never read from it. -1 before watch().
  static int descriptor();
};

}  // namespace kt
