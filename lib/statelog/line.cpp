#include "statelog/line.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <chrono>
#include <initializer_list>

namespace kt::statelog {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Characters of a topic's name.
bool is_name(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '_' ||
         c == '-';
}

/// Exactly `digits` decimal digits at a place, or -1.
int digits_at(std::string_view text, size_t at, size_t digits) {
  int value = 0;
  for (size_t i = at; i < at + digits; ++i) {
    if (!is_digit(text[i])) return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

std::optional<int32_t> whole_number(std::string_view text) {
  int32_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// The number at the front of `text`.
std::optional<int32_t> leading_number(std::string_view text) {
  size_t size = text.starts_with('-') ? 1 : 0;
  while (size < text.size() && is_digit(text[size])) ++size;
  return whole_number(text.substr(0, size));
}

/// The number behind the first of these words that has one.
std::optional<int32_t> number_after(std::string_view text,
                                    std::initializer_list<std::string_view> words) {
  for (auto word : words)
    for (size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1))
      if (auto number = leading_number(text.substr(at + word.size()))) return number;
  return std::nullopt;
}

bool take(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  return true;
}

void take_number(std::string_view& text, std::optional<int32_t>& number) {
  number = leading_number(text);
  while (!text.empty() && (is_digit(text[0]) || text[0] == '-')) text.remove_prefix(1);
}

/// `Controller 1 epoch 2 `, `Broker 1 `; from 1.0 on `[Controller id=1 epoch=2] `, `[Broker id=1]
/// `.
void take_source(std::string_view& rest, Change& change) {
  bool bracket = take(rest, "[");
  if (take(rest, "Controller "))
    change.source = "controller";
  else if (take(rest, "Broker "))
    change.source = "broker";
  else
    return;
  take(rest, "id=");
  take_number(rest, change.source_id);
  if (take(rest, " epoch ") || take(rest, " epoch=")) take_number(rest, change.controller_epoch);
  if (bracket) take(rest, "]");
  while (take(rest, " ") || take(rest, ":")) {
  }
}

/// The name at the front of `text`, which may be empty.
std::string_view leading_name(std::string_view text) {
  return text.substr(0, std::find_if_not(text.begin(), text.end(), is_name) - text.begin());
}

/// `T-P`, parted at its last dash; a full stop may end the sentence.
std::optional<PartitionName> read_dashed(std::string_view text) {
  auto name = leading_name(text);
  while (name.ends_with('.')) name.remove_suffix(1);
  size_t dash = name.rfind('-');
  if (dash == std::string_view::npos || dash == 0) return std::nullopt;
  auto partition = whole_number(name.substr(dash + 1));
  if (!partition || *partition < 0) return std::nullopt;
  return PartitionName{name.substr(0, dash), *partition};
}

/// `T,P` or `T, P` between brackets, which up to 1.0 is how partitions were written.
std::optional<PartitionName> read_bracketed(std::string_view text) {
  if (!take(text, "[") && !take(text, "(")) return std::nullopt;
  auto topic = leading_name(text);
  text.remove_prefix(topic.size());
  if (topic.empty() || !take(text, ",")) return std::nullopt;
  take(text, " ");
  auto partition = leading_number(text);
  if (!partition || *partition < 0) return std::nullopt;
  return PartitionName{topic, *partition};
}

/// `topic=T,partition=P` in the answers of 0.10 to 2.3, `topicName='T', partitionIndex=P` since.
std::optional<PartitionName> read_fields(std::string_view text, std::string_view between) {
  auto topic = leading_name(text);
  text.remove_prefix(topic.size());
  if (topic.empty() || !take(text, between)) return std::nullopt;
  auto partition = leading_number(text);
  if (!partition || *partition < 0) return std::nullopt;
  return PartitionName{topic, *partition};
}

template <class Read>
void find_each(std::string_view text, std::string_view word, Change& change, Read read) {
  for (size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1))
    if (auto found = read(text.substr(at + word.size())))
      if (change.partitions.empty() || change.partitions.back() != *found)
        change.partitions.push_back(*found);
}

void find_partitions(std::string_view rest, Change& change) {
  auto either = [](std::string_view text) {
    auto found = read_bracketed(text);
    return found ? found : read_dashed(text);
  };
  // How brokers under KRaft begin.
  for (std::string_view role : {"Leader ", "Follower "})
    if (rest.starts_with(role))
      if (auto found = read_dashed(rest.substr(role.size()))) change.partitions.push_back(*found);
  for (std::string_view word : {"partition ", "Partition ", "state change for "})
    find_each(rest, word, change, either);
  find_each(rest, "{topic=", change, [](auto text) { return read_fields(text, ",partition="); });
  find_each(rest, "topicName='", change,
            [](auto text) { return read_fields(text, "', partitionIndex="); });
  // Answers up to 0.9: Map([T,P] -> 0, [T,P] -> 0).
  if (size_t map = rest.find("Map("); map != std::string_view::npos)
    for (std::string_view word : {"Map(", " -> 0, "})
      find_each(rest.substr(map), word, change, read_bracketed);
}

/// A state's name at the front of `text`, or nothing.
std::string_view leading_state(std::string_view text) {
  size_t size = 0;
  while (size < text.size() && std::isalpha(static_cast<unsigned char>(text[size]))) ++size;
  auto word = text.substr(0, size);
  bool is_state = word == "New" || word == "NotExists" || word == "ReplicaDeletionStarted" ||
                  word == "ReplicaDeletionSuccessful" || word == "ReplicaDeletionIneligible";
  for (std::string_view stem : {"NonExistent", "New", "Online", "Offline"})
    is_state |= word.starts_with(stem) &&
                (word.substr(stem.size()) == "Partition" || word.substr(stem.size()) == "Replica");
  return is_state ? word : std::string_view{};
}

std::string_view state_after(std::string_view text, std::string_view word) {
  for (size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1))
    if (auto state = leading_state(text.substr(at + word.size())); !state.empty()) return state;
  return {};
}

/// Numbers parted by commas and blanks, as far as they go.
std::vector<int32_t> leading_numbers(std::string_view text) {
  std::vector<int32_t> numbers;
  while (auto number = leading_number(text)) {
    numbers.push_back(*number);
    std::optional<int32_t> taken;
    take_number(text, taken);
    if (!take(text, ",")) break;
    take(text, " ");
  }
  return numbers;
}

std::optional<std::vector<int32_t>> find_isr(std::string_view text) {
  for (std::string_view word : {"isr=List(", "isr=[", "isr=", "ISR:", "ISR ["})
    if (size_t at = text.find(word); at != std::string_view::npos)
      return leading_numbers(text.substr(at + word.size()));
  // From 3.5 on each member stands with its epoch.
  constexpr std::string_view kWithEpochs = "isrWithBrokerEpoch=List(", kMember = "brokerId=";
  size_t at = text.find(kWithEpochs);
  if (at == std::string_view::npos) return std::nullopt;
  std::vector<int32_t> members;
  auto rest = text.substr(at + kWithEpochs.size());
  while (take(rest, "BrokerState(")) {
    if (!take(rest, kMember)) break;
    auto id = leading_number(rest);
    size_t end = rest.find(')');
    if (!id || end == std::string_view::npos) break;
    members.push_back(*id);
    rest.remove_prefix(end + 1);
    take(rest, ", ");
  }
  return members;
}

/// Of the controller that asked, then of the state that a line shows.
std::optional<int32_t> find_controller_epoch(std::string_view text) {
  constexpr std::string_view kAsker = " controller ";
  if (size_t at = text.find(kAsker); at != std::string_view::npos)
    if (auto epoch = number_after(text.substr(at), {" epoch "})) return epoch;
  return number_after(text, {"controllerEpoch=", "ControllerEpoch:"});
}

}  // namespace

std::optional<DatedLine> parse_line(std::string_view line) {
  constexpr std::string_view kShape = "[0000-00-00 00:00:00,000]";
  if (line.size() < kShape.size()) return std::nullopt;
  for (size_t i = 0; i < kShape.size(); ++i)
    if (kShape[i] == '0' ? !is_digit(line[i]) : kShape[i] != line[i]) return std::nullopt;
  std::chrono::year_month_day date{std::chrono::year(digits_at(line, 1, 4)),
                                   std::chrono::month(static_cast<unsigned>(digits_at(line, 6, 2))),
                                   std::chrono::day(static_cast<unsigned>(digits_at(line, 9, 2)))};
  int hour = digits_at(line, 12, 2), minute = digits_at(line, 15, 2),
      second = digits_at(line, 18, 2);
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  DatedLine dated;
  dated.local_ms =
      ((days * 24 + hour) * 60 + minute) * 60'000 + second * 1000 + digits_at(line, 21, 3);
  dated.message = line.substr(kShape.size());
  take(dated.message, " ");
  if (dated.message.ends_with('\r')) dated.message.remove_suffix(1);

  auto rest = dated.message;
  constexpr std::array<std::string_view, 6> kLevels = {"TRACE", "DEBUG", "INFO",
                                                       "WARN",  "ERROR", "FATAL"};
  auto level = std::find_if(kLevels.begin(), kLevels.end(), [&](auto name) {
    return rest.starts_with(name) && rest.substr(name.size()).starts_with(' ');
  });
  size_t open = rest.rfind(" (");
  if (level == kLevels.end() || !rest.ends_with(')') || open == std::string_view::npos)
    return dated;
  if (open < level->size()) return dated;
  dated.level = *level;
  dated.logger = rest.substr(open + 2, rest.size() - open - 3);
  rest = rest.substr(0, open);
  rest.remove_prefix(std::min(rest.size(), level->size() + 1));
  dated.message = rest;
  return dated;
}

Change parse_message(std::string_view message) {
  Change change;
  auto rest = message;
  take_source(rest, change);
  find_partitions(rest, change);
  change.from_state = state_after(rest, " from ");
  change.to_state = state_after(rest, " to ");
  change.replica = number_after(rest, {"state of replica ", "after removing replica "});
  change.leader = number_after(
      rest, {"leader=", "Leader:", "with leader ", "lected leader ", "Current leader is "});
  change.leader_epoch =
      number_after(rest, {"leaderEpoch=", "LeaderEpoch:", "starts at leader epoch "});
  if (!change.controller_epoch) change.controller_epoch = find_controller_epoch(rest);
  change.isr = find_isr(rest);
  if (!change.leader && rest.starts_with("Leader ")) change.leader = change.source_id;
  return change;
}

}  // namespace kt::statelog
