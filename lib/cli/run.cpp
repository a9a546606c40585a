#include "cli/run.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "base/interrupt.h"
#include "base/secret.h"
#include "base/text.h"
#include "cli/context.h"
#include "cli/contexts.h"
#include "cli/help.h"
#include "cli/parse.h"
#include "cli/settings.h"

namespace kt {
namespace {

std::string sentence(const Error& error) {
  return "kt: " + error.message() + (error.hint().empty() ? "" : " (" + error.hint() + ')') + '\n';
}

/// With what is known of the codes that led to it as its hint, which is nearer than its own.
Error with_advice(const Error& error, const std::vector<ItemError>& advice) {
  std::vector<std::string> sentences;
  for (const auto& one : advice) sentences.push_back(one.message);
  return sentences.empty() ? error : Error(error.message(), error.exit(), join(sentences, "; "));
}

/// The value of a password-like setting shows in no `ps` from here on.
void blank_secrets(int argc, char** argv, Sink& err) {
  for (int i = 1; i < argc && std::strcmp(argv[i], "--") != 0; ++i) {
    std::string_view word = argv[i];
    size_t name = 0;  // where KEY=VALUE begins
    if (word == "-X" || word == "--property") {
      if (++i == argc) return;
      word = argv[i];
    } else if (word.starts_with("-X")) {
      name = 2;
    } else if (size_t at = word.find("property="); at == 0 || (at == 2 && word.starts_with("--"))) {
      name = at + std::strlen("property=");
    } else {
      continue;
    }
    size_t equals = word.find('=', name);
    if (equals == std::string_view::npos) continue;
    auto key = word.substr(name, equals - name);
    auto value = word.substr(equals + 1);
    if (!is_secret(key) || is_indirect(value) || value.empty()) continue;
    err.say("kt: warning: " + in_quotes(key) +
            " was readable in the list of processes; give file:PATH, exec:COMMAND or env:NAME "
            "instead\n");
    std::memset(argv[i] + equals + 1, '*', value.size());
  }
}

bool wants_color(const Settings& settings, const Sink& sink) {
  if (settings.color == "always") return true;
  if (settings.color == "never") return false;
  const char* none = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  return sink.is_terminal() && !(none && *none) &&
         !(terminal && std::strcmp(terminal, "dumb") == 0);
}

/// Known before anything else was understood of the command line.
bool wants_json(const SharedFlags& flags) {
  const char* environment = std::getenv("KT_OUTPUT");
  return flags.output ? *flags.output == "json"
                      : environment && std::strcmp(environment, "json") == 0;
}

class Run {
 public:
  Run(const CommandList& commands, Sink& out, Sink& err)
      : commands_(commands), out_(out), err_(err) {}

  Exit start(const std::vector<std::string>& words) {
    SharedFlags flags;
    auto all_shared = flags.arguments(nullptr);
    auto found = find_command(commands_, all_shared, words);
    if (!found.command) return without_command(found.words, words);
    auto invocation = found.command->make();
    auto arguments = invocation->arguments();
    for (auto& argument : flags.arguments(found.command)) arguments.push_back(std::move(argument));
    Settings settings;
    try {
      Parser parser(arguments);
      parser.parse(found.rest);
      if (flags.help) {
        out_.write(command_page(*found.command, out_.columns()));
        return Exit::ok;
      }
      parser.finish();
      settings = resolve(flags, *found.command);
    } catch (const Error& error) {
      return refuse(*found.command, flags, error);
    }
    return invoke(*found.command, *invocation, std::move(settings));
  }

 private:
  Exit without_command(const std::vector<std::string>& leading,
                       const std::vector<std::string>& words) {
    bool help = false;
    for (const auto& word : words) {
      if (word == "--version") {
        out_.write(version_line());
        return Exit::ok;
      }
      help |= word == "--help" || word == "-h";
    }
    if (leading.empty()) {
      if (!words.empty() && !help) throw Error("no command", Exit::usage, "kt help lists all");
      out_.write(front_page(commands_));
      return Exit::ok;
    }
    auto page = leading.size() == 1 ? noun_page(commands_, leading[0]) : "";
    if (page.empty()) named_command(commands_, join(leading, " "));
    out_.write(page);
    return help ? Exit::ok : Exit::usage;
  }

  /// Wrong use: said as every error, and as JSON where that was asked for.
  Exit refuse(const Command& command, const SharedFlags& flags, const Error& error) {
    std::string hint = error.hint();
    if (hint.empty() && error.exit() == Exit::usage && !error.message().ends_with("?)"))
      hint = "kt help " + std::string(command.words) + " tells more";
    err_.say(sentence(Error(error.message(), error.exit(), hint)));
    if (wants_json(flags) && !command.rows.name.empty()) {
      Report report(command.rows, {Format::json}, out_, err_);
      report.failed(error.message());
      report.finish();
    }
    return error.exit();
  }

  Exit invoke(const Command& command, Invocation& invocation, Settings settings) {
    out_.color = wants_color(settings, out_);
    err_.color = wants_color(settings, err_);
    Context context(command, std::move(settings), out_, err_);
    context.commands = &commands_;
    Exit exit = Exit::ok;
    try {
      exit = invocation.run(context);
    } catch (const Error& thrown) {
      auto error = with_advice(thrown, context.advice->untold());
      out_.flush();
      err_.say(sentence(error));
      exit = error.exit();
      if (!command.rows.name.empty() && context.settings.format == Format::json)
        context.report().failed(error.hint() == thrown.hint()
                                    ? error.message()
                                    : error.message() + "; " + error.hint());
    }
    if (exit != Exit::ok || (context.has_report() && context.report().has_errors()))
      for (auto& error : context.advice->untold())
        context.has_report() ? context.report().error(std::move(error))
                             : err_.say("kt: " + describe(error) + '\n');
    if (context.has_report()) {
      context.report().finish();
      if (exit == Exit::ok && context.report().has_errors()) exit = Exit::failed;
    }
    return exit;
  }

  const CommandList& commands_;
  Sink& out_;
  Sink& err_;
};

/// A socket must never get the number of a standard stream that the caller closed.
void occupy_standard_streams() {
  for (int fd = ::open("/dev/null", O_RDONLY); fd >= 0; fd = ::open("/dev/null", O_RDONLY))
    if (fd > STDERR_FILENO) {
      ::close(fd);
      return;
    }
}

}  // namespace

int run(const CommandList& commands, int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  occupy_standard_streams();
  Sink out(STDOUT_FILENO, "standard output");
  Sink err(STDERR_FILENO, "standard error");
  err.may_fail = true;
  std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  Exit exit = Exit::ok;
  try {
    blank_secrets(argc, argv, err);
    exit = Run(commands, out, err).start(words);
    out.flush();
    err.flush();
  } catch (const OutputClosed&) {
    return static_cast<int>(exit);
  } catch (const Error& error) {
    exit = error.exit();
    err.say(sentence(error));
  } catch (const std::exception& error) {
    exit = Exit::failed;
    err.say("kt: internal error: " + std::string(error.what()) + '\n');
  }
  if (int signal = Interrupt::signal()) return 128 + signal;
  return static_cast<int>(exit);
}

}  // namespace kt
