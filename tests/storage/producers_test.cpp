#include "storage/producers.h"

#include <doctest/doctest.h>

#include "storage/batches.h"
#include "storage/partition_log.h"
#include "support/temporary_directory.h"

namespace {

using Verdict = kt::Producers::Verdict;

std::string sent(int64_t offset, int32_t sequence, int count = 1, int16_t epoch = 0,
                 int64_t producer_id = 7, bool transactional = false) {
  return kt::batch_of({.base_offset = offset,
                       .leader_epoch = 0,
                       .producer_id = producer_id,
                       .producer_epoch = epoch,
                       .base_sequence = sequence,
                       .transactional = transactional},
                      std::vector<kt::TestRecord>(static_cast<size_t>(count), {"k", "v"}));
}

struct Observed : kt::Producers {
  void operator()(const std::string& batch) { observe(kt::BatchView(batch)); }
  kt::Producers::Check ask(const std::string& batch) const { return check(kt::BatchView(batch)); }
};

}  // namespace

TEST_CASE("a sequence must follow the one before; a repeated batch is known with its offset") {
  Observed producers;
  producers(sent(10, 0, 3));
  CHECK(producers.ask(sent(0, 3)).verdict == Verdict::good);
  CHECK(producers.ask(sent(0, 4)).verdict == Verdict::out_of_order);
  CHECK(producers.ask(sent(0, 2)).verdict == Verdict::out_of_order);
  auto again = producers.ask(sent(0, 0, 3));
  CHECK(again.verdict == Verdict::duplicate);
  CHECK(again.duplicate_of.base_offset == 10);
}

TEST_CASE("five batches are remembered, older ones are out of order") {
  Observed producers;
  for (int i = 0; i < 6; ++i) producers(sent(i, i));
  CHECK(producers.ask(sent(0, 1)).verdict == Verdict::duplicate);
  CHECK(producers.ask(sent(0, 0)).verdict == Verdict::out_of_order);
}

TEST_CASE(
    "a higher epoch begins at sequence 0, a lower one is fenced, an unknown producer is told where "
    "it does not") {
  Observed producers;
  producers(sent(0, 5, 1, 3));
  CHECK(producers.ask(sent(0, 0, 1, 4)).verdict == Verdict::good);
  CHECK(producers.ask(sent(0, 6, 1, 4)).verdict == Verdict::out_of_order);
  CHECK(producers.ask(sent(0, 6, 1, 2)).verdict == Verdict::old_epoch);
  CHECK(producers.ask(sent(0, 0, 1, 0, 8)).verdict == Verdict::good);
  CHECK(producers.ask(sent(0, 77, 1, 0, 8)).verdict == Verdict::unknown);
}

TEST_CASE("sequences go on at zero after the largest") {
  Observed producers;
  producers(sent(0, INT32_MAX - 1, 2));
  CHECK(producers.ask(sent(0, 0)).verdict == Verdict::good);
}

TEST_CASE("open and aborted transactions follow from data and markers, also after a restart") {
  kt::TemporaryDirectory directory;
  auto path = directory.path() + "/t-0";
  auto check = [](const kt::PartitionLog& log) {
    CHECK(log.last_stable_offset() == 6);
    auto aborted = log.producers().aborted_within(0, 100);
    REQUIRE(aborted.size() == 1);
    CHECK(aborted[0] == kt::TransactionIndexEntry{1, 0, 4, 2});
    CHECK(log.producers().aborted_within(5, 100).empty());
    CHECK(log.producers().aborted_within(4, 100).size() == 1);
    CHECK(log.producers().all().at(1).coordinator_epoch == 7);
    CHECK(log.producers().all().at(3).transaction_start == 6);
  };
  {
    kt::PartitionLog log({.directory = path});
    log.append(sent(0, 0, 2, 0, 1, true));
    log.append(sent(2, 0, 2, 0, 2, true));
    CHECK(log.last_stable_offset() == 0);
    log.append(kt::marker_at(4, 1, 0, false));
    CHECK(log.last_stable_offset() == 2);
    log.append(kt::marker_at(5, 2, 0, true));
    log.append(sent(6, 0, 1, 0, 3, true));
    log.append(sent(7, 2, 1, 0, 1, true));
    check(log);
  }
  CHECK(kt::read_transaction_index(kt::read_file(path + "/00000000000000000000.txnindex")).size() ==
        1);
  check(kt::PartitionLog({.directory = path}));
}
