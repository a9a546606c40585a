#include "mirror/group_flags.h"

namespace kt {
namespace {

constexpr Milliseconds kInterval{10'000};

}  // namespace

std::vector<Argument> GroupFlags::arguments() {
  std::vector<Argument> list;
  list.push_back({"--sync-groups", "",
                  "Keep the positions of the source's groups in step in the target, as far as "
                  "records are copied",
                  &sync_groups_});
  list.push_back(
      {"--groups", "REGEX", "With --sync-groups: only groups whose whole name matches", &groups_});
  list.push_back({"--sync-interval", "DURATION",
                  "With --sync-groups: how often positions are looked at; 10s unless said",
                  &interval_});
  return list;
}

void GroupFlags::check(const MirrorPair& pair) const {
  if (groups_.empty()) return;
  if (!sync_groups_ && !pair.has_maker_2())
    throw Error("--groups goes with --sync-groups", Exit::usage);
  Pattern{groups_};
}

std::optional<mirror::GroupSyncOptions> GroupFlags::options(Context& context,
                                                            MirrorPair& pair) const {
  const auto& maker = pair.maker();
  if (!sync_groups_ && !(maker && maker->syncs_groups)) return std::nullopt;
  mirror::GroupSyncOptions options;
  options.mirror = pair.name();
  options.source_cluster_id = pair.source_id();
  options.interval =
      interval_.value_or(maker ? maker->sync_interval.value_or(kInterval) : kInterval);
  if (!groups_.empty()) {
    options.groups.emplace_back(groups_);
  } else if (maker) {
    for (const auto& one : maker->groups) options.groups.emplace_back(one);
    for (const auto& one : maker->excluded_groups) options.excluded.emplace_back(one);
  }
  options.maker = pair.maker_traces();
  options.warn = [&context](const std::string& sentence) { context.warn(sentence); };
  options.log = [&context](const std::string& sentence) { context.detail(sentence); };
  return options;
}

}  // namespace kt
