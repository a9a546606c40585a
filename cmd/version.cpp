#include "cli/context.h"
#include "cli/help.h"

namespace kt {
namespace {

class Version : public Invocation {
  std::vector<Argument> arguments() override { return {}; }

  Exit run(Context& context) override {
    context.out.write(version_line());
    return Exit::ok;
  }
};

}  // namespace

extern const Command version;
const Command version{
    .words = "version",
    .summary = "Print kt's version",
    .examples = {{"kt version", "the same as kt --version"}},
    .connects = false,
    .make = make<Version>,
};

}  // namespace kt
