// Child processes of the tests: a shell command with its output caught, and a sandbox that lives as
// long as its object.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

namespace kt::test {

struct Outcome {
  std::string output, errors;
  int exit = 0;  ///< 128 + signal where one ended it; 124 where the time was up
};

/// Runs `command` by /bin/sh in `directory` with exactly this environment; what it leaves running
/// is killed.
Outcome run_shell(const std::string& command, const std::string& directory,
                  const std::vector<std::string>& environment, std::chrono::seconds limit);

/// `kt sandbox` as a process of its own, until the object goes.
class SandboxProcess {
 public:
  /// Starts it in `directory` and waits until it listens; throws std::runtime_error with its
  /// stderr.
  SandboxProcess(const std::string& kt, const std::string& directory,
                 const std::vector<std::string>& arguments);
  ~SandboxProcess();
  SandboxProcess(const SandboxProcess&) = delete;

  const std::string& bootstrap() const { return bootstrap_; }
  /// Ends it; a sentence where it did not end well, else empty.
  std::string stop();

 private:
  std::string errors() const;

  std::string directory_;
  std::string bootstrap_;
  pid_t process_ = -1;
  int input_ = -1;
};

}  // namespace kt::test
