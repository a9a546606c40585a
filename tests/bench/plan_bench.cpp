// The planner's bar: on hard clusters of 200 brokers and 200,000 replicas a plan takes under two
// seconds of processor time and 300 MiB, drain moves within two percent of the least, balance
// within ten, and racks hold. Prints a line for each seed; ends with 1 where one fails.
//
//   plan-bench [FIRST LAST]     seeds 1 to 50 unless said
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "support/hard_cluster.h"
#include "support/least_moved.h"

using namespace kt;

namespace {

struct Timed {
  reassign::Plan plan;
  double seconds = 0;
};

Timed timed_plan(const reassign::Layout& layout, const reassign::Aims& aims) {
  auto start = std::clock();
  Timed timed{reassign::make_plan(layout, aims)};
  timed.seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  return timed;
}

size_t broken_racks(const reassign::Layout& layout, const reassign::Aims& aims,
                    const reassign::Plan& plan) {
  size_t broken = 0;
  for (size_t i : plan.changed) {
    auto allowed = std::max(test::pairs_in_racks(layout, layout.partitions[i].replicas),
                            test::fewest_pairs(layout, aims.drain, plan.replicas[i].size()));
    broken += test::pairs_in_racks(layout, plan.replicas[i]) > allowed;
  }
  return broken;
}

bool run(uint64_t seed) {
  auto layout = test::hard_cluster(seed, {});
  auto before = test::loads_of(layout, test::replicas_of(layout));
  reassign::Aims drain;
  for (int32_t broker = 1; broker <= 200; broker += 23) drain.drain.insert(broker);
  auto drained = timed_plan(layout, drain);
  double drain_ratio = test::bytes_moved(layout, drained.plan.replicas) /
                       test::least_moved(before, drain.drain, nullptr);
  reassign::Aims balance{.balance = {reassign::Balance::size}};
  auto balanced = timed_plan(layout, balance);
  auto limits = test::limits_of(before, {}, balance.tolerance);
  double balance_ratio =
      test::bytes_moved(layout, balanced.plan.replicas) / test::least_moved(before, {}, &limits);
  auto broken =
      broken_racks(layout, drain, drained.plan) + broken_racks(layout, balance, balanced.plan);
  double seconds = std::max(drained.seconds, balanced.seconds);
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  double peak_mib = static_cast<double>(usage.ru_maxrss) / 1024;
  std::printf(
      "%4d  %5.2f s  %4.0f MiB  drain %.4f  balance %.4f  outside the band %3zu  racks %zu\n",
      static_cast<int>(seed), seconds, peak_mib, drain_ratio, balance_ratio,
      balanced.plan.obstacles.size(), broken);
  return seconds < 2 && peak_mib < 300 && drain_ratio <= 1.02 && balance_ratio <= 1.10 &&
         broken == 0;
}

}  // namespace

int main(int count, char** words) {
  uint64_t first = count > 2 ? std::strtoull(words[1], nullptr, 10) : 1;
  uint64_t last = count > 2 ? std::strtoull(words[2], nullptr, 10) : 50;
  int failed = 0;
  for (uint64_t seed = first; seed <= last; ++seed) failed += !run(seed);
  std::printf("%d of %d clusters failed\n", failed, static_cast<int>(last - first + 1));
  return failed == 0 ? 0 : 1;
}
