// The settings of topics, brokers and groups that the embedded cluster knows: Kafka's names,
// defaults and bounds.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "sandbox/status.h"

namespace kt::sandbox {

/// As DescribeConfigs numbers them.
enum class ConfigType : int8_t {
  boolean = 1,
  string = 2,
  int32 = 3,
  int16 = 4,
  int64 = 5,
  float64 = 6,
  list = 7,
  class_name = 8,
  password = 9,
};

struct ConfigDefinition {
  const char* name;
  ConfigType type;
  const char* default_value;          // null: not set
  const char* broker_name = nullptr;  // of a topic's setting: the broker's that gives its default
  const char* allowed = nullptr;      // comma-separated; null: anything of the type
  int64_t least = INT64_MIN;
  bool dynamic = true;  // of a broker's setting: may be changed while it runs
};

std::span<const ConfigDefinition> topic_configs();
std::span<const ConfigDefinition> broker_configs();
std::span<const ConfigDefinition> group_configs();

/// Null where there is none.
const ConfigDefinition* find_topic_config(std::string_view name);
const ConfigDefinition* find_broker_config(std::string_view name);
const ConfigDefinition* find_group_config(std::string_view name);

/// Whether Kafka takes this value.
Status check_config(const ConfigDefinition& definition, const std::string& value);
/// A number that check_config() has let through.
int64_t parse_number(const std::string& value);

}  // namespace kt::sandbox
