// Where the process starts; every error ends in run() as one sentence on stderr and an exit code.
#include "cli/run.h"
#include "commands.h"

int main(int argc, char** argv) { return kt::run(kt::all_commands(), argc, argv); }
