// How others see a mirror that runs for months: a line on a terminal, a line a minute elsewhere, in
// JSON where asked for, metrics and health over HTTP.
#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "cli/context.h"
#include "http/server.h"
#include "mirror/metrics.h"

namespace kt {

class MirrorWatch {
 public:
  std::vector<Argument> arguments();

  /// Before anything is said.
  void choose_log(Context& context);
  /// Answers over HTTP from now on, where a port was given. The mirror must outlive this.
  void start(Context& context, const mirror::Mirror& copier);
  /// Once every now and then: that the mirror is alive, and what it has done.
  void turn(Context& context, const std::vector<mirror::PartitionStatus>& partitions);
  /// Takes the line off the terminal.
  void finish(Context& context);

 private:
  http::Answer health() const;
  http::Answer readiness(const mirror::Mirror& copier) const;
  void show(Context& context, const mirror::MirrorTotals& totals);

  std::string log_ = "text";
  std::string metrics_;
  Clock::Time started_{}, shown_at_{};
  int64_t bytes_before_ = 0;
  bool on_screen_ = false;
  std::atomic<int64_t> turned_at_ms_ = 0;
  Milliseconds may_hang_{};
  std::optional<http::Server> server_;
};

}  // namespace kt
