// test-cmd: runs .case files (case_file.h), each on a fresh sandbox or on real clusters that run
// already.
//
//   test-cmd --kt PATH [--release R] [--jobs N] [--cluster BROKERS=BOOTSTRAP[@ZOOKEEPER]]...
//   [--apart] [--ways FILE] FILE...
//
// With --apart the cases that ask for a cluster of their own run, one at a time, and else all
// others. Without --cluster every case gets a sandbox of its own, which with --release behaves as
// that release. The Java tools of "% " steps are run by the JVM listening on $KT_JAVA_TOOLS;
// without it these steps are left out. Under the name of one of those tools (a symbolic link) this
// program is that tool. With --ways a line "RELEASE<tab>WAY<tab>COMMAND" is added to FILE for every
// command after an
// "@ COMMAND" line: the way that kt took to what it was asked for.
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <mutex>
#include <sstream>
#include <thread>

#include "support/cases/case_file.h"
#include "support/cases/java_tool.h"
#include "support/cases/process.h"

namespace fs = std::filesystem;

namespace kt::test {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr const char* kNewestRelease = "4.3.0";
constexpr seconds kStepLimit{60};
constexpr seconds kEventually{40};
// What kt says where only ZooKeeper has what it was asked for, and no flag names one.
constexpr const char* kNeedsZookeeper = " is kept in ZooKeeper, and none is named";

struct Cluster {
  std::string bootstrap, zookeeper;
};

struct Options {
  std::string kt, release;
  size_t jobs = 2;
  std::map<int, Cluster> clusters;  ///< by their number of brokers; none: sandboxes
  bool apart = false;
  fs::path ways;
  std::vector<fs::path> files;
};

/// A directory that goes with its object.
struct ScratchDirectory {
  ScratchDirectory() {
    std::string name = (fs::temp_directory_path() / "kt-case-XXXXXX").string();
    if (!::mkdtemp(name.data())) throw std::runtime_error("no scratch directory");
    path = name;
  }
  ~ScratchDirectory() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  fs::path path;
};

std::string text_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error(path.string() + " cannot be read");
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

/// What a case's commands see: kt and the Java tools on PATH, the cluster, and nothing of the
/// user's.
std::vector<std::string> environment(const fs::path& bin, const fs::path& home,
                                     const std::string& release, const Cluster& cluster) {
  const char* path = std::getenv("PATH");
  std::vector<std::string> variables{"PATH=" + bin.string() + ":" + (path ? path : "/usr/bin:/bin"),
                                     "HOME=" + home.string(), "LC_ALL=C.UTF-8", "TZ=UTC",
                                     "KT_RELEASE=" + release};
  if (!cluster.bootstrap.empty()) variables.push_back("KT_BOOTSTRAP_SERVER=" + cluster.bootstrap);
  if (!cluster.zookeeper.empty()) variables.push_back("KT_ZOOKEEPER=" + cluster.zookeeper);
  for (const char* name : {"KT_JAVA_TOOLS", "KT_CLUSTER", "KT_KAFKA_CACHE", "KT_TEST_DATA",
                           "ASAN_OPTIONS", "UBSAN_OPTIONS"})
    if (const char* value = std::getenv(name)) variables.push_back(std::string(name) + "=" + value);
  return variables;
}

/// What is wrong with a step's outcome; empty where all is as expected.
std::string complaint(const Step& step, const Outcome& outcome) {
  std::string text;
  auto output = split_lines(outcome.output), errors = split_lines(outcome.errors);
  if (!matches(step.output, output)) text += "  stdout:\n" + difference(step.output, output);
  if (!matches(step.errors, errors)) text += "  stderr:\n" + difference(step.errors, errors);
  if (outcome.exit != step.exit)
    text += "  exit code " + std::to_string(outcome.exit) +
            (outcome.exit == 124 ? " (out of time)" : "") + ", expected " +
            std::to_string(step.exit) + "\n";
  return text;
}

Outcome run_command(const Step& step, const std::string& directory,
                    const std::vector<std::string>& variables) {
  return run_shell(step.command, directory, variables, kStepLimit);
}

/// As run_command, and the way there: brokers alone are asked first, and ZooKeeper is named only
/// where kt says that it must be.
Outcome run_and_tell(const Step& step, const std::string& directory,
                     const std::vector<std::string>& variables, std::string& way) {
  auto brokers_only = variables;
  std::erase_if(brokers_only, [](const auto& one) { return one.starts_with("KT_ZOOKEEPER="); });
  auto outcome = run_command(step, directory, brokers_only);
  way = "RPC";
  if (outcome.errors.find(kNeedsZookeeper) != std::string::npos) {
    outcome = run_command(step, directory, variables);
    way = "ZooKeeper";
  }
  if (outcome.exit == 1) way = "not there";
  return outcome;
}

/// What is wrong with a step in the end; `way` becomes the way of what it shows.
std::string run_step(const Step& step, const std::string& directory,
                     const std::vector<std::string>& variables, std::string& way) {
  auto deadline = Clock::now() + kEventually;
  for (;;) {
    auto wrong =
        complaint(step, step.shows.empty() ? run_command(step, directory, variables)
                                           : run_and_tell(step, directory, variables, way));
    if (wrong.empty() || step.kind == Step::Kind::once || Clock::now() >= deadline) return wrong;
    std::this_thread::sleep_for(milliseconds(100));
  }
}

class Runner {
 public:
  Runner(Options options, const char* own_path) : options_(std::move(options)) {
    fs::create_symlink(fs::absolute(options_.kt), bin_.path / "kt");
    for (const auto& tool : kJavaTools)
      fs::create_symlink(fs::canonical(own_path), bin_.path / tool);
  }

  int run() {
    auto started = Clock::now();
    for (const auto& file : options_.files) add(file);
    std::vector<std::thread> workers;
    for (size_t n = 0; n < options_.jobs; ++n) workers.emplace_back([this] { work(); });
    for (auto& worker : workers) worker.join();
    auto where = real() ? "Kafka " + options_.release
                        : "sandbox" + (options_.release.empty() ? "" : " as " + options_.release);
    std::printf("cases on %s: %d passed, %d failed, %d skipped, %.1f s\n", where.c_str(),
                passed_.load(), failed_.load(), skipped_.load(),
                std::chrono::duration<double>(Clock::now() - started).count());
    return failed_ == 0 ? 0 : 1;
  }

 private:
  bool real() const { return !options_.clusters.empty(); }
  std::string release() const {
    return options_.release.empty() ? kNewestRelease : options_.release;
  }

  /// Takes up a case of a file for every size of cluster that it asks for.
  void add(const fs::path& file) try {
    auto wanted = parse_case(file.filename().string(), text_of(file));
    if (real() && wanted.apart != options_.apart) return;
    // What needs no cluster has been run with the hermetic tests.
    if (wanted.brokers.front() == 0 && !options_.release.empty()) return;
    if (auto reason = reason_not_to_run(wanted)) {
      ++skipped_;
      say("skipped " + wanted.name + ": " + *reason + "\n");
      return;
    }
    auto sizes = wanted.brokers;
    for (int brokers : sizes) {
      wanted.brokers = {brokers};
      cases_.push_back(wanted);
    }
  } catch (const std::exception& error) {
    ++failed_;
    say("FAILED " + std::string(error.what()) + "\n");
  }

  void work() {
    for (size_t n; (n = next_++) < cases_.size();) try_case(cases_[n]);
  }

  void try_case(const Case& wanted) {
    std::string failure;
    try {
      failure = run_case(wanted);
    } catch (const std::exception& error) {
      failure = wanted.name + ": " + error.what() + "\n";
    }
    ++(failure.empty() ? passed_ : failed_);
    if (!failure.empty()) say("FAILED " + failure);
  }

  std::optional<std::string> reason_not_to_run(const Case& wanted) const {
    bool only_java = std::all_of(wanted.steps.begin(), wanted.steps.end(),
                                 [](const Step& step) { return step.kind == Step::Kind::java; });
    if (only_java && !std::getenv("KT_JAVA_TOOLS")) return "no JVM here for Kafka's own tools";
    return reason_to_skip(wanted, release(), real());
  }

  /// What failed, empty where nothing did.
  std::string run_case(const Case& wanted) {
    ScratchDirectory scratch, home;
    int brokers = wanted.brokers.front();
    if (brokers == 0 || real()) {
      auto cluster = brokers == 0 ? Cluster{} : options_.clusters.at(brokers);
      return run_steps(wanted, scratch.path, environment(bin_.path, home.path, release(), cluster));
    }
    std::vector<std::string> arguments{"--brokers", std::to_string(brokers)};
    if (!options_.release.empty())
      arguments.insert(arguments.end(), {"--as-version", options_.release});
    for (const char* word : {"--acl", "--set", "allow.everyone.if.no.acl.found=true"})
      arguments.emplace_back(word);  // as real clusters of cases are
    SandboxProcess sandbox(fs::absolute(options_.kt), home.path, arguments);
    auto variables = environment(bin_.path, home.path, release(), {sandbox.bootstrap(), ""});
    auto failure = run_steps(wanted, scratch.path, variables);
    auto end = sandbox.stop();
    if (!end.empty()) failure += (failure.empty() ? wanted.name + ": " : "  ") + end + "\n";
    return failure;
  }

  std::string run_steps(const Case& wanted, const std::string& directory,
                        const std::vector<std::string>& variables) {
    for (const auto& step : wanted.steps) {
      if (step.kind == Step::Kind::java && !std::getenv("KT_JAVA_TOOLS")) continue;
      std::string way;
      auto wrong = run_step(step, directory, variables, way);
      if (!wrong.empty())
        return wanted.name + ":" + std::to_string(step.line) + ": " + step.command + "\n" + wrong;
      if (real() && !options_.ways.empty() && !step.shows.empty()) note_way(step, way);
    }
    return {};
  }

  void note_way(const Step& step, const std::string& way) {
    std::lock_guard lock(mutex_);
    std::ofstream(options_.ways, std::ios::app)
        << options_.release << "\t" << way << "\t" << step.shows << "\n";
  }

  void say(const std::string& text) {
    std::lock_guard lock(mutex_);
    std::fputs(text.c_str(), stdout);
    std::fflush(stdout);
  }

  Options options_;
  ScratchDirectory bin_;
  std::vector<Case> cases_;
  std::mutex mutex_;
  std::atomic<size_t> next_ = 0;
  std::atomic<int> passed_ = 0, failed_ = 0, skipped_ = 0;
};

Options parse_options(int argc, char** argv) {
  Options options;
  for (int n = 1; n < argc; ++n) {
    std::string word = argv[n];
    auto value = [&] {
      if (++n >= argc) throw std::runtime_error(word + " needs a value");
      return std::string(argv[n]);
    };
    if (word == "--kt") {
      options.kt = value();
    } else if (word == "--release") {
      options.release = value();
    } else if (word == "--jobs") {
      options.jobs = std::stoul(value());
    } else if (word == "--apart") {
      options.apart = true;
      options.jobs = 1;
    } else if (word == "--ways") {
      options.ways = value();
    } else if (word == "--cluster") {
      auto text = value();
      auto equals = text.find('='), at = text.find('@');
      options.clusters[std::stoi(text)] = {
          text.substr(equals + 1, at == std::string::npos ? at : at - equals - 1),
          at == std::string::npos ? "" : text.substr(at + 1)};
    } else if (fs::is_directory(word)) {
      for (const auto& entry : fs::directory_iterator(word))
        if (entry.path().extension() == ".case") options.files.push_back(entry.path());
    } else {
      options.files.emplace_back(word);
    }
  }
  std::sort(options.files.begin(), options.files.end());
  if (options.kt.empty()) throw std::runtime_error("--kt PATH is missing");
  if (!options.files.empty()) {
    auto data = fs::absolute(options.files.front()).parent_path().parent_path() / "data";
    setenv("KT_TEST_DATA", data.c_str(), 1);
  }
  return options;
}

int main(int argc, char** argv) {
  auto own_name = fs::path(argv[0]).filename().string();
  if (std::find(kJavaTools.begin(), kJavaTools.end(), own_name) != kJavaTools.end()) {
    const char* port = std::getenv("KT_JAVA_TOOLS");
    if (!port) throw std::runtime_error("no JVM runs the Java tools here");
    std::vector<std::string> words(argv + 1, argv + argc);
    if (own_name != "java-tool") words.insert(words.begin(), own_name);
    return run_java_tool(std::atoi(port), words);
  }
  return Runner(parse_options(argc, argv), "/proc/self/exe").run();
}

}  // namespace
}  // namespace kt::test

int main(int argc, char** argv) {
  try {
    return kt::test::main(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "test-cmd: " << error.what() << "\n";
    return 2;
  }
}
