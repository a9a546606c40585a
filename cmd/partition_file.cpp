// The one place in cmd/ that knows nlohmann.
#include "partition_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>

#include "base/error.h"
#include "base/text.h"
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

  std::string name_;
};

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
  std::ifstream opened;
  if (path != "-") {
    opened.open(path, std::ios::binary);
    if (!opened)
      throw Error(fmt::format("cannot read {}: {}", in_quotes(path), std::strerror(errno)),
                  Exit::usage);
  }
  std::istream& in = path == "-" ? std::cin : opened;
  std::string text{std::istreambuf_iterator<char>(in), {}};
  return Reader(path).read(text);
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
