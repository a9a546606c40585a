// What the shells' scripts call on Tab: never an error, never a question, and silence where the
// cluster is silent.
#include "cli/complete.h"

#include "cli/context.h"
#include "lookup.h"

namespace kt {
namespace {

class CompleteWords : public Invocation {
  std::vector<std::string> words_;

  std::vector<Argument> arguments() override {
    return {{"[-- WORD...]", "", "The words after kt, up to the cursor", &words_}};
  }

  Exit run(Context& context) override {
    try {
      context.out.write(format_completion(complete(*context.commands, words_, look_up)));
    } catch (const Error&) {  // a message in the middle of a command line helps nobody
    }
    return Exit::ok;
  }
};

}  // namespace

extern const Command complete_words;
const Command complete_words{
    .words = "__complete",
    .summary = "List what may stand at the cursor",
    .connects = false,
    .hidden = true,
    .make = make<CompleteWords>,
};

}  // namespace kt
