#include "mirror/maker_flags.h"

#include <fmt/format.h>

#include <utility>

#include "base/properties.h"
#include "base/text.h"
#include "cli/settings.h"
#include "client/stored_groups.h"
#include "client/zookeeper_groups.h"
#include "connect.h"
#include "protocol/errors.h"

namespace kt {
namespace {

constexpr std::string_view kGroup = "Moving in from MirrorMaker";

void refuse_if_running(const GroupDescription& group) {
  if (group.members.empty()) return;
  throw Error(fmt::format("MirrorMaker still runs: group {} has {}", in_quotes(group.group),
                          counted(static_cast<int64_t>(group.members.size()), "member")),
              Exit::failed, "stop it first, or records are copied twice");
}

StoredGroup group_of(Context& context, const mirror::MakerSettings& maker, Cluster& source) {
  if (!maker.group_in_zookeeper) return kafka_groups(source, {maker.group}).front();
  Context own(context.command, with_properties(context.settings, "", maker.source), context.out,
              context.err);
  auto session = zookeeper_of(own, "MirrorMaker's group");
  return zookeeper_groups(*session, {maker.group}).front();
}

bool is_there(Cluster& cluster, const std::string& name) {
  if (name.empty()) return false;
  auto metadata = cluster.refresh({name});
  const auto* topic = metadata->topic(name);
  return topic != nullptr && !topic->partitions.empty();
}

}  // namespace

Argument MakerFlags::ignored(std::string_view spec, std::string_view value,
                             std::string_view done_anyway) {
  auto note = [this, spec, done_anyway](std::string_view typed) {
    if (done_anyway.empty() || lower(typed) != done_anyway) ignored_.emplace_back(spec);
  };
  return {.spec = spec,
          .value = value,
          .help = "Taken, without effect",
          .target = Target(note, true),
          .group = kGroup,
          .hidden = true};
}

std::vector<Argument> MakerFlags::arguments() {
  std::vector<Argument> list;
  list.push_back({.spec = "--consumer.config",
                  .value = "FILE",
                  .help = "MirrorMaker 1's properties of the source, and its group, to go on from",
                  .target = &consumer_file_,
                  .complete = Complete::files,
                  .group = kGroup});
  list.push_back({.spec = "--producer.config",
                  .value = "FILE",
                  .help = "MirrorMaker 1's properties of the target",
                  .target = &producer_file_,
                  .complete = Complete::files,
                  .group = kGroup});
  list.push_back({.spec = "--include,--whitelist",
                  .value = "LIST",
                  .help = "MirrorMaker 1's list of topics, an expression where , is |",
                  .target = &include_,
                  .group = kGroup});
  list.push_back({.spec = "--blacklist",
                  .value = "LIST",
                  .help = "Likewise, of topics left out",
                  .target = &exclude_,
                  .group = kGroup});
  list.push_back({.spec = "--mm2",
                  .value = "FILE",
                  .help = "MirrorMaker 2's properties; --from and --to are its aliases, and may be "
                          "left out where it enables one flow",
                  .target = &maker_2_file_,
                  .complete = Complete::files,
                  .group = kGroup});
  for (auto name : {"--num.streams", "--num.producers", "--queue.size", "--queue.byte.size",
                    "--offset.commit.interval.ms", "--message.handler", "--message.handler.args",
                    "--consumer.rebalance.listener", "--rebalance.listener.args"})
    list.push_back(ignored(name, "VALUE"));
  list.push_back(ignored("--abort.on.send.failure", "BOOL", "true"));
  list.push_back({.spec = "--new.consumer",
                  .value = "",
                  .help = "Taken: it is meant anyway",
                  .target = &new_consumer_,
                  .group = kGroup,
                  .hidden = true});
  return list;
}

std::optional<mirror::MakerSettings> MakerFlags::read(Context& context, std::string& from,
                                                      std::string& to, bool renames) {
  bool is_first = !consumer_file_.empty() || !producer_file_.empty();
  if (is_first && !maker_2_file_.empty())
    throw Error("--mm2 does not go with --consumer.config and --producer.config", Exit::usage);
  if (!maker_2_file_.empty()) {
    from_ = std::exchange(from, {});
    to_ = std::exchange(to, {});
  }
  renames_ = renames;
  auto settings = read_again();
  if (!settings) return settings;
  auto unused = ignored_;
  unused.insert(unused.end(), settings->without_equivalent.begin(),
                settings->without_equivalent.end());
  if (!unused.empty())
    context.warn(
        fmt::format("without effect, as kt mirror has no such thing: {}; see "
                    "kt-mirror-moving-in(7)",
                    join(unused, ", ")));
  return settings;
}

std::optional<mirror::MakerSettings> MakerFlags::read_again() const {
  std::optional<mirror::MakerSettings> settings;
  if (!maker_2_file_.empty()) {
    settings = mirror::of_mirror_maker_2(load_properties(maker_2_file_), from_, to_, renames_);
  } else if (!consumer_file_.empty() || !producer_file_.empty() || !include_.empty() ||
             !exclude_.empty() || !ignored_.empty()) {
    auto load = [](const std::string& path) {
      return path.empty() ? mirror::Properties{} : load_properties(path);
    };
    settings = mirror::of_mirror_maker_1(load(consumer_file_), load(producer_file_));
  }
  if (!settings) return settings;
  if (!include_.empty()) settings->topics = {filter_expression(include_)};
  if (!exclude_.empty()) settings->excluded.push_back(filter_expression(exclude_));
  return settings;
}

Settings with_properties(const Settings& shared, const std::string& named,
                         const mirror::Properties& properties) {
  Settings settings = named.empty() ? shared : settings_for(shared, named);
  if (named.empty()) settings.bootstrap_server.clear();
  settings.zookeeper.clear();
  settings.properties = properties;
  settings.properties.insert(settings.properties.end(), shared.properties.begin(),
                             shared.properties.end());
  return settings;
}

std::optional<std::map<TopicPartition, std::vector<mirror::OffsetSync>>> offset_syncs(
    const mirror::MakerSettings& maker, Cluster& source, Cluster& target) {
  auto& keeper = maker.syncs_in_target ? target : source;
  if (!is_there(keeper, maker.syncs_topic)) return std::nullopt;
  return mirror::read_offset_syncs(keeper, maker.syncs_topic);
}

std::optional<mirror::MakerTraces> maker_traces(const mirror::MakerSettings& maker, Cluster& source,
                                                Cluster& target) {
  mirror::MakerTraces traces;
  if (auto syncs = offset_syncs(maker, source, target)) traces.syncs = std::move(*syncs);
  if (is_there(target, maker.checkpoints_topic))
    traces.checkpoints = mirror::read_checkpoints(target, maker.checkpoints_topic);
  if (traces.syncs.empty() && traces.checkpoints.empty()) return std::nullopt;
  return traces;
}

mirror::Takeover takeover(Context& context, const mirror::MakerSettings& maker, Cluster& source,
                          Cluster& target) {
  if (!maker.group.empty()) {
    auto group = group_of(context, maker, source);
    if (!context.settings.dry_run) refuse_if_running(group.description);
    if (group.offsets.error_code != 0 && group.offsets.error_code != ErrorCode::group_id_not_found)
      throw Error(fmt::format("the positions of group {} are not told: {}", in_quotes(maker.group),
                              error_text(group.offsets.error_code, group.offsets.message)));
    std::map<TopicPartition, int64_t> positions;
    for (const auto& [partition, committed] : group.offsets.partitions)
      if (committed.offset >= 0) positions[partition] = committed.offset;
    return mirror::from_group(std::move(positions));
  }
  if (maker.syncs_topic.empty()) return {};
  if (!context.settings.dry_run)
    refuse_if_running(describe_groups(target, {maker.connect_group}).front());
  auto syncs = offset_syncs(maker, source, target);
  return syncs ? mirror::from_offset_syncs(source, target, *syncs) : mirror::Takeover();
}

}  // namespace kt
