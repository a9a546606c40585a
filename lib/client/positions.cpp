#include "client/positions.h"

#include <algorithm>

namespace kt {

namespace {

int64_t offset_in(const Position& position, const PlacedOffset& ends) {
  switch (position.kind) {
    case Position::Kind::earliest:
      return ends.earliest;
    case Position::Kind::offset:
      return position.value;
    case Position::Kind::after_earliest:
      return ends.earliest + position.value;
    case Position::Kind::before_latest:
      return ends.latest - position.value;
    default:
      return ends.latest;
  }
}

}  // namespace

std::vector<OffsetQuery> at_time(const std::vector<TopicPartition>& partitions,
                                 int64_t timestamp_ms) {
  std::vector<OffsetQuery> queries;
  queries.reserve(partitions.size());
  for (const auto& partition : partitions) queries.push_back({partition, timestamp_ms});
  return queries;
}

std::vector<PlacedOffset> place_offsets(Cluster& cluster,
                                        const std::vector<TopicPartition>& partitions,
                                        const Position& position) {
  auto earliest = list_offsets(cluster, at_time(partitions, kEarliest));
  auto latest = list_offsets(cluster, at_time(partitions, kLatest));
  std::vector<OffsetAnswer> by_time;
  if (position.kind == Position::Kind::timestamp)
    by_time = list_offsets(cluster, at_time(partitions, position.value));
  std::vector<PlacedOffset> placed(partitions.size());
  for (size_t i = 0; i < partitions.size(); ++i) {
    auto& place = placed[i];
    place.earliest = earliest[i].offset;
    place.latest = latest[i].offset;
    bool found = !by_time.empty() && by_time[i].offset >= 0;
    place.at = found ? by_time[i] : latest[i];
    for (const auto* list : {&earliest, &latest, &by_time})
      if (!list->empty() && (*list)[i].error_code != 0) place.at.error_code = (*list)[i].error_code;
    if (!found) place.at.offset = offset_in(position, place);
    place.at.offset =
        std::clamp(place.at.offset, place.earliest, std::max(place.earliest, place.latest));
  }
  return placed;
}

}  // namespace kt
