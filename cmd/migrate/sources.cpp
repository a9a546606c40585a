#include "migrate/sources.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/pattern.h"
#include "base/properties.h"
#include "base/text.h"
#include "client/zookeeper_groups.h"
#include "legacy/broker.h"
#include "migrate/registry.h"
#include "mirror/maker_flags.h"

namespace kt {
namespace {

constexpr uint16_t kPort = 9092;
constexpr std::string_view kTool = "Moving in from KafkaMigrationTool";

/// `3=PATH`: the number of the broker, and what is behind it; numbers count from 0 where none is
/// given.
std::pair<int32_t, std::string> split_broker(const std::string& text, int32_t otherwise) {
  auto equals = text.find('=');
  int64_t id = 0;
  if (equals == std::string::npos || !parse_int64(text.substr(0, equals), id) || id < 0 ||
      id > INT32_MAX)
    return {otherwise, text};
  return {static_cast<int32_t>(id), text.substr(equals + 1)};
}

/// Data without a broker: what is there, or cannot be an address.
bool is_path(const std::string& text) {
  std::error_code failure;
  return text.find('/') != std::string::npos || text.find(':') == std::string::npos ||
         std::filesystem::exists(text, failure);
}

migrate::Source of_broker(legacy::PartitionId id, const net::HostPort& address,
                          Milliseconds timeout) {
  auto open = [id, address, timeout] {
    return std::make_unique<legacy::BrokerLog>(id, address, timeout);
  };
  return {std::move(id), open};
}

}  // namespace

Argument MigrateSetup::ignored(std::string_view spec, std::string_view value) {
  return {.spec = spec,
          .value = value,
          .help = "Taken, without effect",
          .target = Target([this, spec](std::string_view) { ignored_.emplace_back(spec); }, true),
          .group = kTool,
          .hidden = true};
}

std::vector<Argument> MigrateSetup::arguments() {
  auto list =
      choice_.arguments("[TOPIC...]", "Topics to copy; all where none are named", Complete::none);
  list.push_back({"--exclude", "REGEX", "Leave out topics whose whole name matches", &exclude_});
  list.push_back(
      {"--from", "[ID=]PATH|HOST:PORT",
       "A log directory of a 0.7 broker, one partition's directory in it, or a broker; ID "
       "is the broker's, counted from 0 where none is given",
       &from_, Complete::directories});
  list.push_back({"--from-zookeeper", "HOST:PORT,.../CHROOT",
                  "The ZooKeeper of the 0.7 cluster, where its brokers are found", &zookeeper_});
  list.push_back({"--to", "CLUSTER",
                  "The target, a bootstrap list or a context; the cluster of the other flags "
                  "unless given",
                  &to_, Complete::contexts});
  list.push_back(
      {.spec = "--partitioner",
       .value = "NAME",
       .help = "Who chooses the partition: each partition of 0.7 its own one, in turn, or by the "
               "hash of the payload",
       .target = &mapping_,
       .choices = {std::begin(migrate::kMappingNames), std::end(migrate::kMappingNames)}});
  list.push_back({"--name", "NAME",
                  "Name of the migration: it goes on where one of that name came to", &name_});
  list.push_back({.spec = "--start",
                  .value = "POSITION",
                  .help = "Where partitions begin that were never copied",
                  .target = &start_,
                  .choices = {"earliest", "latest"}});
  list.push_back({"--group", "GROUP",
                  "They begin where this group of 0.7 stands, as --from-zookeeper has it; where it "
                  "has no position, at --start",
                  &group_});
  list.push_back(
      {.spec = "--consumer.config",
       .value = "FILE",
       .help = "Its properties of the 0.7 cluster: zk.connect, groupid, autooffset.reset",
       .target = &consumer_file_,
       .complete = Complete::files,
       .group = kTool});
  list.push_back({.spec = "--producer.config",
                  .value = "FILE",
                  .help = "Its properties of the target",
                  .target = &producer_file_,
                  .complete = Complete::files,
                  .group = kTool});
  list.push_back({.spec = "--whitelist",
                  .value = "LIST",
                  .help = "Its list of topics, an expression where , is |",
                  .target = &whitelist_,
                  .group = kTool});
  list.push_back({.spec = "--blacklist",
                  .value = "LIST",
                  .help = "Likewise, of topics left out",
                  .target = &blacklist_,
                  .group = kTool});
  for (auto name : {"--kafka.07.jar", "--zkclient.01.jar", "--num.producers", "--queue.size"})
    list.push_back(ignored(name, "VALUE"));
  return list;
}

/// What the flags of KafkaMigrationTool say in kt's words; what was typed in those wins.
void MigrateSetup::read_tool_flags(Context& context) {
  if (!whitelist_.empty() && choice_.words.empty()) {
    choice_.words = {filter_expression(whitelist_)};
    choice_.regex = true;
  }
  if (!blacklist_.empty()) exclude_.push_back(filter_expression(blacklist_));
  if (!consumer_file_.empty())
    for (const auto& [key, value] : load_properties(consumer_file_)) {
      if (key == "zk.connect" || key == "zookeeper.connect") {
        if (zookeeper_.empty()) zookeeper_ = value;
      } else if (key == "groupid" || key == "group.id") {
        if (group_.empty()) group_ = value;
      } else if (key == "autooffset.reset" || key == "auto.offset.reset") {
        if (value == "largest") start_ = "latest";
      } else {
        ignored_.push_back(key);
      }
    }
  if (!ignored_.empty())
    context.warn("without effect, as kt migrate has no such thing: " + join(ignored_, ", "));
}

void MigrateSetup::open(Context& context) {
  read_tool_flags(context);
  find_sources(context);
  choose();
  place(context);
  if (to_.empty() && !producer_file_.empty())
    target_ = connect({context.command,
                       with_properties(context.settings, "", load_properties(producer_file_)),
                       context.out, context.err});
  else
    target_ = connect_to(context, to_);
}

std::unique_ptr<zk::Session> MigrateSetup::zookeeper(const Context& context) const {
  if (zookeeper_.empty())
    throw Error("positions of 0.7's groups are kept in its ZooKeeper, and none is named",
                Exit::usage, "--from-zookeeper HOST:PORT/CHROOT");
  zk::SessionOptions options{.servers = zk::parse_servers(zookeeper_)};
  options.deadline = context.deadline;
  return std::make_unique<zk::Session>(std::move(options));
}

std::map<legacy::PartitionId, int64_t> MigrateSetup::positions_of(const Context& context,
                                                                  const std::string& group) const {
  return migrate::group_positions(*zookeeper(context), group);
}

void MigrateSetup::add(migrate::Source source) {
  auto& sources = topics_[source.id.topic];
  auto before = std::lower_bound(
      sources.begin(), sources.end(), source.id,
      [](const migrate::Source& one, const legacy::PartitionId& id) { return one.id < id; });
  if (before != sources.end() && before->id == source.id)
    throw Error(fmt::format("partition {} of topic {} is there twice, of broker {}",
                            source.id.partition, in_quotes(source.id.topic), source.id.broker),
                Exit::usage, "name the brokers: --from 0=PATH --from 1=PATH");
  sources.insert(before, std::move(source));
}

void MigrateSetup::find_sources(const Context& context) {
  if (from_.empty() && zookeeper_.empty())
    throw Error("it is not said where the data of 0.7 are", Exit::usage,
                "--from PATH, --from HOST:PORT or --from-zookeeper HOST:PORT");
  for (size_t i = 0; i < from_.size(); ++i) {
    auto [broker, where] = split_broker(from_[i], static_cast<int32_t>(i));
    if (!is_path(where)) {
      add_broker(context, where, broker);
      continue;
    }
    has_files_ = true;
    for (auto& found : legacy::find_files(where, broker))
      add({found.id, [segments = std::move(found.segments)] {
             return std::make_unique<legacy::FileLog>(segments);
           }});
  }
  if (from_.empty()) add_registered(context);
}

void MigrateSetup::add_broker(const Context& context, const std::string& where, int32_t broker) {
  if (choice_.words.empty() || choice_.regex)
    throw Error("a 0.7 broker cannot say which topics it has", Exit::usage,
                "name them, or --from-zookeeper in place of --from");
  auto address = net::parse_host_port(where, kPort);
  legacy::Broker asked(address, context.settings.timeout);
  for (const auto& topic : choice_.words) {
    auto count = asked.count_partitions(topic);
    for (int32_t number = 0; number < count; ++number)
      add(of_broker({topic, broker, number}, address, context.settings.timeout));
  }
}

void MigrateSetup::add_registered(const Context& context) {
  auto registry = migrate::read_registry(*zookeeper(context));
  for (const auto& id : registry.partitions)
    add(of_broker(id, registry.brokers.at(id.broker), context.settings.timeout));
}

void MigrateSetup::choose() {
  std::vector<std::string> names;
  for (const auto& [name, sources] : topics_) names.push_back(name);
  auto chosen = choose_names(choice_, names, "topic");
  std::vector<Pattern> excluded;
  for (const auto& expression : exclude_) excluded.emplace_back(expression);
  std::erase_if(chosen, [&](const std::string& name) {
    return std::any_of(excluded.begin(), excluded.end(),
                       [&](const Pattern& one) { return one.matches(name); });
  });
  MigratedTopics kept;
  for (const auto& name : chosen) {
    auto found = topics_.find(name);
    if (found == topics_.end())
      throw Error("topic " + in_quotes(name) + " is not there in 0.7" + did_you_mean(name, names),
                  Exit::failed);
    kept.insert(topics_.extract(found));
  }
  if (kept.empty()) throw Error("no topic was chosen", Exit::usage);
  topics_ = std::move(kept);
}

/// Where each begins.
void MigrateSetup::place(const Context& context) {
  std::map<legacy::PartitionId, int64_t> positions;
  if (!group_.empty()) positions = positions_of(context, group_);
  for (auto& [name, sources] : topics_)
    for (auto& source : sources) {
      auto known = positions.find(source.id);
      if (known != positions.end())
        source.start = known->second;
      else if (start_ == "latest")
        source.start = source.open()->end();
    }
}

}  // namespace kt
