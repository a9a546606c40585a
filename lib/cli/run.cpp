#include "cli/run.h"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "base/interrupt.h"
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

/// The value of a password-like -X shows in no `ps` from here on.
void blank_secrets(int argc, char** argv, Sink& err) {
  for (int i = 1; i < argc && std::strcmp(argv[i], "--") != 0; ++i) {
    char* text = argv[i];
    bool apart = std::strcmp(text, "-X") == 0 || std::strcmp(text, "--property") == 0;
    if (apart && i + 1 < argc)
      text = argv[++i];
    else if (std::strncmp(text, "-X", 2) != 0 && std::strncmp(text, "--property=", 11) != 0)
      continue;
    std::string_view word = text;
    size_t name = word.starts_with("--property=") ? 11 : word.starts_with("-X") ? 2 : 0;
    size_t equals = word.find('=', name);
    if (equals == std::string_view::npos) continue;
    auto key = word.substr(name, equals - name);
    auto value = word.substr(equals + 1);
    bool indirect =
        value.starts_with("file:") || value.starts_with("exec:") || value.starts_with("env:");
    if (!is_secret(key) || indirect || value.empty()) continue;
    err.say("kt: warning: " + in_quotes(key) +
            " was readable in the list of processes; give file:PATH, exec:COMMAND or env:NAME "
            "instead\n");
    std::memset(text + equals + 1, '*', value.size());
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
    if (hint.empty() && error.exit() == Exit::usage)
      hint = "kt help " + std::string(command.words) + " tells more";
    err_.say(sentence(Error(error.message(), error.exit(), hint)));
    if (flags.output == "json" && !command.rows.name.empty()) {
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
    } catch (const Error& error) {
      out_.flush();
      err_.say(sentence(error));
      exit = error.exit();
      if (!command.rows.name.empty() && context.settings.format == Format::json)
        context.report().failed(error.message());
    }
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

}  // namespace

int run(const CommandList& commands, int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  Sink out(STDOUT_FILENO, "standard output");
  Sink err(STDERR_FILENO, "standard error");
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
    std::fputs(sentence(error).c_str(), stderr);
  } catch (const std::exception& error) {
    exit = Exit::failed;
    std::fprintf(stderr, "kt: internal error: %s\n", error.what());
  }
  if (int signal = Interrupt::signal()) return 128 + signal;
  return static_cast<int>(exit);
}

}  // namespace kt
