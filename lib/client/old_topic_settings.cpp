#include "client/old_topic_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <vector>

#include "base/text.h"
#include "protocol/releases.h"

namespace kt {
namespace {

struct Known {
  std::string_view name;
  std::string_view since;
  enum class Kind { number, ratio, boolean, word, words, text } kind = Kind::number;
  int64_t least = 0, most = INT64_MAX;  ///< of a number
  std::string_view words = {};          ///< that it may be, with commas between them
};
using Kind = Known::Kind;

const Known kSettings[] = {
    {"cleanup.policy", "0.8.1", Kind::words, 0, 0, "delete,compact"},
    {"compression.type", "0.9.0", Kind::word, 0, 0, "uncompressed,producer,gzip,snappy,lz4"},
    {"delete.retention.ms", "0.8.1"},
    {"file.delete.delay.ms", "0.8.1", Kind::number, 0, INT32_MAX},
    {"flush.messages", "0.8.1"},
    {"flush.ms", "0.8.1"},
    {"follower.replication.throttled.replicas", "0.10.1", Kind::text},
    {"index.interval.bytes", "0.8.1", Kind::number, 0, INT32_MAX},
    {"leader.replication.throttled.replicas", "0.10.1", Kind::text},
    {"max.message.bytes", "0.8.1", Kind::number, 0, INT32_MAX},
    {"message.format.version", "0.10.0", Kind::text},
    {"message.timestamp.difference.max.ms", "0.10.0"},
    {"message.timestamp.type", "0.10.0", Kind::word, 0, 0, "CreateTime,LogAppendTime"},
    {"min.cleanable.dirty.ratio", "0.8.1", Kind::ratio},
    {"min.compaction.lag.ms", "0.10.1"},
    {"min.insync.replicas", "0.8.2", Kind::number, 1, INT32_MAX},
    {"preallocate", "0.9.0", Kind::boolean},
    {"retention.bytes", "0.8.1", Kind::number, INT64_MIN},
    {"retention.ms", "0.8.1", Kind::number, INT64_MIN},
    {"segment.bytes", "0.8.1", Kind::number, 14, INT32_MAX},
    {"segment.index.bytes", "0.8.1", Kind::number, 0, INT32_MAX},
    {"segment.jitter.ms", "0.8.2"},
    {"segment.ms", "0.8.1"},
    {"unclean.leader.election.enable", "0.8.2", Kind::boolean},
};

/// Whether the release has what came with `since`; one that is not known has everything.
bool has(std::string_view release, std::string_view since) {
  const auto* ours = find_release(release.substr(0, release.find('-')));
  return ours == nullptr || ours >= find_release(since);
}

bool is_one_of(std::string_view value, std::string_view words) {
  auto all = split(words, ',');
  return std::find(all.begin(), all.end(), value) != all.end();
}

std::string one_of(std::string_view words) { return "is one of " + join(split(words, ','), ", "); }

std::string why_not(const Known& setting, std::string_view release, const std::string& value) {
  switch (setting.kind) {
    case Kind::number: {
      int64_t number = 0;
      if (parse_int64(value, number) && number >= setting.least && number <= setting.most)
        return {};
      if (setting.least == INT64_MIN) return "is a whole number";
      return fmt::format("is a whole number of at least {}", setting.least);
    }
    case Kind::ratio: {
      double ratio = -1;
      auto end = value.data() + value.size();
      auto [rest, error] = std::from_chars(value.data(), end, ratio);
      bool good = error == std::errc() && rest == end && ratio >= 0 && ratio <= 1;
      return good ? "" : "is a number from 0 to 1";
    }
    case Kind::boolean:
      return lower(value) == "true" || lower(value) == "false" ? "" : "is true or false";
    case Kind::words:
      // Several at once, from 0.10.1 on.
      if (has(release, "0.10.1")) {
        auto items = split(value, ',');
        return std::all_of(items.begin(), items.end(),
                           [&](auto item) { return is_one_of(item, setting.words); })
                   ? ""
                   : "is a list of " + join(split(setting.words, ','), ", ");
      }
      [[fallthrough]];
    case Kind::word:
      return is_one_of(value, setting.words) ? "" : one_of(setting.words);
    default:
      return {};
  }
}

}  // namespace

std::string why_not_topic_setting(std::string_view release, std::string_view name,
                                  const std::string& value) {
  std::vector<std::string_view> known;
  for (const auto& setting : kSettings) {
    if (!has(release, setting.since)) continue;
    known.push_back(setting.name);
    if (setting.name != name) continue;
    auto why = why_not(setting, release, value);
    return why.empty() ? "" : why + ", not " + in_quotes(value);
  }
  return fmt::format("is no setting of topics in Kafka {}{}", release, did_you_mean(name, known));
}

}  // namespace kt
