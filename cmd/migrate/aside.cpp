#include "migrate/aside.h"

#include <filesystem>

#include "base/base64.h"
#include "base/json.h"
#include "base/text.h"
#include "output/json.h"

namespace kt {

Aside::Aside(std::string path) : path_(std::move(path)) {
  if (!std::filesystem::exists(path_)) return;
  auto text = read_file(path_);
  // What was cut off when a process ended is written again.
  text.resize(text.rfind('\n') == std::string::npos ? 0 : text.rfind('\n') + 1);
  try {
    std::string_view rest = text;
    for (size_t end; (end = rest.find('\n')) != std::string_view::npos;
         rest.remove_prefix(end + 1)) {
      auto json = Json::parse(rest.substr(0, end), path_);
      JsonPlace line(json, path_);
      kept_.insert({{line["topic"].text(), line["broker"].int32(0), line["partition"].int32(0)},
                    line["position"].integer(0, INT64_MAX)});
    }
  } catch (const Error& error) {
    throw Error(in_quotes(path_) + " is no file of damaged messages: " + error.message(),
                Exit::usage);
  }
  file_ = SharedFile::on_disk(path_);
  file_->truncate(static_cast<int64_t>(text.size()));
}

void Aside::keep(const legacy::PartitionId& source, const legacy::LogReader::Entry& entry) {
  std::lock_guard lock(mutex_);
  if (!kept_.insert({source, entry.position}).second) return;
  std::string line;
  JsonWriter json(line);
  json.begin_object();
  json.key("topic");
  json.text(source.topic);
  json.key("broker");
  json.integer(source.broker);
  json.key("partition");
  json.integer(source.partition);
  json.key("position");
  json.integer(entry.position);
  json.key("size_bytes");
  json.integer(entry.next_position - entry.position);
  json.key("reason");
  json.text(entry.damage);
  json.key("base64");
  json.text(base64(entry.bytes));
  json.end_object();
  line += '\n';
  if (!file_) file_ = SharedFile::on_disk(path_);
  file_->write_at(file_->size(), line);
  file_->sync();
}

}  // namespace kt
