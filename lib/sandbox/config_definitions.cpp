#include "sandbox/config_definitions.h"

#include <algorithm>
#include <charconv>

#include "base/error.h"

namespace kt::sandbox {
namespace {

using enum ConfigType;

constexpr const char* kMaxInt64 = "9223372036854775807";
constexpr const char* kBooleans = "true,false";
constexpr const char* kCodecs = "uncompressed,zstd,lz4,snappy,gzip,producer";
constexpr const char* kTimestampTypes = "CreateTime,LogAppendTime";

constexpr ConfigDefinition kTopicConfigs[] = {
    {"cleanup.policy", list, "delete", "log.cleanup.policy", "compact,delete"},
    {"compression.gzip.level", int32, "-1", "compression.gzip.level", nullptr, -1},
    {"compression.lz4.level", int32, "9", "compression.lz4.level", nullptr, 1},
    {"compression.type", string, "producer", "compression.type", kCodecs},
    {"compression.zstd.level", int32, "3", "compression.zstd.level", nullptr, -131072},
    {"delete.retention.ms", int64, "86400000", "log.cleaner.delete.retention.ms", nullptr, 0},
    {"file.delete.delay.ms", int64, "60000", "log.segment.delete.delay.ms", nullptr, 0},
    {"flush.messages", int64, kMaxInt64, "log.flush.interval.messages", nullptr, 1},
    {"flush.ms", int64, kMaxInt64, "log.flush.interval.ms", nullptr, 0},
    {"follower.replication.throttled.replicas", list, ""},
    {"index.interval.bytes", int32, "4096", "log.index.interval.bytes", nullptr, 0},
    {"leader.replication.throttled.replicas", list, ""},
    {"local.retention.bytes", int64, "-2", "log.local.retention.bytes", nullptr, -2},
    {"local.retention.ms", int64, "-2", "log.local.retention.ms", nullptr, -2},
    {"max.compaction.lag.ms", int64, kMaxInt64, "log.cleaner.max.compaction.lag.ms", nullptr, 1},
    {"max.message.bytes", int32, "1048588", "message.max.bytes", nullptr, 0},
    {"message.timestamp.after.max.ms", int64, "3600000", "log.message.timestamp.after.max.ms",
     nullptr, 0},
    {"message.timestamp.before.max.ms", int64, kMaxInt64, "log.message.timestamp.before.max.ms",
     nullptr, 0},
    {"message.timestamp.type", string, "CreateTime", "log.message.timestamp.type", kTimestampTypes},
    {"min.cleanable.dirty.ratio", float64, "0.5", "log.cleaner.min.cleanable.ratio", nullptr, 0},
    {"min.compaction.lag.ms", int64, "0", "log.cleaner.min.compaction.lag.ms", nullptr, 0},
    {"min.insync.replicas", int32, "1", "min.insync.replicas", nullptr, 1},
    {"preallocate", boolean, "false", "log.preallocate", kBooleans},
    {"remote.copy.disable", boolean, "false", nullptr, kBooleans},
    {"remote.log.delete.on.disable", boolean, "false", nullptr, kBooleans},
    {"remote.storage.enable", boolean, "false", nullptr, kBooleans},
    {"retention.bytes", int64, "-1", "log.retention.bytes"},
    {"retention.ms", int64, "604800000", "log.retention.ms", nullptr, -1},
    {"segment.bytes", int32, "1073741824", "log.segment.bytes", nullptr, 14},
    {"segment.index.bytes", int32, "10485760", "log.index.size.max.bytes", nullptr, 4},
    {"segment.jitter.ms", int64, "0", "log.roll.jitter.ms", nullptr, 0},
    {"segment.ms", int64, "604800000", "log.roll.ms", nullptr, 1},
    {"unclean.leader.election.enable", boolean, "false", "unclean.leader.election.enable",
     kBooleans},
};

constexpr ConfigDefinition kBrokerConfigs[] = {
    {"advertised.listeners", string, nullptr},
    {"authorizer.class.name", string, "", nullptr, nullptr, INT64_MIN, false},
    {"auto.create.topics.enable", boolean, "true", nullptr, kBooleans, INT64_MIN, false},
    {"auto.leader.rebalance.enable", boolean, "true", nullptr, kBooleans, INT64_MIN, false},
    {"background.threads", int32, "10", nullptr, nullptr, 1},
    {"broker.id", int32, "-1", nullptr, nullptr, INT64_MIN, false},
    {"broker.rack", string, nullptr, nullptr, nullptr, INT64_MIN, false},
    {"compression.gzip.level", int32, "-1", nullptr, nullptr, -1},
    {"compression.lz4.level", int32, "9", nullptr, nullptr, 1},
    {"compression.type", string, "producer", nullptr, kCodecs},
    {"compression.zstd.level", int32, "3", nullptr, nullptr, -131072},
    {"connections.max.idle.ms", int64, "600000", nullptr, nullptr, INT64_MIN, false},
    {"connections.max.reauth.ms", int64, "0", nullptr, nullptr, INT64_MIN, false},
    {"controlled.shutdown.enable", boolean, "true", nullptr, kBooleans, INT64_MIN, false},
    {"default.replication.factor", int32, "1", nullptr, nullptr, 1, false},
    {"delegation.token.expiry.time.ms", int64, "86400000", nullptr, nullptr, 1, false},
    {"delegation.token.max.lifetime.ms", int64, "604800000", nullptr, nullptr, 1, false},
    {"delegation.token.secret.key", password, nullptr, nullptr, nullptr, INT64_MIN, false},
    {"delete.topic.enable", boolean, "true", nullptr, kBooleans, INT64_MIN, false},
    {"fetch.max.bytes", int32, "57671680", nullptr, nullptr, 1024, false},
    {"follower.replication.throttled.rate", int64, kMaxInt64, nullptr, nullptr, 0},
    {"group.consumer.heartbeat.interval.ms", int32, "5000", nullptr, nullptr, 1, false},
    {"group.consumer.session.timeout.ms", int32, "45000", nullptr, nullptr, 1, false},
    {"group.initial.rebalance.delay.ms", int32, "0", nullptr, nullptr, 0, false},
    {"group.max.session.timeout.ms", int32, "1800000", nullptr, nullptr, 1, false},
    {"group.max.size", int32, "2147483647", nullptr, nullptr, 1, false},
    {"group.min.session.timeout.ms", int32, "6000", nullptr, nullptr, 1, false},
    {"leader.replication.throttled.rate", int64, kMaxInt64, nullptr, nullptr, 0},
    {"listeners", string, nullptr},
    {"log.cleaner.delete.retention.ms", int64, "86400000", nullptr, nullptr, 0},
    {"log.cleaner.enable", boolean, "true", nullptr, kBooleans, INT64_MIN, false},
    {"log.cleaner.max.compaction.lag.ms", int64, kMaxInt64, nullptr, nullptr, 1},
    {"log.cleaner.min.cleanable.ratio", float64, "0.5", nullptr, nullptr, 0},
    {"log.cleaner.min.compaction.lag.ms", int64, "0", nullptr, nullptr, 0},
    {"log.cleaner.threads", int32, "1", nullptr, nullptr, 0},
    {"log.cleanup.policy", list, "delete", nullptr, "compact,delete"},
    {"log.dir", string, "/tmp/kafka-logs", nullptr, nullptr, INT64_MIN, false},
    {"log.dirs", string, nullptr, nullptr, nullptr, INT64_MIN, false},
    {"log.flush.interval.messages", int64, kMaxInt64, nullptr, nullptr, 1},
    {"log.flush.interval.ms", int64, nullptr},
    {"log.index.interval.bytes", int32, "4096", nullptr, nullptr, 0},
    {"log.index.size.max.bytes", int32, "10485760", nullptr, nullptr, 4},
    {"log.local.retention.bytes", int64, "-2", nullptr, nullptr, -2},
    {"log.local.retention.ms", int64, "-2", nullptr, nullptr, -2},
    {"log.message.timestamp.after.max.ms", int64, "3600000", nullptr, nullptr, 0},
    {"log.message.timestamp.before.max.ms", int64, kMaxInt64, nullptr, nullptr, 0},
    {"log.message.timestamp.type", string, "CreateTime", nullptr, kTimestampTypes},
    {"log.preallocate", boolean, "false", nullptr, kBooleans},
    {"log.retention.bytes", int64, "-1"},
    {"log.retention.check.interval.ms", int64, "300000", nullptr, nullptr, 1, false},
    {"log.retention.hours", int32, "168", nullptr, nullptr, INT64_MIN, false},
    {"log.retention.minutes", int32, nullptr, nullptr, nullptr, INT64_MIN, false},
    {"log.retention.ms", int64, nullptr},
    {"log.roll.hours", int32, "168", nullptr, nullptr, 1, false},
    {"log.roll.jitter.ms", int64, nullptr, nullptr, nullptr, 0},
    {"log.roll.ms", int64, nullptr, nullptr, nullptr, 1},
    {"log.segment.bytes", int32, "1073741824", nullptr, nullptr, 14},
    {"log.segment.delete.delay.ms", int64, "60000", nullptr, nullptr, 0},
    {"max.connections", int32, "2147483647", nullptr, nullptr, 0},
    {"max.connections.per.ip", int32, "2147483647", nullptr, nullptr, 0},
    {"message.max.bytes", int32, "1048588", nullptr, nullptr, 0},
    {"min.insync.replicas", int32, "1", nullptr, nullptr, 1},
    {"node.id", int32, "-1", nullptr, nullptr, INT64_MIN, false},
    {"num.io.threads", int32, "8", nullptr, nullptr, 1},
    {"num.network.threads", int32, "3", nullptr, nullptr, 1},
    {"num.partitions", int32, "1", nullptr, nullptr, 1, false},
    {"num.recovery.threads.per.data.dir", int32, "2", nullptr, nullptr, 1},
    {"num.replica.fetchers", int32, "1", nullptr, nullptr, 1},
    {"offsets.retention.check.interval.ms", int64, "600000", nullptr, nullptr, 1, false},
    {"offsets.retention.minutes", int32, "10080", nullptr, nullptr, 1, false},
    {"offsets.topic.num.partitions", int32, "50", nullptr, nullptr, 1, false},
    {"offsets.topic.replication.factor", int16, "3", nullptr, nullptr, 1, false},
    {"offsets.topic.segment.bytes", int32, "104857600", nullptr, nullptr, 1, false},
    {"process.roles", list, "", nullptr, nullptr, INT64_MIN, false},
    {"producer.id.expiration.ms", int32, "86400000", nullptr, nullptr, 1},
    {"queued.max.requests", int32, "500", nullptr, nullptr, 1, false},
    {"replica.alter.log.dirs.io.max.bytes.per.second", int64, kMaxInt64, nullptr, nullptr, 0},
    {"replica.fetch.max.bytes", int32, "1048576", nullptr, nullptr, 0, false},
    {"replica.lag.time.max.ms", int64, "30000", nullptr, nullptr, INT64_MIN, false},
    {"request.timeout.ms", int32, "30000", nullptr, nullptr, INT64_MIN, false},
    {"socket.request.max.bytes", int32, "104857600", nullptr, nullptr, 1, false},
    {"sasl.enabled.mechanisms", list, "GSSAPI", nullptr},
    {"ssl.client.auth", string, "none", nullptr, "required,requested,none"},
    {"ssl.keystore.password", password, nullptr},
    {"transaction.max.timeout.ms", int32, "900000", nullptr, nullptr, 1, false},
    {"transaction.state.log.min.isr", int32, "2", nullptr, nullptr, 1, false},
    {"transaction.state.log.num.partitions", int32, "50", nullptr, nullptr, 1, false},
    {"transaction.state.log.replication.factor", int16, "3", nullptr, nullptr, 1, false},
    {"transactional.id.expiration.ms", int32, "604800000", nullptr, nullptr, 1, false},
    {"unclean.leader.election.enable", boolean, "false", nullptr, kBooleans},
};

constexpr ConfigDefinition kGroupConfigs[] = {
    {"consumer.heartbeat.interval.ms", int32, "5000", "group.consumer.heartbeat.interval.ms",
     nullptr, 1},
    {"consumer.session.timeout.ms", int32, "45000", "group.consumer.session.timeout.ms", nullptr,
     1},
};

const ConfigDefinition* find(std::span<const ConfigDefinition> definitions, std::string_view name) {
  auto found = std::ranges::find(definitions, name,
                                 [](const auto& one) { return std::string_view(one.name); });
  return found == definitions.end() ? nullptr : &*found;
}

bool contains(std::string_view comma_separated, std::string_view value) {
  std::string list = "," + std::string(comma_separated) + ",";
  return list.find("," + std::string(value) + ",") != std::string::npos;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

bool all_allowed(const char* allowed, std::string_view comma_separated) {
  while (true) {
    auto comma = comma_separated.find(',');
    if (!contains(allowed, trimmed(comma_separated.substr(0, comma)))) return false;
    if (comma == std::string_view::npos) return true;
    comma_separated.remove_prefix(comma + 1);
  }
}

template <class Number>
bool parses(const std::string& value, int64_t least) {
  Number number{};
  auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  bool whole = error == std::errc() && end == value.data() + value.size();
  return whole && static_cast<double>(number) >= static_cast<double>(least);
}

}  // namespace

std::span<const ConfigDefinition> topic_configs() { return kTopicConfigs; }
std::span<const ConfigDefinition> broker_configs() { return kBrokerConfigs; }
std::span<const ConfigDefinition> group_configs() { return kGroupConfigs; }

const ConfigDefinition* find_topic_config(std::string_view name) {
  return find(kTopicConfigs, name);
}
const ConfigDefinition* find_broker_config(std::string_view name) {
  return find(kBrokerConfigs, name);
}
const ConfigDefinition* find_group_config(std::string_view name) {
  return find(kGroupConfigs, name);
}

Status check_config(const ConfigDefinition& definition, const std::string& value) {
  bool good = true;
  switch (definition.type) {
    case int16:
      good = parses<int16_t>(value, definition.least);
      break;
    case int32:
      good = parses<int32_t>(value, definition.least);
      break;
    case int64:
      good = parses<int64_t>(value, definition.least);
      break;
    case float64:
      good = parses<double>(value, definition.least);
      break;
    case list:
      good = !definition.allowed || value.empty() || all_allowed(definition.allowed, value);
      break;
    default:
      good = !definition.allowed || contains(definition.allowed, value);
  }
  if (good) return {};
  return {ErrorCode::invalid_config,
          "Invalid value " + value + " for configuration " + definition.name};
}

int64_t parse_number(const std::string& value) {
  int64_t number = 0;
  std::from_chars(value.data(), value.data() + value.size(), number);
  return number;
}

}  // namespace kt::sandbox
