// A log directory of a real broker, opened and grown further.
#include <doctest/doctest.h>

#include <filesystem>

#include "storage/batches.h"
#include "storage/partition_log.h"
#include "support/temporary_directory.h"

namespace {

const std::string kSegments = std::string(KT_SOURCE_DIR) + "/tests/data/segments/";

}  // namespace

TEST_CASE(
    "a real broker's partition is opened: offsets, producer, and the aborted transaction its own "
    "index has") {
  kt::TemporaryDirectory directory;
  std::filesystem::copy(kSegments + "4.3.0-transactions.log",
                        directory.path() + "/00000000000000000000.log");
  auto index = kt::read_transaction_index(kt::read_file(kSegments + "4.3.0-transactions.txnindex"));
  REQUIRE(index.size() == 1);
  {
    kt::PartitionLog log({.directory = directory.path()});
    CHECK(log.end_offset() == 9);
    CHECK(log.last_stable_offset() == 9);
    CHECK(log.producers().aborted_within(0, 9) == index);
    CHECK(log.producers().all().at(index[0].producer_id).last_sequence() == 5);
    log.append(kt::batch_at(9));
  }
  CHECK(kt::read_file(directory.path() + "/00000000000000000000.txnindex") ==
        kt::read_file(kSegments + "4.3.0-transactions.txnindex"));
}

TEST_CASE("segments of every old format are opened and go on in the newest") {
  for (const char* file :
       {"0.8.2.2-none.log", "0.8.2.2-lz4.log", "0.10.2.2-gzip.log", "1.1.1-snappy.log"}) {
    CAPTURE(file);
    kt::TemporaryDirectory directory;
    std::filesystem::copy(kSegments + file, directory.path() + "/00000000000000000000.log");
    kt::PartitionLog log({.directory = directory.path()});
    CHECK(log.end_offset() == 60);
    log.append(kt::batch_at(60));
    CHECK(log.find_max_timestamp());
    CHECK(log.read(59, 61, 1 << 20, true).next_offset == 61);
  }
}
