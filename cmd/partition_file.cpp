// The one place in cmd/ that knows nlohmann.
#include "partition_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/error.h"
#include "base/text.h"
#include "files.h"
#include "output/json.h"

namespace kt {

namespace {

using nlohmann::json;

class Reader {
 public:
  explicit Reader(const std::string& path) : name_(path == "-" ? "stdin" : path) {}

  PartitionFile read(const std::string& text) {
    json parsed;
    try {
      parsed = json::parse(text);
    } catch (const json::parse_error& error) {
      auto place = std::min(error.byte == 0 ? 0 : error.byte - 1, text.size());
      auto before = std::string_view(text).substr(0, place);
      auto line_start = before.rfind('\n') + 1;  // npos + 1 is 0
      fail(fmt::format("line {}, column {}: not JSON",
                       1 + std::count(before.begin(), before.end(), '\n'),
                       before.size() - line_start + 1));
    }
    PartitionFile file;
    if (!parsed.is_object()) fail("an object with \"partitions\" is needed");
    if (auto version = parsed.find("version"); version != parsed.end() && *version != 1)
      fail("version " + version->dump(-1, ' ', true, json::error_handler_t::replace) +
           ": kt knows version 1");
    if (parsed.contains("broker")) file.broker = number(parsed["broker"], "broker");
    if (parsed.contains("cluster_id"))
      file.cluster_id = text_of(parsed["cluster_id"], "cluster_id");
    if (auto throttle = parsed.find("throttle"); throttle != parsed.end())
      file.throttle = read_throttle(*throttle);
    auto partitions = parsed.find("partitions");
    if (partitions == parsed.end() || !partitions->is_array())
      fail("a list \"partitions\" is needed");
    std::set<TopicPartition> seen;
    for (const auto& one : *partitions) {
      auto where = fmt::format("partitions[{}]", file.entries.size());
      auto& entry = file.entries.emplace_back(read_entry(one, where));
      if (!seen.insert(entry.at).second)
        fail(fmt::format("{}: {} partition {} stands there twice", where, in_quotes(entry.at.topic),
                         entry.at.partition));
    }
    return file;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(in_quotes(name_) + ": " + what, Exit::usage,
                R"({"partitions":[{"topic":"orders","partition":0}]} is one)");
  }

  int32_t number(const json& value, const std::string& where) const {
    if (!value.is_number_integer() || value < 0 || value > INT32_MAX)
      fail(where + ": a number is needed");
    return value.get<int32_t>();
  }

  std::string text_of(const json& value, const std::string& where) const {
    if (!value.is_string()) fail(where + ": a text is needed");
    return value.get<std::string>();
  }

  const json& need(const json& object, const char* key, const std::string& where) const {
    auto found = object.find(key);
    if (found == object.end()) fail(where + ": \"" + key + "\" is missing");
    return *found;
  }

  PartitionFile::Entry read_entry(const json& one, const std::string& where) const {
    if (!one.is_object()) fail(where + ": an object is needed");
    PartitionFile::Entry entry;
    entry.at.topic = text_of(need(one, "topic", where), where + ".topic");
    entry.at.partition = number(need(one, "partition", where), where + ".partition");
    auto list = [&](const char* key, auto&& add) {
      auto found = one.find(key);
      if (found == one.end() || found->is_null()) return;
      if (!found->is_array()) fail(where + "." + key + ": a list is needed");
      for (const auto& element : *found) add(element, where + "." + key);
    };
    list("replicas", [&](const json& replica, const std::string& place) {
      entry.replicas.push_back(number(replica, place));
    });
    list("log_dirs", [&](const json& directory, const std::string& place) {
      entry.log_dirs.push_back(text_of(directory, place));
    });
    if (!entry.log_dirs.empty() && entry.log_dirs.size() != entry.replicas.size())
      fail(where + ": as many log_dirs as replicas are needed");
    if (one.contains("leader")) entry.leader = number(one["leader"], where + ".leader");
    return entry;
  }

  std::vector<std::string> texts(const json& value, const std::string& where) const {
    std::vector<std::string> list;
    if (!value.is_array()) fail(where + ": a list is needed");
    for (const auto& one : value) list.push_back(text_of(one, where));
    return list;
  }

  std::optional<std::string> rate(const json& value, const std::string& where) const {
    if (value.is_null()) return std::nullopt;
    return text_of(value, where);
  }

  Throttle read_throttle(const json& value) const {
    Throttle throttle;
    if (!value.is_object()) fail("throttle: an object is needed");
    const auto& bytes = need(value, "bytes_per_second", "throttle");
    if (!bytes.is_number_integer() || bytes < 0) fail("throttle.bytes_per_second: a number");
    throttle.bytes_per_second = bytes.get<int64_t>();
    const auto& brokers = need(value, "brokers", "throttle");
    const auto& topics = need(value, "topics", "throttle");
    if (!brokers.is_array() || !topics.is_array()) fail("throttle: lists are needed");
    for (const auto& one : brokers) {
      if (!one.is_object()) fail("throttle.brokers: objects are needed");
      auto id = number(need(one, "broker", "throttle.brokers"), "throttle.brokers.broker");
      throttle.brokers[id] = {
          rate(need(one, "leader_before", "throttle.brokers"), "throttle.brokers"),
          rate(need(one, "follower_before", "throttle.brokers"), "throttle.brokers")};
    }
    for (const auto& one : topics) {
      if (!one.is_object()) fail("throttle.topics: objects are needed");
      auto topic = text_of(need(one, "topic", "throttle.topics"), "throttle.topics.topic");
      throttle.topics[topic] = {
          texts(need(one, "leader", "throttle.topics"), "throttle.topics.leader"),
          texts(need(one, "follower", "throttle.topics"), "throttle.topics.follower")};
    }
    return throttle;
  }

  std::string name_;
};

void write_texts(JsonWriter& json, std::string_view key, const std::vector<std::string>& texts) {
  json.key(key);
  json.begin_array();
  for (const auto& text : texts) json.text(text);
  json.end_array();
}

void write_throttle(JsonWriter& json, const Throttle& throttle) {
  auto rate = [&](std::string_view key, const std::optional<std::string>& value) {
    json.key(key);
    value ? json.text(*value) : json.null();
  };
  json.key("throttle");
  json.begin_object();
  json.key("bytes_per_second");
  json.integer(throttle.bytes_per_second);
  json.key("brokers");
  json.begin_array();
  for (const auto& [broker, rates] : throttle.brokers) {
    json.begin_object();
    json.key("broker");
    json.integer(broker);
    rate("leader_before", rates.leader);
    rate("follower_before", rates.follower);
    json.end_object();
  }
  json.end_array();
  json.key("topics");
  json.begin_array();
  for (const auto& [topic, entries] : throttle.topics) {
    json.begin_object();
    json.key("topic");
    json.text(topic);
    write_texts(json, "leader", entries.leader);
    write_texts(json, "follower", entries.follower);
    json.end_object();
  }
  json.end_array();
  json.end_object();
}

void write_entry(std::string& out, const PartitionFile::Entry& entry) {
  JsonWriter json(out);
  json.begin_object();
  json.key("topic");
  json.text(entry.at.topic);
  json.key("partition");
  json.integer(entry.at.partition);
  if (!entry.replicas.empty()) {
    json.key("replicas");
    json.begin_array();
    for (auto replica : entry.replicas) json.integer(replica);
    json.end_array();
  }
  if (!entry.log_dirs.empty()) {
    json.key("log_dirs");
    json.begin_array();
    for (const auto& directory : entry.log_dirs) json.text(directory);
    json.end_array();
  }
  if (entry.leader) {
    json.key("leader");
    json.integer(*entry.leader);
  }
  json.end_object();
}

}  // namespace

PartitionFile read_partition_file(const std::string& path) {
  return Reader(path).read(read_input(path));
}

std::string to_json(const PartitionFile& file) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  json.key("version");
  json.integer(1);
  if (file.broker) {
    json.key("broker");
    json.integer(*file.broker);
  }
  if (!file.cluster_id.empty()) {
    json.key("cluster_id");
    json.text(file.cluster_id);
  }
  if (!file.throttle.empty()) write_throttle(json, file.throttle);
  json.key("partitions");
  json.begin_array();
  for (const auto& entry : file.entries) {
    out += &entry == &file.entries.front() ? "\n" : ",\n";
    write_entry(out, entry);
  }
  json.end_array();
  json.end_object();
  return out + '\n';
}

}  // namespace kt
