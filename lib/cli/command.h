// A command as data: from one description come parser, help, manual, completion, JSON Schema and
// tests.
//
//   class CreateTopic : public Invocation {
//     std::vector<std::string> topics_;
//     int partitions_ = 1;
//     std::vector<Argument> arguments() override {
//       return {{"TOPIC...", "", "Topics to create", &topics_},
//               {"-p,--partitions", "N", "Partitions of each topic", &partitions_}};
//     }
//     Exit run(Context& context) override;  // asks the cluster, fills context.report()
//   };
//   extern const Command topic_create;
//   const Command topic_create{.words = "topic create", .summary = "Create topics",
//                              .make = make<CreateTopic>};
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "cli/argument.h"
#include "output/value.h"

namespace kt {

class Context;

/// One use of a command: its variables with their defaults, and what it does.
class Invocation {
 public:
  virtual ~Invocation() = default;
  virtual std::vector<Argument> arguments() = 0;
  /// After parsing. Item errors given to context.report() make Exit::failed of Exit::ok.
  virtual Exit run(Context& context) = 0;
};

template <class T>
std::unique_ptr<Invocation> make() {
  return std::make_unique<T>();
}

struct Example {
  std::string_view command;  ///< as typed, with `kt` in front
  std::string_view text;     ///< what it does
};

/// What an exit code means here, where that is more than man kt-exit-codes says.
struct ExitNote {
  Exit code;
  std::string_view meaning;
};

struct Command {
  std::string_view words;         ///< "topic create"
  std::string_view summary = {};  ///< one sentence without full stop: "Create topics"
  std::string_view text = {};  ///< paragraphs between blank lines; indented lines stay as they are
  std::vector<Example> examples = {};
  Schema rows = {};  ///< what context.report() prints; no name: the command prints its own text
  std::vector<ExitNote> exits = {};
  std::vector<std::string_view> formats = {};  ///< further values of -o: "raw", "framed"
  bool connects = true;                        ///< takes the flags that name a cluster
  bool changes = false;                        ///< takes --dry-run
  bool destroys = false;                       ///< takes --yes and --dry-run, and asks
  bool streams = false;                        ///< runs for long: rows appear as they come
  bool hidden = false;                         ///< not listed: `__complete`
  std::unique_ptr<Invocation> (*make)() = nullptr;
};

using CommandList = std::vector<const Command*>;

}  // namespace kt
