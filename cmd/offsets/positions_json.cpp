#include "offsets/positions_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/error.h"
#include "base/text.h"

namespace kt {

namespace {

using Json = nlohmann::json;

/// `offsets[3]`, for errors: behind the parser lines are no longer known.
[[noreturn]] void fail(std::string_view file, size_t index, const std::string& what) {
  throw Error(fmt::format("{}: offsets[{}]: {}", file, index, what), Exit::usage);
}

std::string text_of(const Json& entry, const char* key) {
  auto found = entry.find(key);
  return found != entry.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// Nothing where the key is missing, null, or no whole number from 0 to `most`.
std::optional<int64_t> number_of(const Json& entry, const char* key, int64_t most) {
  auto found = entry.find(key);
  if (found == entry.end() || !found->is_number_unsigned()) return std::nullopt;
  auto number = found->get<uint64_t>();
  if (number > static_cast<uint64_t>(most)) return std::nullopt;
  return static_cast<int64_t>(number);
}

FilePosition position_of(const Json& entry, size_t index, std::string_view file) {
  if (!entry.is_object()) fail(file, index, "an object is wanted");
  FilePosition position{
      text_of(entry, "group"), {text_of(entry, "topic"), 0}, 0, text_of(entry, "metadata")};
  if (position.group.empty()) fail(file, index, "no \"group\"");
  if (position.partition.topic.empty()) fail(file, index, "no \"topic\"");
  auto partition = number_of(entry, "partition", INT32_MAX);
  if (!partition) fail(file, index, "\"partition\" is no number of a partition");
  position.partition.partition = static_cast<int32_t>(*partition);
  auto offset = number_of(entry, "offset", INT64_MAX);
  if (!offset) fail(file, index, "\"offset\" is no offset");
  position.offset = *offset;
  return position;
}

}  // namespace

std::vector<FilePosition> parse_json_positions(std::string_view text, std::string_view file) {
  Json document;
  try {
    document = Json::parse(text);
  } catch (const Json::parse_error& error) {
    auto before = text.substr(0, std::min(error.byte, text.size()));
    auto line = 1 + std::count(before.begin(), before.end(), '\n');
    auto line_start = before.rfind('\n');
    auto column =
        line_start == std::string_view::npos ? before.size() : before.size() - line_start - 1;
    throw Error(fmt::format("{}:{}:{}: this is no JSON", file, line, std::max<size_t>(column, 1)),
                Exit::usage);
  }
  auto list = document.is_object() ? document.find("offsets") : document.end();
  if (list == document.end() || !list->is_array())
    throw Error(fmt::format("{}: no list \"offsets\", as kt offsets export writes it", file),
                Exit::usage);
  std::vector<FilePosition> positions;
  std::set<std::pair<std::string, TopicPartition>> seen;
  for (size_t i = 0; i < list->size(); ++i) {
    auto& position = positions.emplace_back(position_of((*list)[i], i, file));
    if (!seen.insert({position.group, position.partition}).second)
      fail(file, i, "this partition stands here twice");
  }
  return positions;
}

}  // namespace kt
