#include "cli/context.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
#include "base/utf8.h"

namespace kt {

Context::Context(const Command& command, Settings settings, Sink& out, Sink& err)
    : command(command),
      settings(std::move(settings)),
      deadline(this->settings.timeout),
      out(out),
      err(err) {}

Report& Context::report() {
  if (!report_) {
    ReportOptions options{settings.format, settings.utc, command.streams, true, advice};
    report_ = std::make_unique<Report>(command.rows, options, out, err);
  }
  return *report_;
}

void Context::note(std::string_view line) {
  if (settings.quiet) return;
  err.say(std::string(line) + '\n');
}

void Context::detail(std::string_view line) {
  if (settings.verbose) note(line);
}

void Context::warn(std::string_view line) { err.say("kt: warning: " + std::string(line) + '\n'); }

namespace {

/// One line typed at the terminal itself, since stdin may be a list of names.
std::string ask_terminal(const std::string& question) {
  int terminal = ::open("/dev/tty", O_RDWR | O_CLOEXEC);
  bool watched = terminal >= 0 && (isatty(STDERR_FILENO) || isatty(STDIN_FILENO));
  if (!watched) {
    if (terminal >= 0) ::close(terminal);
    throw Error("this needs a yes, and there is no terminal to ask on", Exit::usage,
                "give --yes, or look first with --dry-run");
  }
  std::string answer;
  char c = 0;
  bool asked = ::write(terminal, question.data(), question.size()) >= 0;
  while (asked && ::read(terminal, &c, 1) == 1 && c != '\n') answer += c;
  ::close(terminal);
  return answer;
}

}  // namespace

bool Context::confirm(std::string_view question, const std::vector<std::string>& items) {
  constexpr size_t kMostShown = 20;
  if (settings.dry_run) return false;
  if (settings.yes) return true;
  std::string text(question);
  text += '\n';
  for (size_t i = 0; i < items.size() && i < kMostShown; ++i)
    text += "  " + escape_for_terminal(items[i]) + '\n';
  if (items.size() > kMostShown)
    text += "  and " + std::to_string(items.size() - kMostShown) + " more\n";
  out.flush();
  auto answer = lower(trim(ask_terminal(text + "Type yes to go on: ")));
  if (answer != "yes" && answer != "y") throw Error("nothing was changed", Exit::failed);
  return true;
}

Progress Context::progress(std::string what, int64_t total, Progress::Unit unit) {
  return Progress(err, std::move(what), total, unit, settings.quiet);
}

}  // namespace kt
