#include "mirror/stored_positions.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "client/admin_groups.h"
#include "client/group_commit.h"
#include "protocol/errors.h"

namespace kt::mirror {
namespace {

/// The metadata of a committed offset: the source offset, and whose it is.
std::string written(const StoredPosition& position) {
  return fmt::format("{} {}", position.source_position, position.ids.producer_id(Run{0}));
}

std::optional<int64_t> read(const std::string& metadata, const RunIds& ids) {
  int64_t position = -1;
  const char* end = metadata.data() + metadata.size();
  auto parsed = std::from_chars(metadata.data(), end, position);
  if (parsed.ec != std::errc() || position < 0) return std::nullopt;
  auto owner = fmt::format(" {}", ids.producer_id(Run{0}));
  if (std::string_view(parsed.ptr, static_cast<size_t>(end - parsed.ptr)) != owner)
    return std::nullopt;
  return position;
}

}  // namespace

void StoredPositions::save(const std::vector<StoredPosition>& positions) {
  std::vector<NewPosition> commits;
  commits.reserve(positions.size());
  for (const auto& position : positions)
    commits.push_back({position.target, position.target_offset, written(position)});
  GroupDescription group;
  group.group = group_;
  for (const auto& outcome : commit_to_kafka(target_, group, commits))
    if (outcome.error_code != 0 || !outcome.message.empty())
      throw Error(fmt::format("the position is not taken by group \"{}\" of the target: {}", group_,
                              error_text(outcome.error_code, outcome.message)));
}

std::vector<bool> StoredPositions::load(std::vector<StoredPosition>& positions) {
  GroupDescription group;
  group.group = group_;
  auto offsets = fetch_group_offsets(target_, {group}).front();
  if (offsets.error_code != 0)
    throw Error(fmt::format("group \"{}\" of the target is not told: {}", group_,
                            error_text(offsets.error_code, offsets.message)));
  std::vector<bool> found;
  for (auto& position : positions) {
    const auto* committed = offsets.partitions.find(position.target);
    std::optional<int64_t> source_position;
    if (committed && committed->offset >= 0)
      source_position = read(committed->metadata, position.ids);
    found.push_back(source_position.has_value());
    if (!source_position) continue;
    position.source_position = *source_position;
    position.target_offset = committed->offset;
  }
  return found;
}

}  // namespace kt::mirror
