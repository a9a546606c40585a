#include "sandbox/handlers/config_resource.h"

#include <algorithm>
#include <charconv>

namespace kt::sandbox {
namespace {

constexpr ConfigDefinition kLogLevel = {"root", ConfigType::string, "INFO", nullptr,
                                        "TRACE,DEBUG,INFO,WARN,ERROR,FATAL"};
constexpr ConfigDefinition kClientMetrics[] = {
    {"interval.ms", ConfigType::int32, "300000", nullptr, nullptr, 100},
    {"match", ConfigType::list, ""},
    {"metrics", ConfigType::list, ""},
};

}  // namespace

ConfigResource::ConfigResource(const Call& call, int8_t type, const std::string& name)
    : cluster_(call.cluster), asked_(call.broker), type_(type), name_(name) {
  if (call.injected_error != 0) {
    status_ = {static_cast<ErrorCode>(call.injected_error), {}};
    return;
  }
  auto acl_type = type == kTopicResource   ? AclResource::topic
                  : type == kGroupResource ? AclResource::group
                                           : AclResource::cluster;
  auto denied = acl_type == AclResource::cluster ? check_right(call, acl_type)
                                                 : check_right(call, acl_type, name);
  if (denied != ErrorCode::none) {
    status_ = {denied, std::string(error_meaning(number(denied)))};
    return;
  }
  if (type != kTopicResource) own_ = &cluster_.resource_configs(type, name);
  switch (type) {
    case kTopicResource:
      open_topic(cluster_);
      return;
    case kBrokerResource:
      open_broker(call);
      return;
    case kBrokerLoggerResource:
      definitions_ = {&kLogLevel, 1};
      own_source_ = kDynamicBrokerSource;
      return;
    case kClientMetricsResource:
      definitions_ = kClientMetrics;
      own_source_ = kClientMetricsSource;
      return;
    case kGroupResource:
      definitions_ = group_configs();
      own_source_ = kGroupSource;
      return;
    default:
      status_ = {ErrorCode::invalid_request, "Unsupported resource type " + std::to_string(type)};
  }
}

void ConfigResource::open_topic(Cluster& cluster) {
  Topic* topic = cluster.topic(name_);
  if (!topic) {
    auto named = cluster.check_topic_name(name_);
    bool invalid = named.code == ErrorCode::invalid_topic_exception;
    status_ = {invalid ? named.code : ErrorCode::unknown_topic_or_partition,
               invalid ? named.message : "The topic '" + name_ + "' does not exist."};
    return;
  }
  definitions_ = topic_configs();
  own_ = &topic->configs;
  own_source_ = kTopicSource;
}

void ConfigResource::open_broker(const Call& call) {
  definitions_ = broker_configs();
  own_source_ = name_.empty() ? kDynamicDefaultBrokerSource : kDynamicBrokerSource;
  int32_t id = -1;
  std::from_chars(name_.data(), name_.data() + name_.size(), id);
  if (!name_.empty() && std::to_string(id) != name_)
    status_ = {ErrorCode::invalid_request, "Broker id must be an integer, but it is: " + name_};
  else if (!name_.empty() && id != call.broker.id())
    status_ = {ErrorCode::invalid_request, "Unexpected broker id, expected " +
                                               std::to_string(call.broker.id()) +
                                               " or empty string, but received " + name_};
}

const ConfigDefinition* ConfigResource::find(const std::string& name) const {
  auto found =
      std::ranges::find(definitions_, name, [](const auto& one) { return std::string(one.name); });
  return found == definitions_.end() ? nullptr : &*found;
}

std::vector<ConfigValue> ConfigResource::values(const ConfigDefinition& definition) const {
  std::vector<ConfigValue> values;
  if (auto set = own_->find(definition.name); set != own_->end())
    values.push_back({definition.name, set->second, own_source_});
  const char* broker_name = type_ == kBrokerResource ? definition.name : definition.broker_name;
  if (broker_name) add_broker_values(broker_name, values);
  if (auto fixed = node_value(definition))
    values.push_back({definition.name, fixed, kStaticBrokerSource});
  if (definition.default_value || values.empty()) {
    std::optional<std::string> value;
    if (definition.default_value) value = definition.default_value;
    values.push_back({broker_name ? broker_name : definition.name, value, kDefaultSource});
  }
  return values;
}

void ConfigResource::add_broker_values(const char* broker_name,
                                       std::vector<ConfigValue>& values) const {
  if (type_ != kBrokerResource) {
    const auto& own = cluster_.resource_configs(kBrokerResource, std::to_string(asked_.id()));
    if (auto set = own.find(broker_name); set != own.end())
      values.push_back({broker_name, set->second, kDynamicBrokerSource});
  }
  bool is_default_itself = type_ == kBrokerResource && name_.empty();
  const auto& defaults = cluster_.resource_configs(kBrokerResource, "");
  if (auto set = defaults.find(broker_name); set != defaults.end() && !is_default_itself)
    values.push_back({broker_name, set->second, kDynamicDefaultBrokerSource});
  const auto& fixed = cluster_.options().configs;
  if (auto set = fixed.find(broker_name); set != fixed.end())
    values.push_back({broker_name, set->second, kStaticBrokerSource});
}

/// What each broker's own file would say.
std::optional<std::string> ConfigResource::node_value(const ConfigDefinition& definition) const {
  if (type_ != kBrokerResource || name_.empty()) return std::nullopt;
  std::string name = definition.name;
  if (name == "broker.id" || name == "node.id") return name_;
  if (name == "listeners" || name == "advertised.listeners")
    return "PLAINTEXT://" + asked_.host() + ":" + std::to_string(asked_.port());
  if (name == "log.dirs" && !cluster_.options().data_dir.empty())
    return cluster_.options().data_dir;
  return std::nullopt;
}

bool ConfigResource::is_read_only(const ConfigDefinition& definition) const {
  return type_ == kBrokerResource && !definition.dynamic;
}

Status ConfigResource::check(const std::string& name,
                             const std::optional<std::string>& value) const {
  const ConfigDefinition* definition = find(name);
  if (!definition && type_ == kBrokerResource) return {};  // brokers take what plugins may know
  if (!definition) return {ErrorCode::invalid_config, "Unknown config name: " + name};
  if (is_read_only(*definition))
    return {ErrorCode::invalid_request, "Cannot update these configs dynamically: " + name};
  return value ? check_config(*definition, *value) : Status{};
}

}  // namespace kt::sandbox
