#include "statelog/merge.h"

#include <doctest/doctest.h>
#include <zlib.h>

#include <algorithm>
#include <fstream>
#include <string>

#include "base/error.h"
#include "statelog/line.h"
#include "support/temporary_directory.h"

using namespace kt;
using namespace kt::statelog;

namespace {

/// Files of a test, merged.
class Logs {
 public:
  void add(const std::string& text, const std::string& zone = "UTC", size_t window = 100) {
    auto path = directory_.path() + "/" + std::to_string(files_.size());
    std::ofstream(path) << text;
    files_.push_back(std::make_unique<LogFile>(path, TimeZone(zone), window));
  }
  /// Every line as it comes out, parted by `|`.
  std::string merged() {
    merger_.emplace(std::move(files_));
    std::string all;
    while (auto found = merger_->next())
      for (const auto& line : found->entry.lines)
        all += line.text.substr(line.text.starts_with('[') ? 21 : 0) + '|';
    return all;
  }
  const LogFile& file(size_t number) const { return *merger_->files()[number]; }

 private:
  TemporaryDirectory directory_;
  std::vector<std::unique_ptr<LogFile>> files_;
  std::optional<Merger> merger_;
};

/// A line of 2026-11-24, at a second and its milliseconds.
std::string at(const std::string& clock, const std::string& text) {
  return "[2026-11-24 " + clock + "] INFO " + text + " (l)\n";
}

std::string line(const std::string& millis, const std::string& text) {
  return at("10:00:00," + millis, text);
}

}  // namespace

TEST_CASE("lines of several files come by time, those of equal time by file, then as they stood") {
  Logs logs;
  logs.add(line("003", "a") + line("005", "b") + line("005", "c"));
  logs.add(line("001", "d") + line("005", "e"));
  CHECK(logs.merged() ==
        "001] INFO d (l)|003] INFO a (l)|005] INFO b (l)|005] INFO c (l)|005] INFO e (l)|");
}

TEST_CASE("a line that steps back within the window is put right, a later one is counted") {
  Logs logs;
  logs.add(line("002", "a") + line("003", "b") + line("001", "c"), "UTC", 3);
  CHECK(logs.merged() == "001] INFO c (l)|002] INFO a (l)|003] INFO b (l)|");
  CHECK(logs.file(0).late_count() == 0);
  Logs narrow;
  narrow.add(line("002", "a") + line("003", "b") + line("001", "c"), "UTC", 2);
  CHECK(narrow.merged() == "002] INFO a (l)|001] INFO c (l)|003] INFO b (l)|");
  CHECK(narrow.file(0).late_count() == 1);
}

TEST_CASE("lines without a time stay with their neighbours") {
  Logs logs;
  logs.add("top\n" + line("002", "a") + "\tat one\n\tat two\n" + line("004", "b") + "torn");
  logs.add(line("003", "c"));
  CHECK(logs.merged() ==
        "top|002] INFO a (l)|\tat one|\tat two|003] INFO c (l)|004] INFO b (l)|torn|");
  CHECK(logs.file(0).undated_count() == 4);
}

TEST_CASE("a file without any time comes first and whole") {
  Logs logs;
  std::string text, expected;
  for (int i = 0; i < 2'500; ++i) {
    text += "x" + std::to_string(i) + "\n";
    expected += "x" + std::to_string(i) + "|";
  }
  logs.add(line("001", "a"));
  logs.add(text);
  CHECK(logs.merged() == expected + "001] INFO a (l)|");
}

TEST_CASE("very many lines without a time stay behind the one they follow") {
  Logs logs;
  std::string text = line("002", "a"), expected = "002] INFO a (l)|";
  for (int i = 0; i < 2'500; ++i) {
    text += "x" + std::to_string(i) + "\n";
    expected += "x" + std::to_string(i) + "|";
  }
  logs.add(text + line("003", "b"));
  logs.add(line("002", "c"));
  CHECK(logs.merged() == expected + "002] INFO c (l)|003] INFO b (l)|");
}

TEST_CASE("a line longer than the limit is parted, and nothing of it is lost") {
  Logs logs;
  logs.add(line("001", "a") + std::string(kMostLineBytes + 10, 'x') + "\n" + line("002", "b"));
  auto merged = logs.merged();
  CHECK(std::count(merged.begin(), merged.end(), 'x') == kMostLineBytes + 10);
  CHECK(logs.file(0).undated_count() == 2);
}

TEST_CASE("files have zones of their own") {
  Logs logs;
  logs.add(at("10:00:00,000", "utc"));
  logs.add(at("10:30:00,000", "east"), "+01:00");
  logs.add(at("04:59:00,000", "west"), "-05:00");
  CHECK(logs.merged() == "000] INFO east (l)|000] INFO west (l)|000] INFO utc (l)|");
}

TEST_CASE("a gzip file is read as its text, and one that is cut off keeps what it had") {
  TemporaryDirectory directory;
  auto path = directory.path() + "/log.gz";
  auto text = line("001", "a") + line("002", "b");
  gzFile out = gzopen(path.c_str(), "wb");
  gzwrite(out, text.data(), static_cast<unsigned>(text.size()));
  gzflush(out, Z_FULL_FLUSH);
  gzwrite(out, text.data(), static_cast<unsigned>(text.size()));
  gzclose(out);
  auto count_lines = [&](LogFile& file) {
    size_t count = 0;
    for (; file.front() != nullptr; ++count) file.pop();
    return count;
  };
  LogFile whole(path, TimeZone("UTC"), 10);
  CHECK(count_lines(whole) == 4);
  CHECK(whole.failure().empty());
  std::filesystem::resize_file(path, std::filesystem::file_size(path) - 12);
  LogFile cut(path, TimeZone("UTC"), 10);
  CHECK(count_lines(cut) >= 2);
  CHECK(cut.failure().ends_with("the gzip stream is cut off"));
}

TEST_CASE("what cannot be opened is wrong use") {
  CHECK_THROWS_AS(LogFile("/no/such/file", TimeZone("UTC"), 1), Error);
  CHECK_THROWS_AS(LogFile("/tmp", TimeZone("UTC"), 1), Error);
}

TEST_CASE("real logs of every release: no line lost, in order, every partition found") {
  for (const char* release : {"0.8.0", "0.8.2.2", "0.10.2.2", "1.1.1", "2.8.2", "3.9.1", "4.3.0"}) {
    CAPTURE(release);
    std::vector<std::unique_ptr<LogFile>> files;
    for (int broker = 1; broker <= 3; ++broker)
      files.push_back(
          std::make_unique<LogFile>(std::string(KT_SOURCE_DIR "/tests/data/state-changes/") +
                                        release + "-broker-" + std::to_string(broker) + ".log.gz",
                                    TimeZone("UTC"), 1'000));
    Merger merger(std::move(files));
    int64_t before = INT64_MIN;
    size_t lines = 0, about_a_partition = 0;
    while (auto found = merger.next()) {
      REQUIRE(found->entry.dated == 0);
      CHECK(found->entry.timestamp_ms >= before);
      before = found->entry.timestamp_ms;
      lines += found->entry.lines.size();
      std::string_view text = found->entry.lines[0].text;
      auto dated = parse_line(text);
      CHECK(dated->logger == "state.change.logger");
      auto change = parse_message(dated->message);
      CHECK_FALSE(change.source.empty());
      CHECK(change.source_id);
      // Answers of 2.8 on name a topic by its id, others count partitions only.
      bool names_it = text.find("moved-orders") != std::string_view::npos;
      CAPTURE(text);
      CHECK(names_it == !change.partitions.empty());
      for (const auto& named : change.partitions) {
        CHECK(named.topic == "moved-orders");
        CHECK(named.partition >= 0);
        CHECK(named.partition <= 1);
      }
      about_a_partition += names_it;
    }
    size_t counted = 0;
    for (const auto& file : merger.files()) {
      counted += file->line_count();
      CHECK(file->late_count() == 0);
    }
    CHECK(lines == counted);
    CHECK(about_a_partition > 10);
  }
}
