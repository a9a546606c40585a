// kt-measure: medians of commands run in turn (A B A B), so that a noisy machine is unjust to none.
//
//   kt-measure RUNS [--stdin FILE] COMMAND...     a command is one word, split at blanks; its
//   output is thrown away. With a file, which it writes to a broker, each waits until what the one
//   before wrote is on the disk.
//
// Prints a line per command: median wall time in ms, median CPU time in ms, peak resident size in
// KiB. A command that fails ends it with exit code 1.
#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

extern char** environ;

namespace {

struct Run {
  double wall_ms, cpu_ms;
  long peak_kib;
};

double milliseconds(const timeval& time) { return time.tv_sec * 1e3 + time.tv_usec / 1e3; }

bool run_once(const std::string& command, const char* input, Run& run) {
  std::vector<std::string> words;
  std::istringstream text(command);
  for (std::string word; text >> word;) words.push_back(word);
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);

  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 0, input, O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
  auto started = std::chrono::steady_clock::now();
  pid_t process = 0;
  int status = posix_spawnp(&process, arguments[0], &files, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  if (status != 0) return false;
  rusage usage{};
  wait4(process, &status, 0, &usage);
  run.wall_ms =
      std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - started).count();
  run.cpu_ms = milliseconds(usage.ru_utime) + milliseconds(usage.ru_stime);
  run.peak_kib = usage.ru_maxrss;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

template <class Member>
double median(std::vector<Run> runs, Member member) {
  auto middle = runs.begin() + runs.size() / 2;
  std::nth_element(runs.begin(), middle, runs.end(),
                   [member](const Run& a, const Run& b) { return a.*member < b.*member; });
  return (*middle).*member;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  int runs = std::stoi(argv[1]), first = 2;
  const char* input = "/dev/null";
  std::chrono::seconds until_on_disk{0};
  if (std::string(argv[2]) == "--stdin") {
    input = argv[3];
    first = 4;
    until_on_disk = std::chrono::seconds(5);
  }
  std::vector<std::vector<Run>> measured(argc - first);
  for (int round = 0; round < runs; ++round)
    for (int n = first; n < argc; ++n) {
      Run run;
      std::this_thread::sleep_for(until_on_disk);
      if (!run_once(argv[n], input, run)) {
        std::fprintf(stderr, "kt-measure: this failed: %.200s\n", argv[n]);
        return 1;
      }
      measured[n - first].push_back(run);
    }
  for (const auto& of_command : measured) {
    long peak_kib = 0;
    for (const auto& run : of_command) peak_kib = std::max(peak_kib, run.peak_kib);
    std::printf("%.2f %.2f %ld\n", median(of_command, &Run::wall_ms),
                median(of_command, &Run::cpu_ms), peak_kib);
  }
}
