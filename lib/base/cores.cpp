#include "base/cores.h"

#include <algorithm>
#include <fstream>
#include <string>
#include <thread>

namespace kt {

int usable_cores() {
  // glibc counts the cores of the affinity mask.
  int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  std::ifstream limit("/sys/fs/cgroup/cpu.max");
  std::string quota;
  double period = 0;
  if (!(limit >> quota >> period) || quota == "max" || period <= 0) return cores;
  double most = std::strtod(quota.c_str(), nullptr) / period;
  return std::clamp(static_cast<int>(most + 0.5), 1, cores);
}

}  // namespace kt
