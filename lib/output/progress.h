// How far a long job is: on a terminal one line that is rewritten once the job takes longer than a
// second, elsewhere a line a minute.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "output/sink.h"

namespace kt {

class Progress {
 public:
  enum class Unit { items, bytes };

  /// `total` 0 means that the end is not known. Nothing is shown where `quiet`.
  Progress(Sink& err, std::string what, int64_t total, Unit unit, bool quiet);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// `count` more are done. Cheap: looks at the clock, prints at most five times a second.
  void advance(int64_t count);
  /// Takes the line off the terminal; the destructor does so too.
  void finish();
  /// `copying  512 MiB of 1 GiB (50%), 98 MiB/s, 5s left`
  std::string line(std::chrono::steady_clock::time_point now) const;

 private:
  Sink& err_;
  std::string what_;
  int64_t total_;
  int64_t done_ = 0;
  Unit unit_;
  bool quiet_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point started_;
  std::chrono::steady_clock::time_point next_;
};

}  // namespace kt
