#include "migrate/streams.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "client/consumer.h"
#include "client/leaders.h"
#include "client/offsets.h"
#include "mirror/peek.h"
#include "net/error.h"
#include "protocol/errors.h"
#include "protocol/msg/describe_producers.h"
#include "protocol/msg/produce.h"
#include "protocol/records/batch.h"

namespace kt::migrate {
namespace {

/// Notes a run of one of the sources that has so many records; false where it is of none.
bool note(int64_t producer_id, int32_t epoch, int64_t records,
          const std::vector<mirror::RunIds>& sources, int32_t partition, TargetStreams& streams) {
  for (size_t i = 0; i < sources.size(); ++i) {
    auto run = sources[i].run_of(producer_id, epoch);
    if (!run) continue;
    auto& stream = streams.of_source[i][partition];
    if (run->start > stream.run.start)
      stream = {*run, records};
    else if (run->start == stream.run.start)
      stream.records = std::max(stream.records, records);
    return true;
  }
  return false;
}

bool note(const BatchView& batch, const std::vector<mirror::RunIds>& sources, int32_t partition,
          TargetStreams& streams) {
  if (batch.base_sequence() < 0 || batch.count() < 1) return false;
  return note(batch.producer_id(), batch.producer_epoch(),
              int64_t{batch.base_sequence()} + batch.count(), sources, partition, streams);
}

void read_whole(Cluster& target, const TopicPartition& partition, const OffsetRange& range,
                const std::vector<mirror::RunIds>& sources, TargetStreams& streams) {
  ConsumerOptions options;
  options.max_bytes = options.partition_max_bytes = 4 << 20;
  options.queue_bytes = 8 << 20;
  Consumer consumer(target, options);
  consumer.assign(partition, range.earliest, range.latest);
  bool is_known = false;
  while (!consumer.finished()) {
    auto chunk = consumer.next(Deadline(target.options().timeout));
    if (!chunk && consumer.finished()) break;
    if (!chunk) throw net::NetError(net::Failure::timed_out, name_of(partition) + " gave nothing");
    target.progress();
    BatchReader batches(chunk->records);
    while (auto batch = batches.next())
      is_known |= note(*batch, sources, partition.partition, streams);
  }
  if (!is_known) streams.foreign.push_back(partition.partition);
}

/// Of what was deleted brokers know the producers still, for a day.
void ask_producers(Cluster& target, const TopicPartition& partition,
                   const std::vector<mirror::RunIds>& sources, TargetStreams& streams) {
  if (!target.apis_of_any().best(msg::DescribeProducersRequest::api())) return;
  msg::DescribeProducersRequest request;
  request.topics.push_back({partition.topic, {partition.partition}});
  auto answer = call_leaders(target, request).topics.front().partitions.front();
  bool is_known = false;
  for (const auto& producer : answer.active_producers)
    if (producer.last_sequence >= 0)
      is_known |= note(producer.producer_id, producer.producer_epoch,
                       int64_t{producer.last_sequence} + 1, sources, partition.partition, streams);
  if (is_known) std::erase(streams.foreign, partition.partition);
}

}  // namespace

std::optional<Mapping> mapping_named(std::string_view name) {
  auto at = std::find(std::begin(kMappingNames), std::end(kMappingNames), name);
  if (at == std::end(kMappingNames)) return std::nullopt;
  return static_cast<Mapping>(at - std::begin(kMappingNames));
}

mirror::RunIds run_ids(std::string_view migration, const legacy::PartitionId& source,
                       Mapping mapping, int32_t target_partitions) {
  // One to one, more partitions of the target change nothing.
  auto identity =
      fmt::format("kafka-0.7/{}/{}/{}", source.broker, kMappingNames[static_cast<size_t>(mapping)],
                  mapping == Mapping::one_to_one ? 0 : target_partitions);
  return {migration, identity, TopicPartition{source.topic, source.partition}};
}

bool has_sequences(Cluster& target) {
  constexpr int16_t kFirstWithSequences = 3;
  return target.apis_of_any().best(msg::ProduceRequest::api()).value_or(0) >= kFirstWithSequences;
}

void check_partitions(const std::string& topic, size_t sources, Mapping mapping,
                      int32_t target_partitions) {
  if (mapping != Mapping::one_to_one || sources <= static_cast<size_t>(target_partitions)) return;
  throw Error(fmt::format("topic {} of the target has {}, and {} are to be copied one to one",
                          in_quotes(topic), counted(target_partitions, "partition"), sources),
              Exit::failed,
              fmt::format("kt topic add-partitions {} -p {}, or --partitioner hash or round-robin",
                          topic, sources));
}

std::optional<mirror::Run> TargetStreams::latest_run(size_t source) const {
  std::optional<mirror::Run> latest;
  for (const auto& [partition, stream] : of_source[source])
    latest = std::max(latest, std::optional(stream.run));
  return latest;
}

TargetStreams find_streams(Cluster& target, const std::string& topic, int32_t partitions,
                           Mapping mapping, const std::vector<mirror::RunIds>& sources) {
  TargetStreams streams;
  streams.of_source.resize(sources.size());
  auto ranges = offset_ranges(target, topic, partitions);
  for (const auto& range : ranges) {
    streams.earliest.push_back(range.earliest);
    streams.latest.push_back(range.latest);
  }
  for (int32_t number = 0; number < partitions; ++number) {
    const auto& range = ranges[static_cast<size_t>(number)];
    TopicPartition partition{topic, number};
    if (mapping == Mapping::one_to_one && static_cast<size_t>(number) >= sources.size()) break;
    if (range.earliest < range.latest) {
      std::optional<mirror::Peeked> peeked;
      if (mapping == Mapping::one_to_one)
        peeked = mirror::peek(target, partition, range.latest - 1);
      if (!peeked || !note(peeked->batch, sources, number, streams))
        read_whole(target, partition, range, sources, streams);
    }
    if (range.earliest > 0) ask_producers(target, partition, sources, streams);
  }
  return streams;
}

std::vector<OffsetRange> offset_ranges(Cluster& target, const std::string& topic,
                                       int32_t partitions) {
  std::vector<OffsetQuery> queries;
  for (int32_t number = 0; number < partitions; ++number)
    for (int64_t time : {kEarliest, kLatest}) queries.push_back({{topic, number}, time});
  auto answers = list_offsets(target, queries);
  std::vector<OffsetRange> ranges;
  for (size_t i = 0; i < answers.size(); i += 2) {
    for (const auto* answer : {&answers[i], &answers[i + 1]})
      if (answer->error_code != 0)
        throw Error(fmt::format("the offsets of {} are not told: {}", name_of(answer->partition),
                                error_text(answer->error_code)));
    ranges.push_back({answers[i].offset, answers[i + 1].offset});
  }
  return ranges;
}

}  // namespace kt::migrate
