#include "zookeeper/consumers.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/json.h"
#include "base/text.h"
#include "zookeeper/brokers.h"

namespace kt::zk {
namespace {

constexpr const char* kConsumers = "/consumers";

/// A path below a group, and which group that is.
struct Place {
  size_t group;
  std::string topic;
  int32_t partition = -1;
  std::string path;
};

std::vector<std::string> paths_of(const std::vector<Place>& places) {
  std::vector<std::string> paths;
  for (const auto& place : places) paths.push_back(place.path);
  return paths;
}

/// The nodes BASE/GROUP/WHAT/TOPIC/PARTITION of all groups.
std::vector<Place> partitions_below(Session& session, const std::vector<std::string>& names,
                                    std::string_view what) {
  std::vector<Place> groups, topics, partitions;
  for (size_t i = 0; i < names.size(); ++i)
    groups.push_back({i, "", -1, fmt::format("{}/{}/{}", kConsumers, names[i], what)});
  auto topic_lists = session.children(paths_of(groups));
  for (size_t i = 0; i < groups.size(); ++i)
    for (const auto& topic : topic_lists[i].value_or(std::vector<std::string>{}))
      topics.push_back({groups[i].group, topic, -1, groups[i].path + "/" + topic});
  auto partition_lists = session.children(paths_of(topics));
  for (size_t i = 0; i < topics.size(); ++i)
    for (const auto& name : partition_lists[i].value_or(std::vector<std::string>{}))
      partitions.push_back({topics[i].group, topics[i].topic, parse_id(name, topics[i].path),
                            topics[i].path + "/" + name});
  return partitions;
}

void read_members(Session& session, std::vector<ConsumerGroup>& groups) {
  std::vector<std::string> lists;
  for (const auto& group : groups)
    lists.push_back(fmt::format("{}/{}/ids", kConsumers, group.name));
  auto ids = session.children(lists);
  for (auto& list : ids)
    if (list) std::sort(list->begin(), list->end());
  std::vector<std::string> paths;
  std::vector<std::pair<ConsumerGroup*, std::string>> members;
  for (size_t i = 0; i < groups.size(); ++i)
    for (const auto& id : ids[i].value_or(std::vector<std::string>{})) {
      members.emplace_back(&groups[i], id);
      paths.push_back(lists[i] + "/" + id);
    }
  auto nodes = session.get(paths);
  for (size_t i = 0; i < members.size(); ++i) {
    auto& [group, id] = members[i];
    if (nodes[i])
      group->members.push_back(parse_consumer(group->name, id, nodes[i]->data, paths[i]));
  }
}

}  // namespace

std::vector<std::string> group_names(Session& session) {
  return session.children(kConsumers).value_or(std::vector<std::string>{});
}

Consumer parse_consumer(const std::string& group, const std::string& id, std::string_view data,
                        const std::string& path) {
  auto json = Json::parse(data, path);
  JsonPlace root(json, path);
  Consumer consumer;
  consumer.id = id;
  if (auto pattern = root.find("pattern")) consumer.pattern = pattern->text();
  for (const auto& [name, streams] : root["subscription"].members())
    consumer.subscription[name] = streams.int32();
  // G_host-ms-8hex
  std::string_view rest = id;
  if (!rest.starts_with(group + "_")) return consumer;
  rest.remove_prefix(group.size() + 1);
  for (int i = 0; i < 2; ++i) {
    auto dash = rest.rfind('-');
    if (dash == std::string_view::npos) return consumer;
    rest = rest.substr(0, dash);
  }
  consumer.host = rest;
  return consumer;
}

int64_t parse_offset(std::string_view data, const std::string& path) {
  int64_t offset = 0;
  if (!parse_int64(trim(data), offset))
    throw Error("ZooKeeper node " + path + ": " + in_quotes(data) + " is no offset");
  return offset;
}

std::string_view owner_member(std::string_view owner) { return owner.substr(0, owner.rfind('-')); }

std::vector<ConsumerGroup> consumer_groups(Session& session,
                                           const std::vector<std::string>& names) {
  std::vector<ConsumerGroup> groups(names.size());
  std::vector<std::string> roots;
  for (const auto& name : names) roots.push_back(fmt::format("{}/{}", kConsumers, name));
  auto found = session.get(roots);
  for (size_t i = 0; i < names.size(); ++i) {
    groups[i].name = names[i];
    groups[i].exists = found[i].has_value();
  }
  read_members(session, groups);
  auto owned = partitions_below(session, names, "owners");
  auto stored = partitions_below(session, names, "offsets");
  auto owners = session.get(paths_of(owned));
  auto offsets = session.get(paths_of(stored));
  for (size_t i = 0; i < owned.size(); ++i)
    if (owners[i])
      groups[owned[i].group].owners[{owned[i].topic, owned[i].partition}] = owners[i]->data;
  for (size_t i = 0; i < stored.size(); ++i) {
    if (!offsets[i]) continue;
    auto& group = groups[stored[i].group];
    Partition at{stored[i].topic, stored[i].partition};
    group.offsets[at] = {parse_offset(offsets[i]->data, stored[i].path), offsets[i]->version};
    group.listed.push_back(std::move(at));
  }
  return groups;
}

ConsumerGroup consumer_group(Session& session, const std::string& name) {
  return consumer_groups(session, {name})[0];
}

std::vector<Written> write_offsets(Session& session, const ConsumerGroup& read,
                                   const std::map<Partition, int64_t>& offsets) {
  std::set<std::string> topics;
  std::vector<Write> writes, parents;
  auto root = fmt::format("{}/{}/offsets", kConsumers, read.name);
  for (const auto& [partition, offset] : offsets) {
    auto topic = fmt::format("{}/{}", root, partition.first);
    auto& write = writes.emplace_back(
        Write{fmt::format("{}/{}", topic, partition.second), std::to_string(offset), std::nullopt});
    auto known = read.offsets.find(partition);
    if (known != read.offsets.end())
      write.version = known->second.node_version;
    else if (topics.insert(topic).second)
      parents.push_back({topic, "", std::nullopt});
  }
  if (!parents.empty()) session.make_path(root);
  session.write(parents);
  return session.write(writes);
}

}  // namespace kt::zk
