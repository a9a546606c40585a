// The settings of one thing (a topic, a broker, a group, a client's metrics), as the config APIs
// name them: which there are, what was set, and what results.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sandbox/config_definitions.h"
#include "sandbox/handlers/common.h"

namespace kt::sandbox {

enum ResourceType : int8_t {
  kTopicResource = 2,
  kBrokerResource = 4,
  kBrokerLoggerResource = 8,
  kClientMetricsResource = 16,
  kGroupResource = 32,
};

enum ConfigSource : int8_t {
  kTopicSource = 1,
  kDynamicBrokerSource = 2,
  kDynamicDefaultBrokerSource = 3,
  kStaticBrokerSource = 4,
  kDefaultSource = 5,
  kClientMetricsSource = 7,
  kGroupSource = 8,
};

/// One value and where it comes from.
struct ConfigValue {
  std::string name;
  std::optional<std::string> value;
  ConfigSource source = kDefaultSource;
};

class ConfigResource {
 public:
  /// Look at status() before anything else.
  ConfigResource(const Call& call, int8_t type, const std::string& name);

  const Status& status() const { return status_; }
  std::span<const ConfigDefinition> definitions() const { return definitions_; }
  /// Null where this resource has no such setting.
  const ConfigDefinition* find(const std::string& name) const;
  /// What was set on the resource itself.
  std::map<std::string, std::string>& own() const { return *own_; }
  /// The value in effect first, then what it would be without it, down to the default.
  std::vector<ConfigValue> values(const ConfigDefinition& definition) const;
  bool is_read_only(const ConfigDefinition& definition) const;

  /// Whether this may be set here.
  Status check(const std::string& name, const std::optional<std::string>& value) const;

 private:
  void open_topic(Cluster& cluster);
  void open_broker(const Call& call);
  void add_broker_values(const char* broker_name, std::vector<ConfigValue>& values) const;
  std::optional<std::string> node_value(const ConfigDefinition& definition) const;

  Cluster& cluster_;
  const Broker& asked_;
  int8_t type_;
  std::string name_;
  Status status_;
  std::span<const ConfigDefinition> definitions_;
  std::map<std::string, std::string>* own_ = nullptr;
  ConfigSource own_source_ = kDefaultSource;
};

/// Asks `alter` of each resource that a request wants changed, and answers with what it says.
template <class Request,
          Status (*alter)(const Call&, const typename Request::Resource&, bool validate_only)>
typename Request::Response alter_resources(Call& call, const Request& request) {
  typename Request::Response response;
  for (const auto& asked : request.resources) {
    Status status = alter(call, asked, request.validate_only);
    auto& answer = response.responses.emplace_back();
    answer.error_code = number(status.code);
    answer.error_message = status.message;
    if (status.ok()) answer.error_message.reset();
    answer.resource_type = asked.resource_type;
    answer.resource_name = asked.resource_name;
  }
  if (!request.validate_only) call.cluster.settings_changed();
  return response;
}

}  // namespace kt::sandbox
