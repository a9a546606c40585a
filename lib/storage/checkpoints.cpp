#include "storage/checkpoints.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/bytes.h"

namespace kt {
namespace {

template <class Int>
std::optional<Int> number(std::string_view text) {
  Int value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Takes lines off the front of a text and knows their numbers.
class Lines {
 public:
  explicit Lines(std::string_view text) : text_(text) {}

  bool at_end() const { return text_.empty(); }
  std::string_view next() {
    ++number_;
    auto end = text_.find('\n');
    auto line = text_.substr(0, end);
    text_.remove_prefix(end == std::string_view::npos ? text_.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
  }
  [[noreturn]] void fail(const std::string& what) const {
    throw DecodeError("line " + std::to_string(number_) + ": " + what);
  }

 private:
  std::string_view text_;
  int number_ = 0;
};

/// Reads version 0, a count and that many lines, each given to `parse`, which answers whether it
/// could.
template <class Parse>
void read_counted(std::string_view text, Parse parse) {
  Lines lines(text);
  if (lines.at_end()) return;
  if (lines.next() != "0") lines.fail("a checkpoint of an unknown version");
  auto count = number<int64_t>(lines.next());
  if (!count || *count < 0) lines.fail("no count of lines");
  for (int64_t i = 0; i < *count; ++i) {
    if (lines.at_end())
      lines.fail("the file ends after " + std::to_string(i) + " of " + std::to_string(*count) +
                 " lines");
    auto line = lines.next();
    if (!parse(line)) lines.fail("cannot be read: " + std::string(line));
  }
  while (!lines.at_end())
    if (!lines.next().empty()) lines.fail("more lines than the count says");
}

/// Splits at the last space.
std::pair<std::string_view, std::string_view> split_last(std::string_view line) {
  auto space = line.rfind(' ');
  if (space == std::string_view::npos) return {};
  return {line.substr(0, space), line.substr(space + 1)};
}

}  // namespace

std::vector<EpochStart> read_leader_epochs(std::string_view text) {
  std::vector<EpochStart> epochs;
  read_counted(text, [&](std::string_view line) {
    auto [epoch_text, offset_text] = split_last(line);
    auto epoch = number<int32_t>(epoch_text);
    auto offset = number<int64_t>(offset_text);
    if (epoch && offset) epochs.push_back({*epoch, *offset});
    return epoch && offset;
  });
  return epochs;
}

std::string write_leader_epochs(const std::vector<EpochStart>& epochs) {
  std::string text = "0\n" + std::to_string(epochs.size()) + "\n";
  for (const auto& one : epochs)
    text += std::to_string(one.epoch) + " " + std::to_string(one.start_offset) + "\n";
  return text;
}

std::vector<PartitionOffset> read_offset_checkpoint(std::string_view text) {
  std::vector<PartitionOffset> offsets;
  read_counted(text, [&](std::string_view line) {
    auto [front, offset_text] = split_last(line);
    auto [topic, partition_text] = split_last(front);
    auto partition = number<int32_t>(partition_text);
    auto offset = number<int64_t>(offset_text);
    if (topic.empty() || !partition || !offset) return false;
    offsets.push_back({std::string(topic), *partition, *offset});
    return true;
  });
  return offsets;
}

std::string write_offset_checkpoint(const std::vector<PartitionOffset>& offsets) {
  std::string text = "0\n" + std::to_string(offsets.size()) + "\n";
  for (const auto& one : offsets)
    text +=
        one.topic + " " + std::to_string(one.partition) + " " + std::to_string(one.offset) + "\n";
  return text;
}

Uuid read_partition_metadata(std::string_view text) {
  constexpr std::string_view kTopicId = "topic_id: ";
  for (Lines lines(text); !lines.at_end();) {
    auto line = lines.next();
    if (!line.starts_with(kTopicId)) continue;
    auto id = Uuid::parse(line.substr(kTopicId.size()));
    if (!id) lines.fail("no topic id: " + std::string(line));
    return *id;
  }
  throw DecodeError("line 1: no topic_id in the file");
}

std::string write_partition_metadata(const Uuid& topic_id) {
  return "version: 0\ntopic_id: " + topic_id.text();
}

std::map<std::string, std::string> read_properties(std::string_view text) {
  std::map<std::string, std::string> properties;
  for (Lines lines(text); !lines.at_end();) {
    auto line = lines.next();
    if (line.empty() || line.front() == '#') continue;
    auto equals = line.find('=');
    if (equals == std::string_view::npos) lines.fail("no key=value: " + std::string(line));
    properties[std::string(line.substr(0, equals))] = line.substr(equals + 1);
  }
  return properties;
}

std::optional<PartitionDirectory> parse_partition_directory(std::string_view name) {
  using State = PartitionDirectory::State;
  constexpr std::pair<std::string_view, State> kSuffixes[] = {
      {"-delete", State::deleted}, {"-future", State::future}, {"-stray", State::stray}};
  PartitionDirectory parsed;
  for (const auto& [suffix, state] : kSuffixes) {
    if (!name.ends_with(suffix)) continue;
    // T-P.<32 hexadecimal digits>-delete
    constexpr size_t kUniqueSize = 33;
    auto front = name.substr(0, name.size() - suffix.size());
    if (front.size() <= kUniqueSize || front[front.size() - kUniqueSize] != '.') continue;
    name = front.substr(0, front.size() - kUniqueSize);
    parsed.state = state;
    break;
  }
  auto dash = name.rfind('-');
  if (dash == std::string_view::npos || dash == 0) return std::nullopt;
  auto partition = number<int32_t>(name.substr(dash + 1));
  constexpr size_t kIdSize = 23;  // with the dash before it
  if (!partition && name.size() > kIdSize && name[name.size() - kIdSize] == '-' &&
      Uuid::parse(name.substr(name.size() - kIdSize + 1)))
    return parse_partition_directory(name.substr(0, name.size() - kIdSize));
  if (!partition || *partition < 0) return std::nullopt;
  parsed.topic = name.substr(0, dash);
  parsed.partition = *partition;
  return parsed;
}

std::optional<std::pair<int64_t, std::string_view>> parse_segment_name(std::string_view name) {
  constexpr size_t kDigits = 20;
  if (name.size() <= kDigits || name[kDigits] != '.') return std::nullopt;
  auto base_offset = number<int64_t>(name.substr(0, kDigits));
  if (!base_offset || *base_offset < 0) return std::nullopt;
  return std::pair{*base_offset, name.substr(kDigits)};
}

std::string segment_name(int64_t base_offset, std::string_view suffix) {
  auto digits = std::to_string(base_offset);
  return std::string(20 - digits.size(), '0') + digits + std::string(suffix);
}

}  // namespace kt
