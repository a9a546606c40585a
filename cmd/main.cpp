// Where the process starts; every error ends in run() as one sentence on stderr and an exit code.
#include <cstdlib>

#include "base/background.h"
#include "cli/run.h"
#include "commands.h"

int main(int argc, char** argv) {
  int exit = kt::run(kt::all_commands(), argc, argv);
  // A broker that lost the race to be the first may still be shaken hands with.
  if (kt::has_background()) std::_Exit(exit);
  return exit;
}
