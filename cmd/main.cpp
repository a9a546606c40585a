// Where the process starts and where every error ends: one sentence on stderr and an exit code.
#include <cstdio>

int main() {
  std::puts("kt 0.1.0");
  return 0;
}
