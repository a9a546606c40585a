#include "zookeeper/topics.h"

#include "base/text.h"
#include "zookeeper/brokers.h"

namespace kt::zk {
namespace {

constexpr const char* kTopics = "/brokers/topics";
constexpr const char* kDeletions = "/admin/delete_topics";

Assignment parse_assignment(const JsonPlace& place) {
  Assignment assignment;
  for (const auto& [name, replicas] : place.members()) {
    int64_t partition = -1;
    if (!parse_int64(name, partition) || partition < 0 || partition > INT32_MAX)
      place.fail(in_quotes(name) + " is no partition");
    assignment[static_cast<int32_t>(partition)] = replicas.int32s(0);
  }
  return assignment;
}

Json replicas_json(const std::vector<int32_t>& replicas) {
  return Json::Array(replicas.begin(), replicas.end());
}

}  // namespace

std::string topic_path(const std::string& name) { return std::string(kTopics) + "/" + name; }

Json topic_json(const Assignment& assignment) {
  Json::Object partitions;
  for (const auto& [partition, replicas] : assignment)
    partitions.emplace_back(std::to_string(partition), replicas_json(replicas));
  return Json::Object{{"version", 1}, {"partitions", std::move(partitions)}};
}

Topic parse_topic(const std::string& name, const Node& node, const std::string& path) {
  Topic topic;
  topic.name = name;
  topic.node_version = node.version;
  topic.json = Json::parse(node.data, path);
  JsonPlace root(topic.json, path);
  topic.replicas = parse_assignment(root["partitions"]);
  if (auto adding = root.find("adding_replicas")) topic.adding = parse_assignment(*adding);
  if (auto removing = root.find("removing_replicas")) topic.removing = parse_assignment(*removing);
  if (auto id = root.find("topic_id")) topic.topic_id = id->text();
  return topic;
}

std::vector<std::string> topic_names(Session& session) {
  return session.children(kTopics).value_or(std::vector<std::string>{});
}

std::vector<std::optional<Topic>> topics(Session& session, const std::vector<std::string>& names) {
  std::vector<std::string> paths;
  for (const auto& name : names) paths.push_back(topic_path(name));
  auto nodes = session.get(paths);
  std::vector<std::optional<Topic>> found;
  for (size_t i = 0; i < names.size(); ++i) {
    auto& topic = found.emplace_back();
    if (nodes[i]) topic = parse_topic(names[i], *nodes[i], paths[i]);
  }
  return found;
}

Written create_topic(Session& session, const std::string& name, const Assignment& assignment) {
  auto path = topic_path(name);
  session.make_path(kTopics);
  auto written = session.create(path, topic_json(assignment).text());
  if (written != Written::uncertain) return written;
  auto now = topics(session, {name})[0];
  return now && now->replicas == assignment ? Written::done : written;
}

Written add_partitions(Session& session, const Topic& topic, const Assignment& added) {
  auto json = topic.json;
  for (const auto& [partition, replicas] : added)
    json.at("partitions").at(std::to_string(partition)) = replicas_json(replicas);
  return session.set(topic_path(topic.name), json.text(), topic.node_version);
}

Written request_deletion(Session& session, const std::string& name) {
  session.make_path(kDeletions);
  return session.create(std::string(kDeletions) + "/" + name, "");
}

bool deletion_requested(Session& session, const std::string& name) {
  return session.exists(std::string(kDeletions) + "/" + name).has_value();
}

}  // namespace kt::zk
