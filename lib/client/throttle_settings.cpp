#include "client/throttle_settings.h"

#include <algorithm>

#include "client/zookeeper_configs.h"
#include "zookeeper/configs.h"

namespace kt {

namespace {

using Values = ThrottleSettings::Values;

class RequestSettings : public ThrottleSettings {
 public:
  explicit RequestSettings(Cluster& cluster) : cluster_(cluster) {}

  std::map<std::string, Values> of_topics(const std::vector<std::string>& topics) override {
    std::vector<ConfigResource> resources;
    for (const auto& topic : topics) resources.push_back({ConfigScope::topic, topic});
    std::map<std::string, Values> values;
    for (const auto& configs : described(resources, kThrottleLists))
      values[configs.resource.name] = own_values(configs);
    return values;
  }

  std::map<int32_t, Values> of_brokers(const std::vector<int32_t>& brokers) override {
    std::vector<ConfigResource> resources;
    auto metadata = cluster_.metadata();
    for (int32_t broker : brokers)
      if (metadata->brokers.contains(broker))
        resources.push_back({ConfigScope::broker, std::to_string(broker)});
    std::map<int32_t, Values> values;
    for (const auto& configs : described(resources, kThrottleRates))
      values[std::stoi(configs.resource.name)] = own_values(configs);
    return values;
  }

  Outcome change(const ConfigResource& resource,
                 const std::vector<ConfigChange>& changes) override {
    return alter_configs(cluster_, resource, changes, false);
  }

 private:
  std::vector<ResourceConfigs> described(const std::vector<ConfigResource>& resources,
                                         const std::string_view (&names)[2]) {
    if (resources.empty()) return {};
    return describe_configs(cluster_, resources, {{std::string(names[0]), std::string(names[1])}});
  }

  static Values own_values(const ResourceConfigs& configs) {
    Values values;
    for (const auto& entry : configs.entries)
      if (entry.is_override && entry.value && !entry.value->empty())
        values[entry.name] = *entry.value;
    return values;
  }

  Cluster& cluster_;
};

class ZooKeeperSettings : public ThrottleSettings {
 public:
  explicit ZooKeeperSettings(zk::Session& session) : session_(session) {}

  std::map<std::string, Values> of_topics(const std::vector<std::string>& topics) override {
    return read("topics/", topics, kThrottleLists);
  }

  std::map<int32_t, Values> of_brokers(const std::vector<int32_t>& brokers) override {
    std::vector<std::string> names;
    for (int32_t broker : brokers) names.push_back(std::to_string(broker));
    std::map<int32_t, Values> values;
    for (auto& [name, own] : read("brokers/", names, kThrottleRates))
      values[std::stoi(name)] = std::move(own);
    return values;
  }

  Outcome change(const ConfigResource& resource,
                 const std::vector<ConfigChange>& changes) override {
    auto path = entity_of(resource);
    constexpr int kTries = 5;
    for (int i = 0; i < kTries; ++i) {
      auto config = zk::config(session_, path);
      auto list = rewritten_configs(kept_configs(resource, config), changes);
      auto written = zk::write_config(session_, path, config, {list.begin(), list.end()});
      if (written != zk::Written::done) continue;
      zk::announce_config(session_, zk::ChangeNotice::entity_path, path);
      return {resource.text(), 0, {}};
    }
    throw Error(resource.text() + ": others change its settings in ZooKeeper all the time");
  }

 private:
  std::map<std::string, Values> read(const std::string& kind, const std::vector<std::string>& names,
                                     const std::string_view (&settings)[2]) {
    std::vector<std::string> paths;
    for (const auto& name : names) paths.push_back(kind + name);
    auto configs = zk::configs(session_, paths);
    std::map<std::string, Values> values;
    for (size_t i = 0; i < names.size(); ++i) {
      auto& own = values[names[i]];
      for (auto setting : settings)
        if (auto found = configs[i].entries.find(std::string(setting));
            found != configs[i].entries.end() && !found->second.empty())
          own.insert(*found);
    }
    return values;
  }

  zk::Session& session_;
};

}  // namespace

std::unique_ptr<ThrottleSettings> throttles_by_request(Cluster& cluster) {
  return std::make_unique<RequestSettings>(cluster);
}

std::unique_ptr<ThrottleSettings> throttles_in_zookeeper(zk::Session& session) {
  return std::make_unique<ZooKeeperSettings>(session);
}

}  // namespace kt
