#include "cli/complete.h"
#include "cli/context.h"

namespace kt {
namespace {

class PrintCompletion : public Invocation {
  std::string shell_;

  std::vector<Argument> arguments() override {
    return {{"SHELL", "", "bash, zsh or fish", &shell_, Complete::none, {"bash", "zsh", "fish"}}};
  }

  Exit run(Context& context) override {
    context.out.write(completion_script(shell_));
    return Exit::ok;
  }
};

}  // namespace

extern const Command completion;
const Command completion{
    .words = "completion",
    .summary = "Print a shell's completion script",
    .text =
        R"(Commands, flags and values complete, and topics, groups, brokers and partitions of the cluster that the
command line, the environment or the current context names. A cluster that does not answer within 300 ms is silent.

  bash: kt completion bash >/etc/bash_completion.d/kt
  zsh:  kt completion zsh >"${fpath[1]}/_kt"
  fish: kt completion fish >~/.config/fish/completions/kt.fish)",
    .examples = {{"kt completion bash", "the script for bash; source it to try"}},
    .connects = false,
    .make = make<PrintCompletion>,
};

}  // namespace kt
