#include "mirror/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace kt::mirror {
namespace {

std::string escaped(std::string_view text) {
  std::string out;
  for (char letter : text) {
    if (letter == '\\' || letter == '"') out += '\\';
    out += letter == '\n' ? std::string("\\n") : std::string(1, letter);
  }
  return out;
}

class Writer {
 public:
  void family(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    fmt::format_to(std::back_inserter(text), "# HELP {} {}\n# TYPE {} {}\n", name, help, name,
                   type);
  }
  void sample(std::string_view labels, int64_t value) {
    fmt::format_to(std::back_inserter(text), "{}{} {}\n", name_, labels, value);
  }

  std::string text;

 private:
  std::string_view name_;
};

std::string labels_of(const PartitionStatus& status) {
  return fmt::format(R"({{topic="{}",partition="{}",target_topic="{}"}})",
                     escaped(status.source.topic), status.source.partition,
                     escaped(status.target.topic));
}

int64_t lag_of(const PartitionStatus& status) {
  if (status.position < 0 || status.source_end < 0) return -1;
  return std::max<int64_t>(0, status.source_end - status.position);
}

/// Pages in memory; 0 where the system does not tell.
int64_t resident_bytes() {
  long pages = 0, resident = 0;
  if (auto* file = std::fopen("/proc/self/statm", "re")) {
    if (std::fscanf(file, "%ld %ld", &pages, &resident) != 2) resident = 0;
    std::fclose(file);
  }
  constexpr int64_t kPageBytes = 4096;
  return resident * kPageBytes;
}

struct Family {
  std::string_view name, type, help;
  int64_t (*value)(const PartitionStatus&);  ///< -1: not known, left out
};

constexpr Family kFamilies[] = {
    {"kt_mirror_records_total", "counter", "Records copied by this process.",
     [](const PartitionStatus& one) { return one.records; }},
    {"kt_mirror_bytes_total", "counter", "Bytes copied by this process.",
     [](const PartitionStatus& one) { return one.bytes; }},
    {"kt_mirror_runs_total", "counter", "Producer ids begun in the target, one per hole.",
     [](const PartitionStatus& one) { return one.runs; }},
    {"kt_mirror_position", "gauge", "Source offset before which all is in the target.",
     [](const PartitionStatus& one) { return one.position; }},
    {"kt_mirror_source_end", "gauge", "Source offset at which the source ended when last heard of.",
     [](const PartitionStatus& one) { return one.source_end; }},
    {"kt_mirror_lag_offsets", "gauge", "Offsets between the two.", lag_of},
    {"kt_mirror_lag_milliseconds", "gauge",
     "Age of the newest record copied where more are left, else 0.",
     [](const PartitionStatus& one) { return one.behind_ms; }},
    {"kt_mirror_stopped", "gauge", "1 where the partition needs somebody to decide.",
     [](const PartitionStatus& one) -> int64_t { return one.state == LaneState::stopped; }},
};

}  // namespace

MirrorTotals totals_of(const std::vector<PartitionStatus>& partitions) {
  MirrorTotals totals;
  for (const auto& one : partitions) {
    totals.copying += one.state == LaneState::copying;
    totals.starting += one.state == LaneState::starting;
    totals.done += one.state == LaneState::done;
    totals.stopped += one.state == LaneState::stopped;
    totals.records += one.records;
    totals.bytes += one.bytes;
    totals.lag += std::max<int64_t>(0, lag_of(one));
    totals.behind_ms = std::max(totals.behind_ms, one.behind_ms);
  }
  return totals;
}

std::string metrics_text(const Mirror& mirror) {
  auto partitions = mirror.status();
  auto totals = totals_of(partitions);
  Writer out;
  out.family("kt_mirror_partitions", "gauge", "Partitions by state.");
  out.sample(R"({state="copying"})", totals.copying);
  out.sample(R"({state="waiting"})", totals.starting);
  out.sample(R"({state="done"})", totals.done);
  out.sample(R"({state="stopped"})", totals.stopped);
  out.family("kt_mirror_exactly_once", "gauge",
             "1 where the target's brokers hold each batch against the one before.");
  out.sample("", mirror.is_exactly_once() ? 1 : 0);
  out.family("kt_mirror_queued_bytes", "gauge", "Fetched and not yet acknowledged by the target.");
  out.sample("", static_cast<int64_t>(mirror.queued_bytes()));
  out.family("process_resident_memory_bytes", "gauge", "Memory that this process has.");
  out.sample("", resident_bytes());
  std::vector<std::string> labels;
  labels.reserve(partitions.size());
  for (const auto& one : partitions) labels.push_back(labels_of(one));
  for (const auto& family : kFamilies) {
    out.family(family.name, family.type, family.help);
    for (size_t i = 0; i < partitions.size(); ++i)
      if (auto value = family.value(partitions[i]); value >= 0) out.sample(labels[i], value);
  }
  return std::move(out.text);
}

}  // namespace kt::mirror
