// An embedded Kafka: around one command, or until it is interrupted.
#include "sandbox/sandbox.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <optional>

#include "base/secret.h"
#include "cli/context.h"
#include "sandbox_client.h"

extern char** environ;

namespace kt {
namespace {

/// The signals that end us or are handed on, blocked in every thread and taken one by one.
class Signals {
 public:
  Signals() {
    sigemptyset(&set_);
    for (int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD}) sigaddset(&set_, signal);
    pthread_sigmask(SIG_BLOCK, &set_, &before_);
  }
  ~Signals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

  siginfo_t wait() const {
    siginfo_t info{};
    while (sigwaitinfo(&set_, &info) < 0) {
    }
    return info;
  }
  const sigset_t& before() const { return before_; }

 private:
  sigset_t set_;
  sigset_t before_;
};

/// A program of the user's, started with our environment.
class Child {
 public:
  Child(std::vector<std::string> words, const Signals& signals) {
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t all;
    sigfillset(&all);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setsigmask(&attributes, &signals.before());
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    int failure =
        posix_spawnp(&pid_, arguments[0], nullptr, &attributes, arguments.data(), environ);
    posix_spawnattr_destroy(&attributes);
    if (failure != 0)
      throw Error("cannot run \"" + words[0] + "\": " + std::strerror(failure), Exit::usage);
  }

  void send(int signal) const { kill(pid_, signal); }
  /// The exit code once it has ended, 128 + N after signal N, as shells have it.
  std::optional<int> ended() const {
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) != pid_) return std::nullopt;
    if (WIFEXITED(status)) return WEXITSTATUS(status);
    return 128 + WTERMSIG(status);
  }

 private:
  pid_t pid_ = -1;
};

/// Written aside and renamed, so that who waits for it never reads half of it.
void write_ready_file(const std::string& path, const std::string& text) {
  std::string aside = path + ".new";
  int fd = open(aside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  bool good = fd >= 0 && write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (fd >= 0) good = close(fd) == 0 && good;
  if (!good || rename(aside.c_str(), path.c_str()) != 0)
    throw Error("cannot write \"" + path + "\": " + std::strerror(errno));
}

class RunSandbox : public Invocation {
  sandbox::Options options_;
  std::vector<std::string> settings_;
  std::vector<std::string> users_;
  bool acl_ = false;
  std::vector<std::string> faults_;
  std::vector<std::string> topics_;
  std::string ready_file_;
  std::vector<std::string> command_;

  std::vector<Argument> arguments() override {
    return {
        {"--brokers", "N", "Brokers, each on a port of its own", &options_.brokers},
        {"--as-version", "RELEASE", "Behave as this Kafka release; the newest unless given",
         &options_.as_version},
        {"--data-dir", "DIR", "Keep the logs here, from run to run; in memory unless given",
         &options_.data_dir, Complete::directories},
        {"--topic", "NAME[:PARTITIONS[:REPLICAS]]", "Create this topic first; repeatable",
         &topics_},
        {"--tls", "DIR",
         "Speak TLS, with the PEM files of DIR; made there, with a client.properties, unless they "
         "are there",
         &options_.tls_dir, Complete::directories},
        {"--user", "NAME=PASSWORD",
         "Ask for SASL, and know this user; file:PATH, exec:COMMAND or env:NAME for the password; "
         "repeatable",
         &users_},
        {"--acl", "",
         "Enforce rights: who has none may do nothing, but for --set super.users=User:NAME", &acl_},
        {"--set", "KEY=VALUE", "Broker setting, as in server.properties; repeatable", &settings_},
        {"--fault", "API[@BROKER]:EFFECT[:COUNT]",
         "Trouble on demand: an error's name, delay=500ms, cut=BYTES, drop or stop; repeatable",
         &faults_},
        {"--port", "PORT",
         "Port of the first broker, the others follow; any free ones unless given", &options_.port},
        {"--listen", "HOST", "Address to listen on", &options_.listen},
        {"--advertise", "HOST",
         "Address that clients are told to connect to; the one listened on unless given",
         &options_.advertise},
        {"--allow-remote", "",
         "Listen beyond this machine: whoever reaches the port may do anything",
         &options_.allow_remote},
        {"--ready-file", "FILE", "Write the bootstrap address here when clients may connect",
         &ready_file_, Complete::files},
        {"[-- COMMAND...]", "",
         "Run this with KT_BOOTSTRAP_SERVER and, where it takes one, KT_CLIENT_CONFIG set, and end "
         "with it",
         &command_},
    };
  }

  Exit run(Context& context) override {
    if (acl_)
      options_.configs["authorizer.class.name"] =
          "org.apache.kafka.metadata.authorizer.StandardAuthorizer";
    for (const auto& setting : settings_) {
      auto equals = setting.find('=');
      if (equals == std::string::npos)
        throw Error("--set " + setting + ": write KEY=VALUE", Exit::usage);
      options_.configs[setting.substr(0, equals)] = setting.substr(equals + 1);
    }
    for (const auto& user : users_) {
      auto equals = user.find('=');
      if (equals == std::string::npos || equals == 0)
        throw Error("--user " + user.substr(0, equals) + ": write NAME=PASSWORD", Exit::usage);
      options_.users[user.substr(0, equals)] = secret_value("--user", user.substr(equals + 1));
    }
    Signals signals;  // before the sandbox's thread, which inherits the mask
    Sandbox sandbox(options_);
    for (const auto& topic : topics_) create_topic(sandbox, topic);
    for (const auto& fault : faults_) sandbox.fault(fault);
    if (!ready_file_.empty()) write_ready_file(ready_file_, sandbox.bootstrap() + "\n");
    int code = command_.empty() ? serve(context, sandbox, signals) : run_command(sandbox, signals);
    sandbox.stop();
    if (!ready_file_.empty()) unlink(ready_file_.c_str());
    return static_cast<Exit>(code);
  }

  static void create_topic(Sandbox& sandbox, const std::string& text) {
    std::string name = text.substr(0, text.find(':'));
    int32_t counts[2] = {1, 1};
    auto rest = text.substr(name.size());
    for (int32_t& count : counts) {
      if (rest.empty()) break;
      auto end = rest.find(':', 1);
      parse_value(rest.substr(1, end == std::string::npos ? end : end - 1), count);
      rest = end == std::string::npos ? "" : rest.substr(end);
    }
    if (!rest.empty() || counts[0] < 1 || counts[1] < 1)
      throw Error("--topic " + text + ": write NAME, NAME:PARTITIONS or NAME:PARTITIONS:REPLICAS",
                  Exit::usage);
    sandbox.create_topic(name, counts[0], counts[1]);
  }

  /// Until a signal asks for the end.
  static int serve(Context& context, Sandbox& sandbox, const Signals& signals) {
    context.out.write(sandbox.bootstrap() + "\n");
    context.out.flush();
    context.note("the sandbox runs until Ctrl-C");
    int signal = SIGCHLD;
    while (signal == SIGCHLD) signal = signals.wait().si_signo;
    return signal == SIGHUP || signal == SIGQUIT ? 128 + signal : 0;
  }

  int run_command(Sandbox& sandbox, const Signals& signals) const {
    setenv("KT_BOOTSTRAP_SERVER", sandbox.bootstrap().c_str(), 1);
    std::optional<SandboxClientFile> of_user;
    if (!users_.empty())
      setenv("KT_CLIENT_CONFIG",
             of_user.emplace(options_, users_.front().substr(0, users_.front().find('=')))
                 .path()
                 .c_str(),
             1);
    else if (!options_.tls_dir.empty())
      setenv("KT_CLIENT_CONFIG", (options_.tls_dir + "/client.properties").c_str(), 1);
    Child child(command_, signals);
    while (true) {
      siginfo_t info = signals.wait();
      if (info.si_signo == SIGCHLD) {
        if (auto code = child.ended()) return *code;
      } else if (info.si_code != SI_KERNEL) {  // the terminal has told the child itself
        child.send(info.si_signo);
      }
    }
  }
};

}  // namespace

extern const Command sandbox_command;
const Command sandbox_command{
    .words = "sandbox",
    .summary = "Run an embedded Kafka for demos, tests and CI",
    .text =
        R"(Starts a Kafka cluster inside this process: real sockets, real protocol, state in memory. Unmodified clients work with it.

With a command after --, runs the command with KT_BOOTSTRAP_SERVER set to the brokers' addresses, and with --tls or --user KT_CLIENT_CONFIG to a properties file that gets in (as the first user), forwards signals to it, exits with its code and leaves nothing behind. Without one, prints the addresses on standard output as soon as clients may connect, and runs until Ctrl-C.

With --acl rights (kt acl) hold as with Kafka's own authorizer. Who connects is User:NAME by --user, with a client's certificate its subject, else User:ANONYMOUS. --set super.users='User:admin;User:other' names those who may do everything, and with --set allow.everyone.if.no.acl.found=true everybody may do what no rule is about.)",
    .examples = {{"kt sandbox --brokers 3 -- kt topic list",
                  "one command on a cluster of three brokers"},
                 {"kt sandbox --topic orders:6 -- make check",
                  "a test run of another project, with a topic ready"},
                 {"kt sandbox --acl --set super.users=User:ANONYMOUS -- kt acl list",
                  "with rights that hold"},
                 {"kt sandbox --as-version 0.10.2 --port 9092",
                  "an old broker on the usual port, until Ctrl-C"}},
    .connects = false,
    .make = make<RunSandbox>,
};

}  // namespace kt
