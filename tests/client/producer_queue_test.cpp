#include "client/producer_queue.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "protocol/errors.h"

using namespace kt;

namespace {

constexpr auto kNotLeader = static_cast<int16_t>(ErrorCode::not_leader_or_follower);
constexpr auto kOutOfOrder = static_cast<int16_t>(ErrorCode::out_of_order_sequence_number);
constexpr auto kTooLarge = static_cast<int16_t>(ErrorCode::message_too_large);
constexpr auto kListTooLarge = static_cast<int16_t>(ErrorCode::record_list_too_large);
constexpr auto kNotAuthorized = static_cast<int16_t>(ErrorCode::topic_authorization_failed);

/// A queue with one lane led by broker 1, whose batches a test takes and answers by hand.
struct Fixture {
  ProducerOptions options;
  ProducerQueue queue{options};
  Lane* lane;
  int64_t next_number = 1;

  Fixture() {
    queue.idempotent = true;
    queue.wake_sender = [](int32_t) {};
    Lane made;
    made.topic_name = std::string("t");
    made.leader = 1;
    made.producer_id = 7;
    made.producer_epoch = 0;
    lane = queue.add_lane(std::move(made));
  }

  void hand_over(int records) {
    auto batch = queue.fresh_batch();
    batch->builder.reset(queue.batch_options);
    for (int i = 0; i < records; ++i) {
      RecordView record;
      record.value = "value";
      batch->append(record, {}, next_number++);
    }
    queue.hand_over(*lane, std::move(batch));
  }
  /// All that may leave now; the pause after a failure is over.
  std::vector<Shipment> take_all() {
    lane->not_before = {};
    std::vector<Shipment> all;
    Clock::Time wake;
    for (;;) {
      auto some = queue.take(1, wake);
      if (some.empty()) return all;
      for (auto& shipment : some) {
        shipment.batch->builder.set_producer(shipment.producer_id, shipment.producer_epoch,
                                             shipment.batch->base_sequence);
        shipment.batch->bytes = shipment.batch->builder.finish();
        all.push_back(shipment);
      }
    }
  }
  /// One batch of one record is acknowledged: the broker knows the producer.
  void introduce() {
    hand_over(1);
    queue.acknowledged(take_all().at(0), 0);
  }
};

std::vector<int32_t> sequences(const std::vector<Shipment>& shipments) {
  std::vector<int32_t> numbers;
  for (const auto& shipment : shipments) numbers.push_back(shipment.batch->base_sequence);
  return numbers;
}

using Numbers = std::vector<int32_t>;

}  // namespace

TEST_CASE("one batch is on the way until the broker knows the producer, then several") {
  Fixture fixture;
  for (int i = 0; i < 3; ++i) fixture.hand_over(2);
  auto first = fixture.take_all();
  CHECK(sequences(first) == Numbers{0});
  fixture.queue.acknowledged(first[0], 100);
  CHECK(sequences(fixture.take_all()) == Numbers{2, 4});
}

TEST_CASE(
    "what must be sent again waits for all on the way, and goes first, under its old numbers") {
  Fixture fixture;
  fixture.introduce();
  for (int i = 0; i < 3; ++i) fixture.hand_over(2);
  auto sent = fixture.take_all();
  REQUIRE(sequences(sent) == Numbers{1, 3, 5});
  fixture.queue.refused(sent[0], kNotLeader, "");
  fixture.hand_over(2);
  CHECK(fixture.take_all().empty());
  fixture.queue.refused(sent[1], kOutOfOrder, "");
  CHECK(fixture.take_all().empty());
  fixture.queue.lost(sent[2], Error("closed", Exit::unreachable));
  CHECK(fixture.take_all().empty());  // the leader is looked for first
  fixture.queue.set_leader(*fixture.lane, 1, {});
  CHECK(sequences(fixture.take_all()) == Numbers{1, 3, 5, 7});
  CHECK(fixture.queue.failed() == 0);
}

TEST_CASE("a batch that is too large goes again as two halves, which know their records") {
  int16_t code = kTooLarge;
  SUBCASE("for the topic") {}
  SUBCASE("for a segment") { code = kListTooLarge; }
  Fixture fixture;
  fixture.introduce();
  fixture.hand_over(5);
  fixture.queue.refused(fixture.take_all().at(0), code, "");
  auto halves = fixture.take_all();
  REQUIRE(sequences(halves) == Numbers{1, 3});
  CHECK(halves[0].batch->records == 2);
  CHECK(halves[1].batch->records == 3);
  fixture.queue.give_up(halves[1], Error("no"));
  auto failures = fixture.queue.take_failures();
  REQUIRE(failures.size() == 1);
  REQUIRE(failures[0].numbers.size() == 1);
  CHECK(failures[0].numbers[0].first == 4);
  CHECK(failures[0].numbers[0].count == 3);
}

TEST_CASE("a single record that is too large is a failure with its number") {
  Fixture fixture;
  fixture.introduce();
  fixture.hand_over(1);
  fixture.queue.refused(fixture.take_all().at(0), kTooLarge, "too large");
  auto failures = fixture.queue.take_failures();
  REQUIRE(failures.size() == 1);
  CHECK(failures[0].code == kTooLarge);
  CHECK(failures[0].message == "too large");
  CHECK(failures[0].numbers.at(0).first == 2);
}

TEST_CASE("after a failure for good the lane goes on under a new producer id, from sequence 0") {
  Fixture fixture;
  fixture.introduce();
  for (int i = 0; i < 2; ++i) fixture.hand_over(2);
  auto sent = fixture.take_all();
  fixture.queue.refused(sent[0], kNotAuthorized, "");
  fixture.queue.refused(sent[1], kOutOfOrder, "");
  CHECK(fixture.take_all().empty());
  fixture.queue.set_producer_id(*fixture.lane, 8, 0);
  auto again = fixture.take_all();
  CHECK(sequences(again) == Numbers{0});
  CHECK(again[0].producer_id == 8);
  CHECK(fixture.queue.failed() == 2);
  fixture.queue.acknowledged(again[0], 50);
  auto delivered = fixture.queue.deliveries().at(0);
  CHECK(delivered.records == 3);
  CHECK(delivered.first_offset == 0);
  CHECK(delivered.last_offset == 51);
}

TEST_CASE("without idempotence one batch is on the way, so that the order holds") {
  Fixture fixture;
  fixture.queue.idempotent = false;
  fixture.introduce();
  for (int i = 0; i < 2; ++i) fixture.hand_over(1);
  CHECK(fixture.take_all().size() == 1);
}
