#include "sandbox/data_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <vector>

#include "sandbox/cluster.h"
#include "sandbox/config_definitions.h"
#include "sandbox/transactions.h"
#include "storage/checkpoints.h"

namespace kt::sandbox {
namespace {

constexpr int8_t kTopicResource = 2;
constexpr char kHexDigits[] = "0123456789ABCDEF";

std::string escaped(const std::string& text) {
  std::string out;
  for (char c : text) {
    auto byte = static_cast<uint8_t>(c);
    if (byte > 0x20 && byte < 0x7f && c != '%')
      out.push_back(c);
    else
      out += {'%', kHexDigits[byte >> 4], kHexDigits[byte & 15]};
  }
  return out;
}

std::string unescaped(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%' || i + 2 >= text.size()) {
      out.push_back(text[i]);
      continue;
    }
    out.push_back(static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16)));
    i += 2;
  }
  return out;
}

void add_line(std::string& out, const std::vector<std::string>& fields) {
  for (size_t i = 0; i < fields.size(); ++i) out += (i > 0 ? "\t" : "") + escaped(fields[i]);
  out += '\n';
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    auto end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string joined(const std::vector<int32_t>& ids) {
  std::string text;
  for (int32_t id : ids) text += (text.empty() ? "" : ",") + std::to_string(id);
  return text;
}

std::vector<int32_t> ids_in(const std::string& text) {
  std::vector<int32_t> ids;
  for (const auto& part : split(text, ',')) ids.push_back(static_cast<int32_t>(parse_number(part)));
  return ids;
}

void restore_line(Cluster& cluster, const std::vector<std::string>& line) {
  auto number = [&](size_t field) { return parse_number(line.at(field)); };
  const std::string& kind = line.at(0);
  if (kind == "cluster") cluster.restore_id(line.at(1));
  if (kind == "topic") cluster.restore_topic(line.at(1), Uuid::parse(line.at(2)).value_or(Uuid{}));
  if (kind == "config") {
    auto type = static_cast<int8_t>(number(1));
    Topic* topic = type == kTopicResource ? cluster.topic(line.at(2)) : nullptr;
    auto& configs = topic ? topic->configs : cluster.resource_configs(type, line.at(2));
    configs[line.at(3)] = line.at(4);
  }
  if (kind == "partition")
    cluster.restore_partition(*cluster.topic(line.at(1)), ids_in(line.at(3)),
                              static_cast<int32_t>(number(2)), number(4));
  if (kind == "producers") cluster.transactions().restore_next_producer(number(1));
  if (kind == "transaction")
    cluster.transactions().restore(line.at(1), {number(2), static_cast<int16_t>(number(3))},
                                   static_cast<int32_t>(number(4)));
  if (kind == "feature") cluster.set_feature_level(line.at(1), static_cast<int16_t>(number(2)));
  restore_security_line(cluster.security(), line);
}

}  // namespace

DataDirectory::DataDirectory(std::string path) : path_(std::move(path)) {
  std::error_code failure;
  std::filesystem::create_directories(path_, failure);
  std::string lock_path = path_ + "/.lock";
  lock_ = open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (lock_ < 0)
    throw Error("cannot use the data directory \"" + path_ + "\": " + std::strerror(errno),
                Exit::usage);
  if (flock(lock_, LOCK_EX | LOCK_NB) == 0) return;
  close(lock_);
  throw Error("the data directory \"" + path_ + "\" is in use by another process", Exit::failed,
              "stop that one, or give another directory");
}

DataDirectory::~DataDirectory() { close(lock_); }

void DataDirectory::save(const Cluster& cluster) const {
  std::string out;
  add_line(out, {"cluster", cluster.id()});
  for (const auto& [resource, configs] : cluster.all_resource_configs())
    for (const auto& [name, value] : configs)
      add_line(out, {"config", std::to_string(resource.first), resource.second, name, value});
  for (const auto& [name, topic] : cluster.topics()) {
    add_line(out, {"topic", name, topic->id.text()});
    for (const auto& [key, value] : topic->configs)
      add_line(out, {"config", std::to_string(kTopicResource), name, key, value});
    for (const auto& partition : topic->partitions)
      add_line(out, {"partition", name, std::to_string(partition->leader_epoch()),
                     joined(partition->replicas), std::to_string(partition->log().start_offset())});
  }
  const Transactions& transactions = cluster.transactions();
  add_line(out, {"producers", std::to_string(transactions.next_producer_id())});
  for (const auto& [id, transaction] : transactions.all())
    add_line(out,
             {"transaction", id, std::to_string(transaction.producer.id),
              std::to_string(transaction.producer.epoch), std::to_string(transaction.timeout_ms)});
  for (const auto& [name, level] : cluster.feature_levels())
    add_line(out, {"feature", name, std::to_string(level)});
  for (const auto& line : security_lines(cluster.security())) add_line(out, line);
  write_file(path_ + "/kt-sandbox.state", out);
}

void DataDirectory::restore(Cluster& cluster) const {
  std::string path = path_ + "/kt-sandbox.state";
  if (!std::filesystem::exists(path)) return;
  size_t number = 0;
  for (const auto& line : split(read_file(path), '\n')) {
    ++number;
    if (line.empty()) continue;
    std::vector<std::string> fields;
    for (const auto& field : split(line, '\t')) fields.push_back(unescaped(field));
    try {
      restore_line(cluster, fields);
    } catch (const std::exception& error) {
      throw Error(path + ":" + std::to_string(number) + ": damaged: " + error.what());
    }
  }
}

}  // namespace kt::sandbox
