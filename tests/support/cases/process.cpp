#include "support/cases/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace kt::test {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

struct Pipe {
  Pipe() {
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  }
  ~Pipe() {
    close_end(0);
    close_end(1);
  }
  Pipe(const Pipe&) = delete;
  void close_end(int which) {
    if (ends[which] >= 0) ::close(ends[which]);
    ends[which] = -1;
  }
  int ends[2];
};

std::vector<char*> pointers(const std::vector<std::string>& strings) {
  std::vector<char*> result;
  for (const auto& string : strings) result.push_back(const_cast<char*>(string.c_str()));
  result.push_back(nullptr);
  return result;
}

/// Starts a program in a process group of its own; only async-signal-safe calls after the fork.
pid_t spawn(const std::vector<std::string>& arguments, const std::vector<std::string>* environment,
            const std::string& directory, int input, int output, int errors) {
  auto argv = pointers(arguments);
  auto envp = environment ? pointers(*environment) : std::vector<char*>{};
  pid_t process = ::fork();
  if (process < 0) throw std::runtime_error("no process");
  if (process > 0) return process;
  ::setpgid(0, 0);
  ::dup2(input, 0);
  ::dup2(output, 1);
  ::dup2(errors, 2);
  if (::chdir(directory.c_str()) != 0) ::_exit(126);
  if (environment)
    ::execve(argv[0], argv.data(), envp.data());
  else
    ::execv(argv[0], argv.data());
  ::_exit(127);
}

int exit_code(int status) {
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/// Waits for the end of a process until a deadline; false where it goes on.
bool wait_until(pid_t process, Clock::time_point deadline, int& status) {
  while (::waitpid(process, &status, WNOHANG) == 0) {
    if (Clock::now() >= deadline) return false;
    std::this_thread::sleep_for(milliseconds(5));
  }
  return true;
}

/// Appends what a descriptor has; false at its end.
bool drain(int descriptor, std::string& into) {
  char bytes[65536];
  ssize_t count = ::read(descriptor, bytes, sizeof bytes);
  if (count > 0) into.append(bytes, static_cast<size_t>(count));
  return count > 0;
}

}  // namespace

Outcome run_shell(const std::string& command, const std::string& directory,
                  const std::vector<std::string>& environment, seconds limit) {
  Pipe output, errors;
  int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  pid_t process = spawn({"/bin/sh", "-c", command}, &environment, directory, nothing,
                        output.ends[1], errors.ends[1]);
  ::close(nothing);
  output.close_end(1);
  errors.close_end(1);

  Outcome outcome;
  pollfd watched[2] = {{output.ends[0], POLLIN, 0}, {errors.ends[0], POLLIN, 0}};
  auto deadline = Clock::now() + limit;
  bool ended = false;
  int status = 0;
  while (watched[0].fd >= 0 || watched[1].fd >= 0) {
    // Once the shell has ended, what it left in the background has a second for its last words.
    if (!ended && ::waitpid(process, &status, WNOHANG) == process) {
      ended = true;
      deadline = std::min(deadline, Clock::now() + seconds(1));
    }
    if (Clock::now() >= deadline) break;
    if (::poll(watched, 2, 20) <= 0) continue;
    if (watched[0].revents && !drain(watched[0].fd, outcome.output)) watched[0].fd = -1;
    if (watched[1].revents && !drain(watched[1].fd, outcome.errors)) watched[1].fd = -1;
  }
  bool in_time = ended || wait_until(process, deadline, status);
  ::kill(-process, SIGKILL);
  if (!in_time) ::waitpid(process, &status, 0);
  outcome.exit = in_time ? exit_code(status) : 124;
  return outcome;
}

SandboxProcess::SandboxProcess(const std::string& kt, const std::string& directory,
                               const std::vector<std::string>& arguments)
    : directory_(directory) {
  std::vector<std::string> words{kt, "sandbox"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  // The command that the sandbox wraps tells us the address and then waits for us to close its
  // input.
  for (const char* word : {"--", "/bin/sh", "-c", "echo \"$KT_BOOTSTRAP_SERVER\"; exec cat"})
    words.emplace_back(word);
  Pipe input, output;
  int log = ::open((directory + "/sandbox.log").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  process_ = spawn(words, nullptr, directory, input.ends[0], output.ends[1], log);
  ::close(log);
  output.close_end(1);
  pollfd watched{output.ends[0], POLLIN, 0};
  auto deadline = Clock::now() + seconds(20);
  while (bootstrap_.find('\n') == std::string::npos) {
    bool readable = ::poll(&watched, 1, 100) > 0;
    if ((readable && !drain(watched.fd, bootstrap_)) || Clock::now() >= deadline) {
      stop();
      throw std::runtime_error("the sandbox did not start: " + errors());
    }
  }
  bootstrap_.resize(bootstrap_.find('\n'));
  std::swap(input_, input.ends[1]);
}

SandboxProcess::~SandboxProcess() { stop(); }

std::string SandboxProcess::stop() {
  if (process_ < 0) return {};
  if (input_ >= 0) ::close(input_);
  int status = 0;
  bool in_time = wait_until(process_, Clock::now() + seconds(input_ >= 0 ? 20 : 1), status);
  ::kill(-process_, SIGKILL);
  if (!in_time) ::waitpid(process_, &status, 0);
  process_ = -1;
  if (in_time && status == 0) return {};
  return "the sandbox ended with " + std::to_string(exit_code(status)) + ": " + errors();
}

std::string SandboxProcess::errors() const {
  std::ostringstream text;
  text << std::ifstream(directory_ + "/sandbox.log").rdbuf();
  return text.str();
}

}  // namespace kt::test
