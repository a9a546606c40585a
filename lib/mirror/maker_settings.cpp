#include "mirror/maker_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/error.h"
#include "base/text.h"

namespace kt::mirror {
namespace {

/// How both clusters are reached.
constexpr std::string_view kClientKeys[] = {
    "bootstrap.servers",
    "metadata.broker.list",
    "client.id",
    "client.rack",
    "retry.backoff.ms",
    "retry.backoff.max.ms",
    "socket.connection.setup.timeout.ms",
    "socket.connection.setup.timeout.max.ms",
    "zookeeper.connect",
    "zookeeper.session.timeout.ms",
    "zookeeper.digest.user",
    "zookeeper.digest.password",
};
constexpr std::string_view kClientPrefixes[] = {"security.", "ssl.", "sasl."};

/// What kt does anyway, when it is asked for in these words; any value where none is said.
constexpr std::pair<std::string_view, std::string_view> kDoneAnyway[] = {
    {"acks", "all"},
    {"acks", "-1"},
    {"request.required.acks", "-1"},
    {"producer.type", "sync"},
    {"enable.idempotence", "true"},
    {"enable.auto.commit", "false"},
    {"auto.commit.enable", "false"},
    {"isolation.level", "read_committed"},
    {"key.serializer", ""},
    {"value.serializer", ""},
    {"key.deserializer", ""},
    {"value.deserializer", ""},
    {"refresh.topics.enabled", "true"},
    {"emit.heartbeats.enabled", "false"},
    {"emit.checkpoints.enabled", "false"},
    {"sync.group.offsets.enabled", "false"},
    {"sync.topic.acls.enabled", "false"},
    {"sync.topic.configs.enabled", "false"},
    {"exactly.once.source.support", "enabled"},
};

bool is_client_key(std::string_view key) {
  return std::find(std::begin(kClientKeys), std::end(kClientKeys), key) != std::end(kClientKeys) ||
         std::any_of(std::begin(kClientPrefixes), std::end(kClientPrefixes),
                     [&](auto prefix) { return key.starts_with(prefix); });
}

bool is_done_anyway(std::string_view key, std::string_view value) {
  return std::any_of(std::begin(kDoneAnyway), std::end(kDoneAnyway), [&](const auto& one) {
    return one.first == key && (one.second.empty() || one.second == lower(value));
  });
}

std::optional<Position> start_of(const std::string& reset) {
  auto word = lower(reset);
  if (word == "earliest" || word == "smallest") return Position{Position::Kind::earliest, 0};
  if (word == "latest" || word == "largest") return Position{Position::Kind::latest, 0};
  return std::nullopt;
}

int64_t number_of(const std::string& key, const std::string& text, int64_t most) {
  int64_t number = 0;
  if (!parse_int64(trim(text), number) || number < 1 || number > most)
    throw Error(fmt::format("{}={}: a number from 1 to {} is needed", key, text, most),
                Exit::usage);
  return number;
}

std::vector<std::string> list_of(std::string_view text) {
  std::vector<std::string> list;
  for (auto piece : split(text, ','))
    if (!trim(piece).empty()) list.emplace_back(trim(piece));
  return list;
}

/// One flow of MirrorMaker 2: which settings hold for it, from the general to the particular.
class Flow {
 public:
  Flow(const Properties& properties, const std::string& from, const std::string& to)
      : from_(from), to_(to) {
    const std::pair<std::string, std::map<std::string, std::string>*> places[] = {
        {from + "->" + to + ".", &own_}, {from + ".", &source_}, {to + ".", &target_}};
    for (const auto& [key, value] : properties) {
      auto place = std::find_if(std::begin(places), std::end(places),
                                [&](const auto& one) { return key.starts_with(one.first); });
      if (place != std::end(places))
        (*place->second)[key.substr(place->first.size())] = value;
      else if (key.find("->") == std::string::npos && !belongs_elsewhere(properties, key))
        general_[key] = value;
    }
  }

  MakerSettings settings(bool renames) {
    MakerSettings result;
    result.source = clients(source_, "consumer.");
    result.target = clients(target_, "producer.");
    result.topics = list_of(take("topics", ".*"));
    result.excluded = list_of(
        take("topics.exclude", take("topics.blacklist", "mm2.*\\.internal,.*\\.replica,__.*")));
    name_topics(result, renames);
    if (auto seconds = take("refresh.topics.interval.seconds", ""); !seconds.empty())
      result.refresh = Milliseconds(
          1000 * number_of("refresh.topics.interval.seconds", seconds, int64_t{1} << 31));
    if (auto factor = take("replication.factor", ""); !factor.empty() && factor != "-1")
      result.replication_factor =
          static_cast<int16_t>(number_of("replication.factor", factor, INT16_MAX));
    for (auto* place : {&source_, &own_})
      if (auto reset = extract(*place, "consumer.auto.offset.reset")) {
        result.start = start_of(*reset);
        if (!result.start) result.without_equivalent.push_back("consumer.auto.offset.reset");
      }
    read_groups(result);
    take("clusters", "");
    take("enabled", "");
    for (const auto& [prefix, place] :
         {std::pair<std::string, const std::map<std::string, std::string>*>{"", &general_},
          {from_ + "->" + to_ + ".", &own_},
          {from_ + ".", &source_},
          {to_ + ".", &target_}})
      for (const auto& [key, value] : *place)
        if (!is_done_anyway(key, value)) result.without_equivalent.push_back(prefix + key);
    return result;
  }

 private:
  /// Of a cluster that this flow does not touch.
  bool belongs_elsewhere(const Properties& properties, const std::string& key) const {
    for (const auto& [name, value] : properties) {
      if (name != "clusters") continue;
      for (const auto& alias : list_of(value))
        if (alias != from_ && alias != to_ && key.starts_with(alias + ".")) return true;
    }
    return false;
  }

  static std::optional<std::string> extract(std::map<std::string, std::string>& place,
                                            const std::string& key) {
    auto node = place.extract(key);
    if (node.empty()) return std::nullopt;
    return node.mapped();
  }

  std::string take(const std::string& key, const std::string& otherwise) {
    auto general = extract(general_, key);
    auto own = extract(own_, key);
    return own ? *own : general.value_or(otherwise);
  }

  Properties clients(std::map<std::string, std::string>& place, const std::string& role) const {
    Properties found;
    for (const auto& [key, value] : general_)
      if (is_client_key(key)) found.emplace_back(key, value);
    for (const auto& prefix : {std::string(), std::string("admin."), role})
      std::erase_if(place, [&](const auto& entry) {
        bool is_client = entry.first.starts_with(prefix) &&
                         is_client_key(std::string_view(entry.first).substr(prefix.size()));
        if (is_client) found.emplace_back(entry.first.substr(prefix.size()), entry.second);
        return is_client;
      });
    return found;
  }

  void name_topics(MakerSettings& result, bool renames) {
    std::erase_if(general_, [](const auto& entry) { return is_client_key(entry.first); });
    auto policy = take("replication.policy.class", "DefaultReplicationPolicy");
    auto separator = take("replication.policy.separator", ".");
    bool keeps_names = policy.ends_with("IdentityReplicationPolicy");
    if (!keeps_names && !policy.ends_with("DefaultReplicationPolicy") && !renames)
      throw Error(
          fmt::format("replication.policy.class={}: what it calls topics is not known", policy),
          Exit::usage, "--rename says it");
    if (!keeps_names && !renames) {
      result.rename = fmt::format("(.*)={}{}$1", from_, separator);
      // What came from the target does not go back there.
      result.excluded.push_back(fmt::format("\\Q{}{}\\E.*", to_, separator));
    }
    bool separated =
        lower(take("replication.policy.internal.topic.separator.enabled", "true")) != "false";
    auto dot = separated ? separator : std::string(".");
    result.syncs_in_target = lower(take("offset-syncs.topic.location", "source")) == "target";
    const auto& other = result.syncs_in_target ? from_ : to_;
    if (lower(take("emit.offset-syncs.enabled", "true")) != "false")
      result.syncs_topic = fmt::format("mm2-offset-syncs{0}{1}{0}internal", dot, other);
    result.connect_group = from_ + "-mm2";
    if (emits_checkpoints())
      result.checkpoints_topic = fmt::format("{0}{1}checkpoints{1}internal", from_, dot);
  }

  /// What take() would, left where it is.
  bool is(const std::string& key, std::string_view value, bool otherwise) const {
    for (const auto* place : {&own_, &general_})
      if (auto found = place->find(key); found != place->end())
        return lower(found->second) == value;
    return otherwise;
  }
  bool emits_checkpoints() const { return !is("emit.checkpoints.enabled", "false", false); }

  /// Positions of groups, which MirrorMaker 2 keeps in step only where it checkpoints them.
  void read_groups(MakerSettings& result) {
    constexpr const char* kKey = "sync.group.offsets.enabled";
    if (!is(kKey, "true", false) || !emits_checkpoints()) return;
    take(kKey, "");
    result.syncs_groups = true;
    result.groups = list_of(take("groups", ".*"));
    result.excluded_groups = list_of(
        take("groups.exclude", take("groups.blacklist", "console-consumer-.*,connect-.*,__.*")));
    if (auto seconds = take("sync.group.offsets.interval.seconds", ""); !seconds.empty())
      result.sync_interval = Milliseconds(
          1000 * number_of("sync.group.offsets.interval.seconds", seconds, int64_t{1} << 31));
  }

  std::string from_, to_;
  std::map<std::string, std::string> general_, own_, source_, target_;
};

void find_flow(const Properties& properties, std::string& from, std::string& to) {
  constexpr std::string_view kEnabled = ".enabled";
  std::vector<std::string> enabled;
  for (const auto& [key, value] : properties) {
    auto arrow = key.find("->");
    if (arrow == std::string::npos || !key.ends_with(kEnabled) || lower(value) != "true") continue;
    auto rest = key.substr(arrow + 2);
    rest.resize(rest.size() - kEnabled.size());
    if (rest.find('.') != std::string::npos) continue;
    auto source = key.substr(0, arrow);
    if ((!from.empty() && source != from) || (!to.empty() && rest != to)) continue;
    enabled.push_back(source + "->" + rest);
  }
  if (enabled.size() == 1) {
    auto arrow = enabled[0].find("->");
    from = enabled[0].substr(0, arrow);
    to = enabled[0].substr(arrow + 2);
  } else if (enabled.empty() && !from.empty() && !to.empty()) {
    throw Error(fmt::format("{}->{}.enabled is not true in the file", from, to), Exit::usage);
  } else if (enabled.empty()) {
    throw Error("the file enables no such flow", Exit::usage, "A->B.enabled=true does");
  } else {
    throw Error("the file enables several flows: " + join(enabled, ", "), Exit::usage,
                "--from and --to say which, by its aliases");
  }
}

}  // namespace

MakerSettings of_mirror_maker_1(const Properties& consumer, const Properties& producer) {
  MakerSettings result;
  bool stores_in_kafka = false;
  for (const auto& [key, value] : consumer) {
    if (is_client_key(key)) {
      result.source.emplace_back(key, value);
      result.group_in_zookeeper = result.group_in_zookeeper || key == "zookeeper.connect";
    } else if (key == "group.id") {
      result.group = value;
    } else if (key == "offsets.storage") {
      stores_in_kafka = lower(value) == "kafka";
    } else if (key == "auto.offset.reset" && start_of(value)) {
      result.start = start_of(value);
    } else if (!is_done_anyway(key, value)) {
      result.without_equivalent.push_back(key);
    }
  }
  result.group_in_zookeeper = result.group_in_zookeeper && !stores_in_kafka;
  for (const auto& [key, value] : producer) {
    if (is_client_key(key))
      result.target.emplace_back(key, value);
    else if (!is_done_anyway(key, value))
      result.without_equivalent.push_back(key);
  }
  return result;
}

MakerSettings of_mirror_maker_2(const Properties& properties, std::string from, std::string to,
                                bool renames) {
  find_flow(properties, from, to);
  auto settings = Flow(properties, from, to).settings(renames);
  for (const auto* side : {&settings.source, &settings.target})
    if (std::none_of(side->begin(), side->end(),
                     [](const auto& one) { return one.first == "bootstrap.servers"; }))
      throw Error(fmt::format("{}.bootstrap.servers is missing in the file",
                              side == &settings.source ? from : to),
                  Exit::usage);
  return settings;
}

}  // namespace kt::mirror
