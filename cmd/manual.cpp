// Writes the manual pages that man/ carries (`make man`).
#include "cli/manual.h"

#include <filesystem>
#include <fstream>

#include "cli/complete.h"
#include "cli/context.h"

namespace kt {
namespace {

namespace fs = std::filesystem;

class WriteManual : public Invocation {
  std::string directory_;

  std::vector<Argument> arguments() override {
    return {{"DIRECTORY", "", "Gets man/ and completions/", &directory_, Complete::directories}};
  }

  void write(const fs::path& path, const std::string& text) {
    fs::create_directories(path.parent_path());
    std::ofstream out(path, std::ios::binary);
    if (!(out << text).flush()) throw Error("cannot write " + path.string());
  }

  Exit run(Context& context) override {
    fs::path root = directory_;
    for (const auto& [name, text] : manual_pages(*context.commands))
      write(root / "man" / name, text);
    write(root / "completions" / "kt.bash", completion_script("bash"));
    write(root / "completions" / "_kt", completion_script("zsh"));
    write(root / "completions" / "kt.fish", completion_script("fish"));
    return Exit::ok;
  }
};

}  // namespace

extern const Command write_manual;
const Command write_manual{
    .words = "__manual",
    .summary = "Write manual pages and completion scripts",
    .connects = false,
    .hidden = true,
    .make = make<WriteManual>,
};

}  // namespace kt
