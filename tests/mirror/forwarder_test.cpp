// What leaves for the target: headers patched, holes and old formats rewritten, and where each
// batch stands in its run.
#include "mirror/forwarder.h"

#include <doctest/doctest.h>

#include <random>

#include "protocol/records/record_reader.h"

using namespace kt;
using namespace kt::mirror;

namespace {

struct Made {
  int64_t offset;
  std::string value;
};

std::string make_batch(const std::vector<Made>& records, BatchOptions options = {}) {
  options.base_offset = records.front().offset;
  BatchBuilder builder(options);
  for (const auto& made : records) {
    RecordView record;
    record.timestamp_ms = 1000 + made.offset;
    record.value = made.value;
    builder.append_at(made.offset, record);
  }
  return std::string(builder.finish());
}

FetchedChunk chunk_of(const std::string& bytes, int64_t from_offset = 0) {
  Reply<msg::FetchResponse> reply;
  reply.frame.bytes.resize(bytes.size());
  std::copy(bytes.begin(), bytes.end(), reply.frame.bytes.data());
  FetchedChunk chunk;
  chunk.partition = {"t", 0};
  chunk.from_offset = from_offset;
  chunk.keeps_alive =
      std::make_shared<FetchAnswer>(std::move(reply), std::make_shared<BufferPool>());
  chunk.records = chunk.keeps_alive->reply.frame.bytes.view();
  return chunk;
}

/// Bytes that no codec makes much smaller.
std::string noise(size_t size_bytes) {
  std::string bytes;
  for (std::minstd_rand random(7); bytes.size() < size_bytes;)
    bytes += static_cast<char>(random() >> 8);
  return bytes;
}

const RunIds kIds("m", "cluster", {"t", 0});

/// The source offsets that a batch says it ends before, and that its header is a client's.
int64_t end_said(const OutgoingBatch& out) {
  BatchView batch(out.bytes);
  CHECK(batch.computed_crc() == batch.stored_crc());
  CHECK(batch.base_offset() == 0);
  CHECK(batch.count() == batch.last_offset_delta() + 1);
  CHECK(!batch.transactional());
  CHECK(batch.timestamp_type() == TimestampType::create);
  return kIds.source_end(batch).value_or(-1);
}

}  // namespace

TEST_CASE("runs: start and position come back from producer id, epoch and sequence") {
  for (int64_t start : {int64_t{0}, int64_t{12345}, (int64_t{1} << 31) + 7, kOffsetLimit - 5}) {
    auto run = kIds.run_of(kIds.producer_id({start}), RunIds::epoch({start}));
    REQUIRE(run);
    CHECK(run->start == start);
    CHECK(run->source_end(9) == start + 10);
    CHECK(run->source_end(kJoinedBase + 77 * kJoinedStep) == start + 78);
  }
  CHECK(kIds.producer_id({0}) >= int64_t{1} << 62);
  CHECK(!kIds.run_of(17, 0));
  RunIds other("m", "cluster", {"t", 1});
  CHECK(!other.run_of(kIds.producer_id({5}), 0));
}

TEST_CASE("batches pass with their bodies untouched, in one run") {
  for (auto codec : {Codec::none, Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd}) {
    BatchOptions options{.compression = {codec},
                         .leader_epoch = 4,
                         .producer_id = 9,
                         .producer_epoch = 1,
                         .base_sequence = 3,
                         .transactional = true};
    // Smaller it would be joined with the next.
    auto first = make_batch({{7, noise(70'000)}, {8, "b"}}, options);
    auto second = make_batch({{9, "c"}}, options);
    auto body = first.substr(batch_layout::kHeaderBytes);
    BatchBuilder builder;
    Forwarder forwarder(kIds, {}, builder);
    forwarder.resume(7, std::nullopt);
    auto out = forwarder.take(chunk_of(first + second, 7));
    REQUIRE(out.size() == 2);
    CHECK(out[0].bytes.substr(batch_layout::kHeaderBytes) == body);
    CHECK(end_said(out[0]) == 9);
    CHECK(end_said(out[1]) == 10);
    CHECK(out[0].begins_run);
    CHECK(!out[1].begins_run);
    CHECK(BatchView(out[1].bytes).producer_id() == BatchView(out[0].bytes).producer_id());
    CHECK(BatchView(out[1].bytes).base_sequence() == 2);
  }
}

TEST_CASE("what passes keeps its answer, unless copies are asked for") {
  auto bytes = make_batch({{7, std::string(70'000, 'a')}, {8, "b"}}, {});
  BatchBuilder builder;
  Forwarder forwarder(kIds, {}, builder);
  for (bool as_copies : {false, true}) {
    forwarder.resume(7, std::nullopt);
    auto chunk = chunk_of(bytes, 7);
    std::weak_ptr<FetchAnswer> answer = chunk.keeps_alive;
    auto pool = chunk.keeps_alive->pool;
    auto out = forwarder.take(chunk, as_copies);
    chunk = {};
    REQUIRE(out.size() == 1);
    CHECK(answer.expired() == as_copies);
    CHECK(pool->held_bytes() == bytes.size());
    CHECK(end_said(out[0]) == 9);
    CHECK(out[0].bytes.substr(batch_layout::kHeaderBytes) ==
          bytes.substr(batch_layout::kHeaderBytes));
    out.clear();
    CHECK(pool->held_bytes() == 0);
  }
}

TEST_CASE("batches that are made count as held until they are dropped") {
  auto bytes = make_batch({{7, "a"}}) + make_batch({{8, "b"}});
  BatchBuilder builder;
  Forwarder forwarder(kIds, {}, builder);
  forwarder.resume(7, std::nullopt);
  auto chunk = chunk_of(bytes, 7);
  auto pool = chunk.keeps_alive->pool;
  auto out = forwarder.take(chunk);
  chunk = {};
  REQUIRE(out.size() == 1);
  CHECK(out[0].is_made);
  CHECK(pool->held_bytes() == out[0].bytes.size());
  out.clear();
  CHECK(pool->held_bytes() == 0);
}

TEST_CASE("small batches that are not compressed are joined, in the run") {
  auto bytes = make_batch({{7, "a"}, {8, "b"}}) + make_batch({{9, "c"}}) +
               make_batch({{10, std::string(70'000, 'd')}}) + make_batch({{11, "e"}}) +
               make_batch({{12, "f"}}, {.compression = {Codec::lz4}}) + make_batch({{13, "g"}});
  BatchBuilder builder;
  Forwarder forwarder(kIds, {}, builder);
  forwarder.resume(7, Run{5});
  auto out = forwarder.take(chunk_of(bytes, 7));
  REQUIRE(out.size() == 5);
  CHECK(BatchView(out[0].bytes).base_sequence() == 2);
  int64_t end = 7;
  for (const auto& one : out) {
    CHECK(!one.begins_run);
    CHECK(one.source_end == end + one.count);
    end = one.source_end;
    CHECK(end_said(one) == end);
    CHECK(BatchView(one.bytes).producer_id() == kIds.producer_id({5}));
  }
  CHECK(end == 14);
  CHECK(out[0].count == 3);
  CHECK(BatchView(out[3].bytes).codec() == Codec::lz4);
  int64_t offset = 7;
  for (const auto& one : out) {
    RecordReader reader(one.bytes);
    while (const auto* record = reader.next()) {
      CHECK(record->timestamp_ms == 1000 + offset);
      CHECK(record->value->front() == "abcdefg"[offset - 7]);
      ++offset;
    }
  }
  CHECK(offset == 14);
}

TEST_CASE("compressed ones are joined where they are very small, but not gzip's") {
  for (auto codec : {Codec::lz4, Codec::snappy, Codec::zstd, Codec::gzip}) {
    BatchOptions options{.compression = {codec}};
    auto small = make_batch({{7, "a"}, {8, "b"}}, options) + make_batch({{9, "c"}}, options);
    auto bytes = small + make_batch({{10, noise(20'000)}}, options);
    BatchBuilder builder;
    Forwarder forwarder(kIds, {}, builder);
    forwarder.resume(7, Run{5});
    auto out = forwarder.take(chunk_of(bytes, 7));
    REQUIRE(out.size() == (codec == Codec::gzip ? 3 : 2));
    const auto& last = out.back();
    CHECK(last.bytes.substr(batch_layout::kHeaderBytes) ==
          std::string_view(bytes).substr(small.size() + batch_layout::kHeaderBytes));
    CHECK(BatchView(last.bytes).base_sequence() == 5);
    if (codec == Codec::gzip) continue;
    CHECK(out[0].count == 3);
    CHECK(end_said(out[0]) == 10);
    CHECK(BatchView(out[0].bytes).base_sequence() == 2);
    CHECK(BatchView(out[0].bytes).codec() == codec);
    std::string values;
    RecordReader reader(out[0].bytes);
    while (const auto* record = reader.next()) values += *record->value;
    CHECK(values == "abc");
  }
}

TEST_CASE("joined batches hold no more than they may") {
  std::string bytes;
  for (int64_t i = 0; i < 100; ++i) bytes += make_batch({{i, std::string(100, 'x')}});
  BatchBuilder builder;
  Forwarder forwarder(kIds, {.batch_bytes = 1'000}, builder);
  forwarder.resume(0, std::nullopt);
  auto out = forwarder.take(chunk_of(bytes));
  CHECK(out.size() > 9);
  int64_t end = 0;
  for (const auto& one : out) {
    CHECK(one.bytes.size() < 1'200);
    CHECK(one.is_made);
    end += one.count;
    CHECK(end_said(one) == end);
  }
  CHECK(end == 100);
}

TEST_CASE("a damaged batch among small ones goes by itself, behind those before it") {
  auto good = make_batch({{0, "a"}}) + make_batch({{1, "b"}});
  auto bad = make_batch({{2, "hello"}});
  bad.back() ^= 1;
  BatchBuilder builder;
  Forwarder forwarder(kIds, {}, builder);
  forwarder.resume(0, std::nullopt);
  auto out = forwarder.take(chunk_of(good + bad + make_batch({{3, "c"}})));
  REQUIRE(out.size() == 3);
  CHECK(end_said(out[0]) == 2);
  BatchView batch(out[1].bytes);
  CHECK(batch.computed_crc() != batch.stored_crc());
}

TEST_CASE("a damaged body keeps a wrong checksum, so that the target refuses it") {
  auto bytes = make_batch({{0, "hello"}});
  bytes.back() ^= 1;
  BatchBuilder builder;
  Forwarder forwarder(kIds, {}, builder);
  forwarder.resume(0, std::nullopt);
  auto out = forwarder.take(chunk_of(bytes));
  REQUIRE(out.size() == 1);
  BatchView batch(out[0].bytes);
  CHECK(batch.computed_crc() != batch.stored_crc());
}

TEST_CASE("holes inside a batch are closed, and the position is still right") {
  auto bytes = make_batch({{10, "a"}, {13, "b"}, {20, "c"}});
  BatchBuilder builder;
  Forwarder forwarder(kIds, {}, builder);
  forwarder.resume(0, std::nullopt);
  auto out = forwarder.take(chunk_of(bytes));
  REQUIRE(out.size() == 1);
  CHECK(out[0].count == 3);
  CHECK(end_said(out[0]) == 21);
  RecordReader reader(out[0].bytes);
  CHECK(reader.next()->timestamp_ms == 1010);
  CHECK(reader.next()->value == "b");
  CHECK(reader.next()->offset == 2);
  SUBCASE("what follows begins a run of its own") {
    auto next = forwarder.take(chunk_of(make_batch({{21, "d"}}), 21));
    REQUIRE(next.size() == 1);
    CHECK(next[0].begins_run);
    CHECK(end_said(next[0]) == 22);
  }
}

TEST_CASE("targets before 2.5: a run begins at sequence 0, holes or not") {
  auto bytes = make_batch({{10, "a"}, {11, "b"}, {20, "c"}});
  BatchBuilder builder;
  Forwarder forwarder(kIds, {.runs_begin_at_zero = true}, builder);
  forwarder.resume(0, std::nullopt);
  auto out = forwarder.take(chunk_of(bytes + make_batch({{21, "d"}, {22, "e"}})));
  REQUIRE(out.size() == 1);
  CHECK(out[0].begins_run);
  CHECK(out[0].count == 5);
  CHECK(out[0].source_end == 23);
  BatchView batch(out[0].bytes);
  CHECK(batch.base_sequence() == 0);
  CHECK(kIds.run_of(batch.producer_id(), batch.producer_epoch())->start == 10);
  out = forwarder.take(chunk_of(make_batch({{23, "f"}}), 23));
  REQUIRE(out.size() == 1);
  CHECK(out[0].begins_run);
  CHECK(BatchView(out[0].bytes).base_sequence() == 0);
}

TEST_CASE("targets before 0.11 get message sets without producers, before 2.1 no zstd") {
  auto bytes = make_batch({{10, "a"}, {11, "b"}, {20, "c"}}, {.compression = {Codec::zstd}});
  for (int8_t magic : {0, 1, 2}) {
    BatchBuilder builder;
    Forwarder forwarder(kIds, {.runs_begin_at_zero = true, .magic = magic, .has_zstd = false},
                        builder);
    forwarder.resume(0, std::nullopt);
    auto out = forwarder.take(chunk_of(bytes));
    REQUIRE(out.size() == 1);
    CHECK(out[0].count == 3);
    CHECK(out[0].source_end == 21);
    CHECK(out[0].begins_run == (magic == 2));
    BatchView batch(out[0].bytes);
    CHECK(batch.magic() == magic);
    CHECK(batch.codec() == Codec::lz4);
    RecordReader reader(out[0].bytes);
    for (const char* value : {"a", "b", "c"}) {
      const auto* record = reader.next();
      REQUIRE(record != nullptr);
      CHECK(record->value == value);
      CHECK((record->timestamp_ms >= 1010) == (magic > 0));
    }
  }
}

TEST_CASE("no batch that begins where another one does can follow it") {
  // The broker takes a batch of a known producer only at its last sequence + 1.
  for (int first_size = 1; first_size <= 12; ++first_size) {
    for (int second_size = 1; second_size <= 12; ++second_size) {
      auto cut = [](int size) {
        std::vector<Made> records;
        for (int i = 0; i < size; ++i) records.push_back({100 + i * (i % 3 + 1), "v"});
        BatchBuilder builder;
        Forwarder forwarder(kIds, {}, builder);
        forwarder.resume(0, std::nullopt);
        auto out = forwarder.take(chunk_of(make_batch(records)));
        REQUIRE(!out.empty());
        BatchView batch(out[0].bytes);
        return std::pair(batch.base_sequence(), batch.last_sequence());
      };
      CHECK(cut(second_size).first != cut(first_size).second + 1);
    }
  }
}

TEST_CASE("markers, aborted data and what was copied already are left out") {
  BatchOptions transaction{
      .producer_id = 5, .producer_epoch = 0, .base_sequence = 0, .transactional = true};
  auto aborted = make_batch({{0, "no"}}, transaction);
  auto marker_options = transaction;
  marker_options.control = true;
  marker_options.base_offset = 1;
  BatchBuilder marker(marker_options);
  std::string_view abort("\0\0\0\0", 4);
  marker.append(0, abort, std::string_view("\0\0\0\0\0\0", 6));
  auto good = make_batch({{2, "old"}, {3, "yes"}});
  auto chunk = chunk_of(aborted + std::string(marker.finish()) + good);
  chunk.aborted.push_back({});
  chunk.aborted[0].producer_id = 5;
  chunk.aborted[0].first_offset = 0;
  BatchBuilder builder;
  Forwarder forwarder(kIds, {}, builder);
  forwarder.resume(3, std::nullopt);
  auto out = forwarder.take(chunk);
  REQUIRE(out.size() == 1);
  RecordReader reader(out[0].bytes);
  CHECK(reader.next()->value == "yes");
  CHECK(reader.next() == nullptr);
  CHECK(end_said(out[0]) == 4);
  CHECK(forwarder.position() == 4);
}

TEST_CASE("old formats become batches, log-append times become the records' own") {
  auto old = make_batch({{0, "a"}}, {.magic = 1}) + make_batch({{1, "b"}}, {.magic = 1});
  auto stamped = make_batch({{2, "c"}, {3, "d"}}, {.timestamp_type = TimestampType::log_append});
  set_log_append_time(stamped.data(), stamped.size(), 5'000);
  BatchBuilder builder;
  Forwarder forwarder(kIds, {}, builder);
  forwarder.resume(0, std::nullopt);
  auto out = forwarder.take(chunk_of(old + stamped));
  REQUIRE(out.size() == 1);
  CHECK(end_said(out[0]) == 4);
  RecordReader reader(out[0].bytes);
  CHECK(reader.next()->timestamp_ms == 1000);
  CHECK(reader.next()->timestamp_ms == 1001);
  CHECK(reader.next()->timestamp_ms == 5000);
  CHECK(reader.next()->timestamp_ms == 5000);
}

TEST_CASE("after a restart the run goes on where nothing lies between, else a new one begins") {
  BatchBuilder builder;
  Forwarder forwarder(kIds, {}, builder);
  forwarder.resume(50, Run{7});
  auto out = forwarder.take(chunk_of(make_batch({{50, "a"}}), 50));
  REQUIRE(out.size() == 1);
  CHECK(!out[0].begins_run);
  CHECK(BatchView(out[0].bytes).base_sequence() == 43);
  forwarder.resume(50, Run{7});
  out = forwarder.take(chunk_of(make_batch({{51, "a"}}), 50));
  REQUIRE(out.size() == 1);
  CHECK(out[0].begins_run);
}

TEST_CASE("small transactions share a batch, large ones pass") {
  BatchOptions options{
      .producer_id = 5, .producer_epoch = 0, .base_sequence = 0, .transactional = true};
  std::string bytes;
  for (int64_t offset : {0, 2, 4, 6}) bytes += make_batch({{offset, "small"}}, options);
  bytes += make_batch({{8, std::string(100'000, 'x')}}, options);
  BatchBuilder builder;
  Forwarder forwarder(kIds, {}, builder);
  forwarder.resume(0, std::nullopt);
  auto out = forwarder.take(chunk_of(bytes));
  REQUIRE(out.size() == 2);
  CHECK(out[0].count == 4);
  CHECK(end_said(out[0]) == 7);
  CHECK(end_said(out[1]) == 9);
}

TEST_CASE("however a source is cut into chunks, what goes on in the run is sent in the run") {
  // Two mirrors fetch at other times: were the same record sent once in the run and once behind a
  // hole, under another producer id, the broker would take both.
  BatchOptions options{
      .producer_id = 5, .producer_epoch = 0, .base_sequence = 0, .transactional = true};
  auto whole = make_batch({{50, "a"}, {51, "b"}}, options);
  auto behind = make_batch({{53, "c"}}, options);
  auto hollow = make_batch({{50, "a"}, {51, "b"}, {53, "c"}});
  for (const auto& bytes : {whole, whole + behind, hollow}) {
    BatchBuilder builder;
    Forwarder forwarder(kIds, {}, builder);
    forwarder.resume(50, Run{7});
    auto out = forwarder.take(chunk_of(bytes, 50));
    REQUIRE(!out.empty());
    CHECK(end_said(out[0]) == 52);
    CHECK(!out[0].begins_run);
    CHECK(BatchView(out[0].bytes).base_sequence() == 43);
    if (out.size() > 1) CHECK(end_said(out[1]) == 54);
  }
}
