// How fast records are read and written, in CPU time of this thread: `records-bench [MiB]`. Not a
// test.
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <string>

#include "protocol/records/batch_builder.h"
#include "protocol/records/record_reader.h"

namespace {

double cpu_seconds() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// Text with some repetition, as logs have.
std::string text(size_t size) {
  std::string made;
  uint32_t state = 1;
  while (made.size() < size) {
    state = state * 1664525 + 1013904223;
    made += "level=info id=" + std::to_string(state) + " path=/api/v1/items ";
  }
  made.resize(size);
  return made;
}

struct Shape {
  kt::Codec codec;
  size_t record_bytes;
};

void measure(const char* what, const Shape& shape, double bytes, double records,
             const std::function<void()>& run) {
  double best = 1e9;
  for (int i = 0; i < 3; ++i) {
    double start = cpu_seconds();
    run();
    best = std::min(best, cpu_seconds() - start);
  }
  std::printf("%-6s %-7s %5zu B  %7.0f MB/s  %7.2f M records/s\n", what,
              std::string(kt::codec_name(shape.codec)).c_str(), shape.record_bytes,
              bytes / best / 1e6, records / best / 1e6);
}

void bench(const Shape& shape, size_t total_bytes) {
  constexpr size_t kBatchBytes = 64 << 10;
  auto source = text(1 << 20);
  size_t records = total_bytes / shape.record_bytes;
  std::string log;
  auto write = [&](bool keep) {
    kt::BatchBuilder builder({.compression = {shape.codec}});
    size_t produced = 0;
    for (size_t i = 0; i < records; ++i) {
      size_t at = i * shape.record_bytes % (source.size() - shape.record_bytes);
      builder.append(1700000000000 + static_cast<int64_t>(i / 100), std::nullopt,
                     std::string_view(source).substr(at, shape.record_bytes));
      if (builder.size_bytes() < kBatchBytes && i + 1 < records) continue;
      auto batch = builder.finish();
      produced += batch.size();
      if (keep) log.append(batch);
      builder.reset();
    }
    return produced;
  };
  auto payload = static_cast<double>(records * shape.record_bytes);
  log.reserve(total_bytes + total_bytes / 8);
  write(true);
  measure("write", shape, payload, static_cast<double>(records), [&] { write(false); });
  measure("read", shape, payload, static_cast<double>(records), [&] {
    kt::RecordReader reader(log);
    size_t sum = 0, count = 0;
    while (const kt::RecordView* record = reader.next()) {
      sum += record->value->size();
      ++count;
    }
    if (count != records || sum != records * shape.record_bytes) std::abort();
  });
}

}  // namespace

int main(int argc, char** argv) {
  size_t total_bytes = (argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 128) << 20;
  using kt::Codec;
  for (Codec codec : {Codec::none, Codec::lz4, Codec::snappy, Codec::zstd, Codec::gzip})
    for (size_t record_bytes : {100, 1024}) bench({codec, record_bytes}, total_bytes);
}
