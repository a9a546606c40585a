// What a mirror says of itself as numbers.
#include "mirror/metrics.h"

#include <doctest/doctest.h>

#include "sandbox/sandbox.h"

using namespace kt;
using namespace kt::mirror;

TEST_CASE("totals count partitions by state and what is left") {
  PartitionStatus behind, unknown, stopped;
  behind.state = LaneState::copying;
  behind.position = 40;
  behind.source_end = 100;
  behind.records = 40;
  behind.bytes = 4000;
  behind.behind_ms = 1500;
  stopped.state = LaneState::stopped;
  stopped.position = 7;
  stopped.source_end = 10;
  auto totals = totals_of({behind, unknown, stopped});
  CHECK(totals.copying == 1);
  CHECK(totals.starting == 1);
  CHECK(totals.stopped == 1);
  CHECK(totals.done == 0);
  CHECK(totals.records == 40);
  CHECK(totals.bytes == 4000);
  CHECK(totals.lag == 63);
  CHECK(totals.behind_ms == 1500);
}

TEST_CASE("metrics escape names and leave out what is not known") {
  Sandbox sandbox{{.brokers = 1}};
  ClientOptions options;
  options.bootstrap = net::parse_host_ports(sandbox.bootstrap(), 9092);
  Cluster cluster(options);
  Mirror mirror(cluster, cluster, {});
  mirror.add({"a\"b", 3}, {"c\\d", 3});
  auto text = metrics_text(mirror);
  auto has = [&](const std::string& line) { return text.find(line) != std::string::npos; };
  CHECK(has(
      "\nkt_mirror_records_total{topic=\"a\\\"b\",partition=\"3\",target_topic=\"c\\\\d\"} 0\n"));
  CHECK(has("\nkt_mirror_partitions{state=\"waiting\"} 1\n"));
  CHECK(has("\nkt_mirror_exactly_once 1\n"));
  CHECK_FALSE(has("kt_mirror_position{"));
  CHECK(has("# TYPE kt_mirror_records_total counter\n"));
}
