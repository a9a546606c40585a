// The state that all brokers of the embedded cluster share: who is alive, the topics, the settings,
// the coordinators. It does what Kafka's controller does; every change is visible at once on every
// broker.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/uuid.h"
#include "protocol/schema.h"
#include "sandbox/broker.h"
#include "sandbox/event_loop.h"
#include "sandbox/faults.h"
#include "sandbox/options.h"
#include "sandbox/release.h"
#include "sandbox/security.h"
#include "sandbox/status.h"
#include "sandbox/topic.h"

namespace kt::sandbox {

class DataDirectory;
class Groups;
class Transactions;

using TopicPartition = std::pair<std::string, int32_t>;
/// The replicas of each partition; the first of each is its preferred leader.
using Assignment = std::vector<std::vector<int32_t>>;

class Cluster {
 public:
  Cluster(EventLoop& loop, Options options);
  ~Cluster();

  EventLoop& loop() const { return loop_; }
  const Options& options() const { return options_; }
  const std::string& id() const { return id_; }
  /// The time that records and expiry go by.
  int64_t now_ms() const { return loop_.clock().wall_ms(); }

  const Release& release() const { return release_; }
  Faults& faults() { return faults_; }
  Groups& groups() { return *groups_; }
  Transactions& transactions() { return *transactions_; }
  const Transactions& transactions() const { return *transactions_; }
  /// Null where brokers speak plain text.
  const net::TlsServerContext* tls() const { return tls_.get(); }
  /// By which users may say who they are.
  std::vector<std::string> sasl_mechanisms() const;
  Security& security() { return security_; }
  const Security& security() const { return security_; }

  /// The feature levels in force, and a number that rises with each change of them.
  std::vector<Feature> features() const;
  /// -1 where there is no such feature.
  int16_t feature_level(const std::string& name) const;
  int64_t features_epoch() const { return features_epoch_; }
  const std::map<std::string, int16_t>& feature_levels() const { return feature_levels_; }
  void set_feature_level(const std::string& name, int16_t level);
  /// 22 characters that nobody had before.
  std::string new_uuid() const;

  const std::vector<std::unique_ptr<Broker>>& brokers() const { return brokers_; }
  /// Null where there is no such broker.
  Broker* broker(int32_t id) const;
  bool is_alive(int32_t broker_id) const;
  /// The lowest living broker.
  int32_t controller_id() const;
  /// Elections follow, as after a crash or a clean shutdown.
  void stop_broker(int32_t id);
  void start_broker(int32_t id);
  /// Forgets a broker until it is started again; false where it is not known.
  bool unregister(int32_t id);
  /// The broker gives up what others can lead, and leads nothing new until it is started again.
  void retire(int32_t id);

  const std::map<std::string, std::unique_ptr<Topic>, std::less<>>& topics() const {
    return topics_;
  }
  Topic* topic(std::string_view name) const;
  Topic* topic(const Uuid& id) const;
  Partition* partition(std::string_view topic_name, int32_t index) const;

  /// Whether Kafka takes this as a new topic's name.
  Status check_topic_name(const std::string& name) const;
  /// Spreads replicas over the living brokers as Kafka does; `first_partition` continues an
  /// existing spread.
  Assignment spread(int32_t partitions, int32_t replication_factor,
                    int32_t first_partition = 0) const;
  /// Whether these lists of replicas name brokers that exist, each once, and equally many.
  Status check_assignment(const Assignment& assignment) const;
  Topic& create_topic(const std::string& name, const Assignment& assignment,
                      std::map<std::string, std::string> configs = {});
  void add_partitions(Topic& topic, const Assignment& assignment);
  void delete_topic(Topic& topic);
  /// An internal topic, created when it is first needed.
  Topic& internal_topic(const std::string& name, const char* partitions_config,
                        const char* replication_config);
  /// The partition whose leader coordinates a group or a transactional id.
  Partition& group_partition(std::string_view group_id);
  Partition& transaction_partition(std::string_view transactional_id);
  /// The topic, created by defaults where the broker's settings allow it; null otherwise.
  Topic* auto_create(const std::string& name);

  /// Topics or settings have changed: keeps that, where there is a data directory.
  void save_soon();
  /// After a change of settings: topics may have to be cleaned differently.
  void settings_changed();
  /// For DataDirectory: what was before a restart.
  void restore_id(const std::string& id) { id_ = id; }
  Topic& restore_topic(const std::string& name, const Uuid& id);
  void restore_partition(Topic& topic, const std::vector<int32_t>& replicas, int32_t leader_epoch,
                         int64_t start_offset);

  /// Deletes and compacts as the topics' settings ask for, in small steps, and calls `done`.
  /// `roll`: the newest segments too, which Kafka leaves alone.
  void clean_logs(bool roll, std::function<void()> done);

  enum class Election { preferred, unclean };
  /// Gives the partition another leader by the rules of `election`.
  Status elect(Partition& partition, Election election);

  /// Moves replicas; at once unless the setting kt.reassignment.ms says how long it is to take.
  void reassign(Partition& partition, const std::vector<int32_t>& target);
  void cancel_reassignment(Partition& partition);

  /// Where the broker would keep its logs.
  std::string log_dir(int32_t broker_id) const;
  /// What was set on a broker ("" for all), a group, ... at run time; by Kafka's number of the
  /// resource type.
  std::map<std::string, std::string>& resource_configs(int8_t type, const std::string& name);
  using ResourceConfigs =
      std::map<std::pair<int8_t, std::string>, std::map<std::string, std::string>>;
  const ResourceConfigs& all_resource_configs() const { return resource_configs_; }

  /// A broker setting: what was set for all brokers, or Kafka's default.
  std::string setting(const std::string& name) const;
  int64_t number_setting(const std::string& name) const;
  /// A topic's setting: its own, the broker's, or Kafka's default.
  std::string setting(const Topic& topic, const std::string& name) const;
  int64_t number_setting(const Topic& topic, const std::string& name) const;

 private:
  void add_partition(Topic& topic, const std::vector<int32_t>& replicas, int64_t start_offset = 0);
  void end_open_transactions();
  void clean_now_and_then();
  void expire_offsets_now_and_then();
  void expire_producers_now_and_then();
  void expire_transactional_ids_now_and_then();
  void compact_next(std::shared_ptr<std::vector<TopicPartition>> left, bool roll,
                    std::function<void()> done);
  void finish_reassignment(Partition& partition);
  void choose_leader(Partition& partition);
  void check_options() const;
  void prepare_tls();
  std::optional<std::string> set_on_brokers(const std::string& name) const;

  EventLoop& loop_;
  Options options_;
  std::string id_;
  Release release_;
  std::unique_ptr<net::TlsServerContext> tls_;
  Faults faults_;
  std::vector<std::unique_ptr<Broker>> brokers_;
  std::map<std::string, std::unique_ptr<Topic>, std::less<>> topics_;
  std::map<Uuid, Topic*> topics_by_id_;
  ResourceConfigs resource_configs_;
  Security security_;
  std::map<std::string, int16_t> feature_levels_;  // that differ from the release's own
  int64_t features_epoch_ = 1;
  std::set<int32_t> retired_, unregistered_;
  std::unique_ptr<DataDirectory> directory_;
  bool saving_ = false;
  std::unique_ptr<Groups> groups_;
  std::unique_ptr<Transactions> transactions_;
};

}  // namespace kt::sandbox
