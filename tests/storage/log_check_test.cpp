// Broken files on purpose: cut at every byte of a header, each bit turned, lengths that cannot be,
// bombs. Nothing may be taken for good, and nothing may end the check.
#include "storage/log_check.h"

#include <doctest/doctest.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "base/bytes.h"
#include "base/crc32c.h"
#include "base/text.h"
#include "protocol/records/batch_builder.h"
#include "protocol/records/record_reader.h"
#include "storage/batches.h"
#include "storage/file.h"
#include "storage/partition_log.h"
#include "support/temporary_directory.h"

using namespace kt;

namespace {

const std::string kSegments = std::string(KT_SOURCE_DIR) + "/tests/data/segments/";
const char* const kSamples[] = {"0.8.2.2-none", "0.8.2.2-gzip",
                                "0.10.2.2-lz4", "0.10.2.2-gzip-log-append",
                                "1.1.1-snappy", "4.3.0-zstd"};

struct Result {
  std::vector<std::string> kinds;
  CheckTotals totals;
};

Result check_bytes(const std::string& bytes, size_t limit_bytes = size_t{64} << 20) {
  static TemporaryDirectory directory;
  auto path = directory.path() + "/sample.log";
  write_file(path, bytes);
  Result result;
  CheckOptions options;
  options.limit_bytes = limit_bytes;
  result.totals = check_log(list_log_files(path), options, [&](const FoundProblem& found) {
    result.kinds.emplace_back(found.problem.problem.kind);
  });
  return result;
}

std::string first_batch(const std::string& segment) {
  return std::string(BatchReader(segment).next()->bytes());
}

std::string batch_of(Codec codec, size_t value_bytes) {
  BatchBuilder builder({.magic = 2, .compression = {codec}});
  builder.append(1000, std::nullopt, std::string(value_bytes, '\0'), {});
  return std::string(builder.finish());
}

}  // namespace

TEST_CASE("real segments of every release are good to their last byte") {
  for (const auto& entry : std::filesystem::directory_iterator(kSegments)) {
    if (entry.path().extension() != ".log") continue;
    CAPTURE(entry.path().string());
    auto bytes = read_file(entry.path().string());
    auto result = check_bytes(bytes);
    CHECK(result.kinds.empty());
    CHECK(result.totals.good_bytes == static_cast<int64_t>(bytes.size()));
  }
}

TEST_CASE("a segment cut at any byte is torn, and good up to its last whole batch") {
  for (const auto* sample : kSamples) {
    CAPTURE(sample);
    auto segment = read_file(kSegments + sample + ".log");
    size_t first = first_batch(segment).size();
    for (size_t size = first + 1; size < std::min(segment.size(), first + 70); ++size) {
      if (size >= first + 1 && size < segment.size()) {
        auto result = check_bytes(segment.substr(0, size));
        bool second_is_whole = result.totals.good_bytes > static_cast<int64_t>(first);
        if (second_is_whole) break;
        CHECK(result.kinds == std::vector<std::string>{"torn"});
        CHECK(result.totals.good_bytes == static_cast<int64_t>(first));
      }
    }
  }
}

TEST_CASE("each bit of a header that its checksum covers is missed when turned") {
  for (const auto* sample : kSamples) {
    CAPTURE(sample);
    auto batch = first_batch(read_file(kSegments + sample + ".log"));
    size_t header = std::min(batch.size(), batch_layout::kHeaderBytes);
    bool is_v2 = BatchView(batch).is_v2();
    for (size_t at = batch_layout::kLength; at < header; ++at)
      for (int bit = 0; bit < 8; ++bit) {
        // A leader may set its epoch without making the checksum anew.
        if (is_v2 && at >= batch_layout::kLeaderEpoch && at < batch_layout::kMagic) continue;
        CAPTURE(at);
        auto turned = batch;
        turned[at] = static_cast<char>(turned[at] ^ (1 << bit));
        auto result = check_bytes(turned);
        CHECK_FALSE(result.kinds.empty());
        CHECK(result.totals.good_bytes == 0);
      }
  }
}

TEST_CASE("lengths that cannot be cost neither memory nor the rest of the segment") {
  auto good = read_file(kSegments + "4.3.0-none.log");
  for (uint32_t length : {0U, 1U, 13U, 48U, 0x7fffffffU, 0x80000000U, 0xffffffffU}) {
    CAPTURE(length);
    auto broken = first_batch(good);
    store_big_endian(broken.data() + batch_layout::kLength, static_cast<int32_t>(length));
    auto result = check_bytes(broken + good);
    CHECK_FALSE(result.kinds.empty());
    // A length beyond the end of the file is a torn batch, and what a torn batch hides is unknown.
    if (length < 49 || length > INT32_MAX)
      CHECK(result.totals.good_bytes == static_cast<int64_t>(good.size()));
  }
}

TEST_CASE("a batch that decompresses to more than the limit is damaged, whatever its codec") {
  for (Codec codec : {Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd}) {
    CAPTURE(codec_name(codec));
    auto bomb = batch_of(codec, size_t{32} << 20);
    CHECK(check_bytes(bomb, size_t{1} << 20).kinds == std::vector<std::string>{"inside"});
    CHECK(check_bytes(bomb).kinds.empty());
  }
}

TEST_CASE("damage inside of a batch whose checksum is right is found") {
  auto batch = first_batch(read_file(kSegments + "4.3.0-gzip.log"));
  auto inside = batch;
  inside[batch_layout::kHeaderBytes + 40] ^= 0x55;
  set_crc(inside.data(), inside.size());
  CHECK(check_bytes(inside).kinds == std::vector<std::string>{"inside"});

  auto more = batch;
  store_big_endian(more.data() + batch_layout::kCount, BatchView(batch).count() + 1);
  set_crc(more.data(), more.size());
  CHECK(check_bytes(more).kinds == std::vector<std::string>{"count"});

  auto fewer = batch;
  store_big_endian(fewer.data() + batch_layout::kCount, BatchView(batch).count() - 1);
  set_crc(fewer.data(), fewer.size());
  CHECK(check_bytes(fewer).kinds == std::vector<std::string>{"inside"});

  auto later = batch;
  store_big_endian(later.data() + batch_layout::kMaxTimestamp,
                   BatchView(batch).max_timestamp_ms() + 1);
  set_crc(later.data(), later.size());
  CHECK(check_bytes(later).kinds == std::vector<std::string>{"timestamp"});
}

TEST_CASE("what a segment is cut to while it is read counts as its end") {
  TemporaryDirectory directory;
  auto path = directory.path() + "/t-0";
  std::filesystem::create_directory(path);
  auto segment = read_file(kSegments + "4.3.0-none.log");
  std::string large;
  for (int i = 0; large.size() < (size_t{3} << 20); ++i) {
    auto batch = first_batch(segment);
    set_base_offset(batch.data(), i * 1000);
    large += batch;
  }
  auto file = path + "/00000000000000000000.log";
  write_file(file, large);
  int pieces = 0;
  CheckOptions options;
  options.advanced = [&](int64_t) {
    if (++pieces == 2) std::filesystem::resize_file(file, size_t{1} << 20);
  };
  auto files = list_log_files(path);
  std::vector<std::string> kinds;
  auto totals = check_log(files, options, [&](const FoundProblem& found) {
    kinds.emplace_back(found.problem.problem.kind);
  });
  CHECK(totals.good_bytes <= int64_t{2} << 20);
  for (const auto& kind : kinds) CHECK(kind == "torn");
}

TEST_CASE("indexes that their broker fills up and trims while they are read are not damaged") {
  TemporaryDirectory directory;
  auto path = directory.path() + "/t-0";
  {
    PartitionLog log({.directory = path});
    for (int i = 0; i < 400; ++i) log.append(batch_at(i * 3, 3, 100, 1000 + i));
    log.flush();
  }
  struct Index {
    std::string file;
    uintmax_t size, full_size;
  };
  std::vector<Index> indexes;
  for (auto [suffix, entry_bytes] : {std::pair{".index", 8U}, std::pair{".timeindex", 12U}}) {
    auto file = path + "/00000000000000000000" + suffix;
    constexpr uintmax_t kFullBytes = 10 << 20;  // as Kafka makes them: zeros behind the entries
    indexes.push_back(
        {file, std::filesystem::file_size(file), kFullBytes / entry_bytes * entry_bytes});
    CHECK(indexes.back().size >= 10 * entry_bytes);
  }
  std::atomic<bool> done = false;
  std::thread broker([&] {
    while (!done)
      for (const auto& index : indexes) {
        std::filesystem::resize_file(index.file, index.full_size);
        std::this_thread::yield();
        std::filesystem::resize_file(index.file, index.size);
      }
  });
  auto files = list_log_files(path);
  for (int round = 0; round < 50; ++round) {
    std::vector<std::string> problems;
    check_log(files, {}, [&](const FoundProblem& found) {
      problems.push_back(found.problem.file + ": " + found.problem.problem.message);
    });
    CHECK(join(problems, "; ") == "");
  }
  done = true;
  broker.join();
}

TEST_CASE("files that their broker deletes while others are read are not damaged") {
  TemporaryDirectory directory;
  auto path = directory.path() + "/t-0";
  {
    PartitionLog log({.directory = path});
    log.append(batch_at(0, 3, 100, 1000));
    log.flush();
  }
  auto files = list_log_files(path);
  CHECK(files.size() > 1);
  std::filesystem::remove_all(path);
  std::vector<std::string> problems;
  check_log(files, {}, [&](const FoundProblem& found) {
    problems.push_back(found.problem.file + ": " + found.problem.problem.message);
  });
  CHECK(join(problems, "; ") == "");
}

TEST_CASE("tiered storage keeps the producers at the end of each segment, under its first offset") {
  TemporaryDirectory directory;
  auto path = directory.path() + "/t-0-OR507VScT4aLaZR1Vfcq4Q";
  std::filesystem::create_directory(path);
  auto name = [&](int64_t offset, const std::string& suffix) {
    return path + "/" + segment_name(offset, "-AjdD0bkASOiEfQNWz5xwrw" + suffix);
  };
  auto snapshot_of = [](int32_t last_sequence, int64_t last_offset) {
    std::string bytes("\0\1\0\0\0\0", 6);
    ByteWriter out(bytes);
    out.integer<int32_t>(1);
    out.integer<int64_t>(7);  // the producer
    out.integer<int16_t>(0);
    out.integer(last_sequence);
    out.integer(last_offset);
    out.integer<int32_t>(1);
    out.integer<int64_t>(1000);
    out.integer<int32_t>(-1);
    out.integer<int64_t>(-1);
    store_big_endian(bytes.data() + 2, crc32c(std::string_view(bytes).substr(6)));
    return bytes;
  };
  for (int64_t offset : {0, 2}) {
    BatchOptions options{.base_offset = offset, .leader_epoch = 0, .producer_id = 7};
    options.producer_epoch = 0;
    options.base_sequence = static_cast<int32_t>(offset);
    write_file(name(offset, ".log"), batch_of(options, {{"k", "v"}, {"k", "v"}}));
    write_file(name(offset, ".snapshot"),
               snapshot_of(static_cast<int32_t>(offset) + 1, offset + 1));
  }
  auto problems = [&] {
    std::vector<std::string> kinds;
    check_log(list_log_files(directory.path()), {}, [&](const FoundProblem& found) {
      kinds.push_back(found.problem.file.substr(path.size() + 20, 1) +
                      std::string(found.problem.problem.kind));
    });
    return join(kinds, " ");
  };
  CHECK(problems() == "");
  write_file(name(2, ".snapshot"), snapshot_of(9, 3));
  CHECK(problems() == "2producer-state");
}
