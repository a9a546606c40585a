#include "mirror/target_abilities.h"

#include "protocol/msg/describe_producers.h"
#include "protocol/msg/offset_commit.h"
#include "protocol/msg/produce.h"

namespace kt::mirror {
namespace {

/// Versions of Produce that came with what is asked for here.
constexpr int16_t kTimes = 2, kBatches = 3, kZstd = 7, kAnySequence = 8;
/// Before it OffsetCommit wrote to ZooKeeper, or was not there.
constexpr int16_t kCommitsToKafka = 1;

}  // namespace

TargetAbilities abilities_of(Cluster& target) {
  const auto& apis = target.apis_of_any();
  auto produce = apis.best(msg::ProduceRequest::api()).value_or(0);
  TargetAbilities abilities;
  abilities.magic = produce >= kBatches ? 2 : produce == kTimes ? 1 : 0;
  abilities.has_sequences = produce >= kBatches;
  abilities.any_sequence = produce >= kAnySequence;
  abilities.tells_producers = apis.best(msg::DescribeProducersRequest::api()).has_value();
  abilities.has_zstd = produce >= kZstd;
  if (!abilities.has_sequences && !apis.best(msg::OffsetCommitRequest::api(), kCommitsToKafka))
    throw Error("the target cluster is older than Kafka 0.8.2, which kt does not copy to");
  return abilities;
}

}  // namespace kt::mirror
