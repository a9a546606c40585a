// Segments for Kafka's own DumpLogSegments to judge: `kt-records-oracle DIRECTORY MAGIC` writes one
// per codec, three batches of 400 records each.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "protocol/records/batch_builder.h"

namespace {

std::string segment(int8_t magic, kt::Codec codec) {
  constexpr int kBatches = 3, kRecords = 400;
  std::string log;
  for (int64_t base = 0; base < kBatches * kRecords; base += kRecords) {
    kt::BatchBuilder builder({.magic = magic, .compression = {codec}, .base_offset = base});
    for (int64_t i = base; i < base + kRecords; ++i) {
      std::string value = "record-" + std::to_string(i) + " ";
      builder.append(1700000000000 + i, "key",
                     value + std::string(300, static_cast<char>('a' + i % 26)));
    }
    log += builder.finish();
  }
  return log;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("kt-records-oracle DIRECTORY MAGIC\n", stderr);
    return 2;
  }
  auto magic = static_cast<int8_t>(std::atoi(argv[2]));
  auto newest = magic == 2 ? kt::Codec::zstd : kt::Codec::lz4;
  for (int codec = 0; codec <= static_cast<int>(newest); ++codec) {
    auto directory =
        std::string(argv[1]) + "/" + std::string(kt::codec_name(static_cast<kt::Codec>(codec)));
    std::filesystem::create_directories(directory);
    std::ofstream out(directory + "/00000000000000000000.log", std::ios::binary);
    out << segment(magic, static_cast<kt::Codec>(codec));
  }
}
