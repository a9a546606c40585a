#include "jmx/object_name.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"

namespace kt::jmx {
namespace {

[[noreturn]] void refuse(std::string_view text) {
  throw Error(in_quotes(text) + " is no name of an MBean", Exit::usage,
              "kafka.server:type=BrokerTopicMetrics,name=MessagesInPerSec is one, "
              "kafka.server:* a pattern");
}

/// Takes a part of a name off the front, up to an end mark that stands outside of quotes.
std::string take_part(std::string_view& rest, std::string_view ends) {
  std::string part;
  if (rest.starts_with('"')) {
    rest.remove_prefix(1);
    while (!rest.empty() && rest.front() != '"') {
      if (rest.front() == '\\' && rest.size() > 1) {
        rest.remove_prefix(1);
        // Java quotes a line feed as \n, and *, ?, " and \ as they are.
        part += rest.front() == 'n' ? '\n' : rest.front();
      } else {
        part += rest.front();
      }
      rest.remove_prefix(1);
    }
    if (!rest.empty()) rest.remove_prefix(1);
    return part;
  }
  size_t end = std::min(rest.find_first_of(ends), rest.size());
  part = std::string(rest.substr(0, end));
  rest.remove_prefix(end);
  return part;
}

}  // namespace

ObjectName ObjectName::parse(std::string_view text) {
  ObjectName name;
  auto rest = text;
  name.domain = take_part(rest, ":");
  if (!rest.starts_with(':')) refuse(text);
  rest.remove_prefix(1);
  if (rest.empty()) refuse(text);
  while (!rest.empty()) {
    if (rest == "*" || rest.starts_with("*,")) {
      name.open = true;
      rest.remove_prefix(1);
    } else {
      auto key = take_part(rest, "=");
      if (!rest.starts_with('=') || key.empty()) refuse(text);
      rest.remove_prefix(1);
      auto value = take_part(rest, ",");
      name.properties.emplace_back(std::move(key), std::move(value));
    }
    if (rest.empty()) break;
    if (rest.front() != ',' || rest.size() == 1) refuse(text);
    rest.remove_prefix(1);
  }
  return name;
}

const std::string* ObjectName::property(std::string_view key) const {
  for (const auto& [name, value] : properties)
    if (name == key) return &value;
  return nullptr;
}

bool glob_matches(std::string_view glob, std::string_view text) {
  size_t at = 0, in = 0, star = std::string_view::npos, resume = 0;
  while (in < text.size()) {
    if (at < glob.size() && glob[at] == '*') {
      star = at++;
      resume = in;
    } else if (at < glob.size() && (glob[at] == '?' || glob[at] == text[in])) {
      ++at;
      ++in;
    } else if (star != std::string_view::npos) {
      at = star + 1;
      in = ++resume;
    } else {
      return false;
    }
  }
  while (at < glob.size() && glob[at] == '*') ++at;
  return at == glob.size();
}

NamePattern::NamePattern(std::string_view text) : text_(text) {
  words_ = text.find(':') == std::string_view::npos;
  if (words_) return;
  pattern_ = ObjectName::parse(text);
  auto plain = [](const std::string& part) {
    return part.find_first_of("*?") == std::string::npos;
  };
  exact_ = !pattern_.open && plain(pattern_.domain) &&
           std::all_of(pattern_.properties.begin(), pattern_.properties.end(),
                       [&](const auto& property) { return plain(property.second); });
}

bool NamePattern::matches(std::string_view name) const {
  if (words_) return glob_matches("*" + text_ + "*", name);
  return matches(ObjectName::parse(name), name);
}

bool NamePattern::matches(const ObjectName& name, std::string_view whole) const {
  if (words_) return glob_matches("*" + text_ + "*", whole);
  if (!glob_matches(pattern_.domain, name.domain)) return false;
  if (!pattern_.open && pattern_.properties.size() != name.properties.size()) return false;
  return std::all_of(pattern_.properties.begin(), pattern_.properties.end(),
                     [&](const auto& wanted) {
                       const auto* value = name.property(wanted.first);
                       return value && glob_matches(wanted.second, *value);
                     });
}

}  // namespace kt::jmx
