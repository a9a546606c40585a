#include "statelog/merge.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/error.h"
#include "statelog/line.h"

namespace kt::statelog {
namespace {

constexpr size_t kBlockBytes = 16 * 1024;
constexpr size_t kMostEntryLines = 1'000;
constexpr int64_t kSmallStepMs = 60'000;

}  // namespace

bool LogFile::Held::operator<(const Held& other) const {
  return entry.timestamp_ms != other.entry.timestamp_ms
             ? entry.timestamp_ms > other.entry.timestamp_ms
             : sequence > other.sequence;
}

LogFile::LogFile(std::string path, TimeZone zone, size_t window_entries)
    : path_(std::move(path)),
      zone_(std::move(zone)),
      window_entries_(window_entries),
      file_(path_) {}

bool LogFile::fill_block() {
  if (ended_) return false;
  block_.erase(0, taken_);
  taken_ = 0;
  size_t kept = block_.size();
  block_.resize(kept + kBlockBytes);
  size_t count = 0;
  try {
    count = file_.read(block_.data() + kept, kBlockBytes);
  } catch (const Error& error) {
    failure_ = error.message();
  }
  block_.resize(kept + count);
  ended_ = count == 0;
  return !ended_;
}

bool LogFile::read_line(Line& line) {
  for (size_t searched = taken_;;) {
    size_t end = block_.find('\n', searched);
    size_t size = (end == std::string::npos ? block_.size() : end) - taken_;
    bool whole = end != std::string::npos;
    if (size > kMostLineBytes) {
      size = kMostLineBytes;
    } else if (!whole) {
      size_t known = block_.size() - taken_;
      if (fill_block()) {
        searched = taken_ + known;
        continue;
      }
      if (size == 0) return false;
    }
    line.number = ++line_count_;
    line.text.assign(block_, taken_, size);
    taken_ += size;
    if (taken_ < block_.size() && block_[taken_] == '\n') ++taken_;
    return true;
  }
}

/// Looks at the next line; false at the end.
bool LogFile::look_ahead() {
  if (ahead_) return true;
  Line line;
  if (!read_line(line)) return false;
  std::string_view text = line.text;
  if (line.number == 1 && text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  ahead_ms_.reset();
  if (auto dated = parse_line(text)) {
    // In an hour that comes twice, a clock that steps back far is in its second pass.
    int64_t least_ms = latest_ms_ == INT64_MIN ? INT64_MIN : latest_ms_ - kSmallStepMs;
    ahead_ms_ = zone_.to_utc(dated->local_ms, least_ms);
  } else {
    ++undated_count_;
  }
  ahead_ = std::move(line);
  return true;
}

std::optional<Entry> LogFile::read_entry() {
  Entry entry;
  size_t size_bytes = 0;
  while (look_ahead()) {
    bool is_full = entry.lines.size() >= kMostEntryLines || size_bytes >= kMostLineBytes;
    bool is_top_of_file = latest_ms_ == INT64_MIN;
    if (!entry.lines.empty() && (ahead_ms_ ? !is_top_of_file : is_full)) break;
    if (ahead_ms_) {
      entry.dated = entry.lines.size();
      latest_ms_ = *ahead_ms_;
    }
    size_bytes += ahead_->text.size();
    entry.lines.push_back(std::move(*ahead_));
    ahead_.reset();
  }
  if (entry.lines.empty()) return std::nullopt;
  entry.timestamp_ms = latest_ms_;
  return entry;
}

/// Fills the window.
void LogFile::hold() {
  while (held_.size() < window_entries_) {
    auto entry = read_entry();
    if (!entry) return;
    held_.push_back({std::move(*entry), sequence_++});
    std::push_heap(held_.begin(), held_.end());
  }
}

const Entry* LogFile::front() {
  hold();
  return held_.empty() ? nullptr : &held_.front().entry;
}

Entry LogFile::pop() {
  std::pop_heap(held_.begin(), held_.end());
  Entry entry = std::move(held_.back().entry);
  held_.pop_back();
  if (entry.timestamp_ms < given_ms_)
    ++late_count_;
  else
    given_ms_ = entry.timestamp_ms;
  return entry;
}

Merger::Merger(std::vector<std::unique_ptr<LogFile>> files) : files_(std::move(files)) {
  for (size_t file = 0; file < files_.size(); ++file) add(file);
}

void Merger::add(size_t file) {
  const auto* entry = files_[file]->front();
  if (entry == nullptr) return;
  heads_.push_back({entry->timestamp_ms, file});
  std::push_heap(heads_.begin(), heads_.end());
}

std::optional<Merger::Found> Merger::next() {
  if (heads_.empty()) return std::nullopt;
  std::pop_heap(heads_.begin(), heads_.end());
  size_t file = heads_.back().file;
  heads_.pop_back();
  Found found{files_[file].get(), files_[file]->pop()};
  add(file);
  return found;
}

}  // namespace kt::statelog
