// What a running command has around it: the shared flags, where its output goes, its report,
// questions and progress.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "cli/command.h"
#include "output/progress.h"
#include "output/report.h"
#include "output/sink.h"

namespace kt {

/// The flags that all commands share, after flag, environment, context and default were applied.
struct Settings {
  std::string bootstrap_server;  ///< as typed, `host:port,...`; empty where nothing names a cluster
  std::string zookeeper;
  std::string config_file;
  std::vector<std::pair<std::string, std::string>> properties;  ///< of -X and the context, in order
  std::string context;               ///< name of the context in use, empty without one
  bool context_has_secrets = false;  ///< and not only where they are
  std::string cluster_id;            ///< the only cluster that the context allows; empty for any
  std::string output;                ///< the name given to -o, empty where none was
  Format format = Format::table;
  std::chrono::milliseconds timeout{30'000};
  std::vector<std::pair<std::string, std::string>>
      maps;  ///< of --map: advertised address, address to use
  bool dry_run = false;
  bool yes = false;
  bool verbose = false;
  bool quiet = false;
  bool utc = false;
  std::string color = "auto";
};

class Context {
 public:
  Context(const Command& command, Settings settings, Sink& out, Sink& err);

  const Command& command;
  const Settings settings;
  const Deadline deadline;  ///< --timeout from the start of the command
  Sink& out;                ///< the answer; for what is no row
  Sink& err;                ///< all else
  /// All commands, for those that speak about commands (help, completion, schema).
  const CommandList* commands = nullptr;

  /// What clusters that were asked said beyond error codes; told with the errors.
  std::shared_ptr<Advice> advice = std::make_shared<Advice>();

  /// The answer's rows, made on first use from the command's schema. Finished by main.
  Report& report();
  bool has_report() const { return report_ != nullptr; }

  /// A line on stderr for the curious: `created topic orders`; not where -q.
  void note(std::string_view line);
  /// A line on stderr where -v.
  void detail(std::string_view line);
  /// `kt: warning: ...` on stderr.
  void warn(std::string_view line);

  /// A destroying command names what it will touch and gets a yes, or throws: from --yes, or from
  /// the terminal itself. Returns false where --dry-run was given: nothing may be changed.
  bool confirm(std::string_view question, const std::vector<std::string>& items);

  /// Shows how far a long job is; `total` 0 where the end is not known.
  Progress progress(std::string what, int64_t total, Progress::Unit unit = Progress::Unit::items);

 private:
  std::unique_ptr<Report> report_;
};

}  // namespace kt
