#include "sandbox/cluster.h"

#include <algorithm>
#include <random>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "base/utf8.h"
#include "sandbox/authorizer.h"
#include "sandbox/config_definitions.h"
#include "sandbox/data_directory.h"
#include "sandbox/groups.h"
#include "sandbox/offset_records.h"
#include "sandbox/sasl.h"
#include "sandbox/tls_files.h"
#include "sandbox/transactions.h"

namespace kt::sandbox {
namespace {

constexpr size_t kMaxTopicName = 249;

bool is_topic_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

/// None that begins with a dash, as Kafka has it: tools would take its text for a flag.
Uuid random_uuid() {
  std::random_device random;
  Uuid uuid;
  do
    for (auto& byte : uuid.bytes) byte = static_cast<uint8_t>(random());
  while (uuid.text().starts_with('-'));
  return uuid;
}

/// Metrics take `.` and `_` for the same, so Kafka refuses names that differ in them alone.
std::string metric_name(std::string name) {
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
}

/// Java's String.hashCode() without its sign: over UTF-16, whatever the bytes in UTF-8.
uint32_t java_hash(std::string_view utf8) {
  uint32_t hash = 0;
  for (char16_t unit : to_utf16(utf8)) hash = 31 * hash + unit;
  return hash & 0x7fffffff;
}

}  // namespace

Cluster::Cluster(EventLoop& loop, Options options)
    : loop_(loop),
      options_(std::move(options)),
      id_(random_uuid().text()),
      release_(options_.as_version),
      groups_(std::make_unique<Groups>(*this)),
      transactions_(std::make_unique<Transactions>(*this)) {
  check_options();
  for (int32_t id = 1; id <= options_.brokers; ++id)
    brokers_.push_back(std::make_unique<Broker>(*this, id));
  if (!options_.tls_dir.empty()) prepare_tls();
  for (auto& broker : brokers_) broker->start();
  if (!options_.data_dir.empty()) {
    directory_ = std::make_unique<DataDirectory>(options_.data_dir);
    directory_->restore(*this);
    read_offset_records(*this);
    end_open_transactions();
    directory_->save(*this);
  }
  clean_now_and_then();
  expire_offsets_now_and_then();
  expire_producers_now_and_then();
  expire_transactional_ids_now_and_then();
}

void Cluster::check_options() const {
  constexpr int kMostBrokers = 1000;
  if (options_.brokers < 1 || options_.brokers > kMostBrokers)
    throw Error("a sandbox has 1 to 1000 brokers, not " + std::to_string(options_.brokers),
                Exit::usage);
  if (options_.port < 0 || options_.port + options_.brokers > 65536)
    throw Error("there is no port for each broker from " + std::to_string(options_.port) + " on",
                Exit::usage);
  for (const auto& [name, value] : options_.configs) {
    if (name == "kt.reassignment.ms" || is_of_authorizer(name)) continue;
    const ConfigDefinition* definition = find_broker_config(name);
    if (!definition)
      throw Error("the sandbox knows no broker setting \"" + name + "\"", Exit::usage);
    if (auto checked = check_config(*definition, value); !checked.ok())
      throw Error(checked.message, Exit::usage);
  }
}

void Cluster::prepare_tls() {
  auto files =
      tls_files(options_.tls_dir, {brokers_.front()->host(), "localhost", "127.0.0.1", "::1"});
  using Wanted = net::TlsServerOptions::ClientCertificate;
  auto asked = setting("ssl.client.auth");
  files.client_certificate = asked == "required"    ? Wanted::required
                             : asked == "requested" ? Wanted::requested
                                                    : Wanted::none;
  tls_ = std::make_unique<net::TlsServerContext>(files);
}

std::vector<std::string> Cluster::sasl_mechanisms() const {
  auto set = set_on_brokers("sasl.enabled.mechanisms");
  if (!set) return SaslSession::mechanisms();
  std::vector<std::string> enabled;
  for (const auto& mechanism : SaslSession::mechanisms())
    for (auto name : split(*set, ','))
      if (trim(name) == mechanism) enabled.push_back(mechanism);
  return enabled;
}

Cluster::~Cluster() {
  try {
    if (directory_) directory_->save(*this);
  } catch (const Error&) {
    // The directory has the state of the last change.
  }
}

std::vector<Feature> Cluster::features() const {
  auto features = release_.features();
  for (auto& feature : features)
    if (auto set = feature_levels_.find(feature.name); set != feature_levels_.end())
      feature.level = set->second;
  return features;
}

int16_t Cluster::feature_level(const std::string& name) const {
  for (const auto& feature : features())
    if (feature.name == name) return feature.level;
  return -1;
}

void Cluster::set_feature_level(const std::string& name, int16_t level) {
  feature_levels_[name] = level;
  ++features_epoch_;
  save_soon();
}

std::string Cluster::new_uuid() const { return random_uuid().text(); }

std::map<std::string, std::string>& Cluster::resource_configs(int8_t type,
                                                              const std::string& name) {
  return resource_configs_[{type, name}];
}

Broker* Cluster::broker(int32_t id) const {
  bool exists = id >= 1 && static_cast<size_t>(id) <= brokers_.size();
  return exists ? brokers_[static_cast<size_t>(id - 1)].get() : nullptr;
}

bool Cluster::is_alive(int32_t broker_id) const {
  const Broker* found = broker(broker_id);
  return found && found->is_running();
}

int32_t Cluster::controller_id() const {
  for (const auto& broker : brokers_)
    if (broker->is_running()) return broker->id();
  return -1;
}

Topic* Cluster::topic(std::string_view name) const {
  auto found = topics_.find(name);
  return found == topics_.end() ? nullptr : found->second.get();
}

Topic* Cluster::topic(const Uuid& id) const {
  auto found = topics_by_id_.find(id);
  return found == topics_by_id_.end() ? nullptr : found->second;
}

Partition* Cluster::partition(std::string_view topic_name, int32_t index) const {
  Topic* found = topic(topic_name);
  return found ? found->partition(index) : nullptr;
}

Status Cluster::check_topic_name(const std::string& name) const {
  auto invalid = [](const std::string& reason) {
    return Status{ErrorCode::invalid_topic_exception, "Topic name is invalid: " + reason};
  };
  if (name.empty()) return invalid("it is empty");
  if (name == "." || name == "..") return invalid("\".\" and \"..\" are not allowed");
  if (name.size() > kMaxTopicName) return invalid("it is longer than 249 characters");
  if (!std::ranges::all_of(name, is_topic_character))
    return invalid("\"" + name +
                   "\" has characters other than ASCII letters, digits, '.', '_' and '-'");
  if (topic(name)) return {ErrorCode::topic_already_exists, "Topic '" + name + "' already exists."};
  for (const auto& [existing, unused] : topics_)
    if (metric_name(existing) == metric_name(name))
      return {ErrorCode::invalid_topic_exception,
              "Topic '" + name + "' collides with existing topic: " + existing};
  return {};
}

Assignment Cluster::spread(int32_t partitions, int32_t replication_factor,
                           int32_t first_partition) const {
  std::vector<int32_t> alive;
  for (const auto& broker : brokers_)
    if (broker->is_running()) alive.push_back(broker->id());
  auto count = static_cast<int32_t>(alive.size());
  if (count < replication_factor || count == 0)
    throw Error("no " + std::to_string(replication_factor) + " brokers are alive");
  // Kafka starts at random; here each topic starts one broker further, so that examples repeat.
  auto start = static_cast<int32_t>(topics_.size()) % count;
  Assignment assignment;
  for (int32_t p = first_partition; p < first_partition + partitions; ++p) {
    int32_t first = (p + start) % count;
    int32_t shift = p / count;
    std::vector<int32_t> replicas{alive[static_cast<size_t>(first)]};
    for (int32_t j = 0; j < replication_factor - 1; ++j)
      replicas.push_back(
          alive[static_cast<size_t>((first + 1 + (shift + j) % (count - 1)) % count)]);
    assignment.push_back(std::move(replicas));
  }
  return assignment;
}

Status Cluster::check_assignment(const Assignment& assignment) const {
  for (const auto& replicas : assignment) {
    if (replicas.empty())
      return {ErrorCode::invalid_replica_assignment,
              "The manual partition assignment includes an empty replica list."};
    if (std::set(replicas.begin(), replicas.end()).size() != replicas.size())
      return {ErrorCode::invalid_replica_assignment,
              "The manual partition assignment includes a broker twice."};
    if (replicas.size() != assignment.front().size())
      return {ErrorCode::invalid_replica_assignment,
              "The manual partition assignment has replica lists of different lengths."};
    for (int32_t replica : replicas)
      if (!broker(replica))
        return {ErrorCode::invalid_replica_assignment,
                "The manual partition assignment includes broker " + std::to_string(replica) +
                    ", but no such broker is registered."};
  }
  return {};
}

Topic& Cluster::create_topic(const std::string& name, const Assignment& assignment,
                             std::map<std::string, std::string> configs) {
  auto created = std::make_unique<Topic>();
  created->name = name;
  created->id = random_uuid();
  created->internal = name == "__consumer_offsets" || name == "__transaction_state";
  created->configs = std::move(configs);
  Topic& topic = *created;
  topics_by_id_[topic.id] = &topic;
  topics_[name] = std::move(created);
  add_partitions(topic, assignment);
  return topic;
}

void Cluster::add_partitions(Topic& topic, const Assignment& assignment) {
  for (const auto& replicas : assignment) add_partition(topic, replicas);
  save_soon();
}

void Cluster::add_partition(Topic& topic, const std::vector<int32_t>& replicas,
                            int64_t start_offset) {
  auto index = static_cast<int32_t>(topic.partitions.size());
  LogOptions log_options;
  if (!options_.data_dir.empty())
    log_options.directory = options_.data_dir + "/" + topic.name + "-" + std::to_string(index);
  log_options.segment_bytes = number_setting(topic, "segment.bytes");
  log_options.segment_ms = number_setting(topic, "segment.ms");
  log_options.topic_id = topic.id;
  log_options.start_offset = start_offset;
  topic.partitions.push_back(std::make_unique<Partition>(topic, index, replicas, log_options));
  choose_leader(*topic.partitions.back());
}

Topic& Cluster::restore_topic(const std::string& name, const Uuid& id) {
  Topic& topic = create_topic(name, {});
  topics_by_id_.erase(topic.id);
  topic.id = id;
  topics_by_id_[id] = &topic;
  return topic;
}

void Cluster::restore_partition(Topic& topic, const std::vector<int32_t>& replicas,
                                int32_t leader_epoch, int64_t start_offset) {
  add_partition(topic, replicas, start_offset);
  topic.partitions.back()->restore_epoch(leader_epoch);
  choose_leader(*topic.partitions.back());
}

/// What was open when the process ended can't be committed any more.
void Cluster::end_open_transactions() {
  for (const auto& [name, topic] : topics_) {
    for (auto& partition : topic->partitions) {
      std::vector<ProducerIdentity> open;
      for (const auto& [id, state] : partition->producers().all()) {
        if (state.transaction_start >= 0) open.push_back({id, state.epoch});
        if (id >= transactions_->next_producer_id()) transactions_->restore_next_producer(id + 1);
      }
      for (const auto& producer : open) write_marker(*partition, producer, false, 0, now_ms());
    }
  }
}

void Cluster::save_soon() {
  if (!directory_ || saving_) return;
  saving_ = true;
  loop_.after(0, [this] {
    saving_ = false;
    directory_->save(*this);
  });
}

void Cluster::delete_topic(Topic& topic) {
  for (auto& partition : topic.partitions) {
    partition->log().destroy();
    partition->notify();
  }
  groups_->forget_topic(topic.name);
  topics_by_id_.erase(topic.id);
  topics_.erase(topics_.find(topic.name));
  save_soon();
}

Topic& Cluster::internal_topic(const std::string& name, const char* partitions_config,
                               const char* replication_config) {
  if (Topic* existing = topic(name)) return *existing;
  auto alive =
      std::ranges::count_if(brokers_, [](const auto& broker) { return broker->is_running(); });
  auto replicas = std::min<int64_t>(number_setting(replication_config), alive);
  auto assignment = spread(static_cast<int32_t>(number_setting(partitions_config)),
                           static_cast<int32_t>(replicas));
  return create_topic(name, assignment,
                      {{"cleanup.policy", "compact"},
                       {"compression.type", "producer"},
                       {"segment.bytes", "104857600"}});
}

Partition& Cluster::group_partition(std::string_view group_id) {
  Topic& topic = internal_topic("__consumer_offsets", "offsets.topic.num.partitions",
                                "offsets.topic.replication.factor");
  return *topic.partitions[java_hash(group_id) % topic.partitions.size()];
}

Partition& Cluster::transaction_partition(std::string_view transactional_id) {
  Topic& topic = internal_topic("__transaction_state", "transaction.state.log.num.partitions",
                                "transaction.state.log.replication.factor");
  return *topic.partitions[java_hash(transactional_id) % topic.partitions.size()];
}

Topic* Cluster::auto_create(const std::string& name) {
  if (setting("auto.create.topics.enable") != "true" || !check_topic_name(name).ok())
    return nullptr;
  auto replicas = static_cast<int32_t>(number_setting("default.replication.factor"));
  auto alive =
      std::ranges::count_if(brokers_, [](const auto& broker) { return broker->is_running(); });
  if (replicas > alive) return nullptr;
  return &create_topic(name,
                       spread(static_cast<int32_t>(number_setting("num.partitions")), replicas));
}

std::string Cluster::log_dir(int32_t broker_id) const {
  if (!options_.data_dir.empty()) return options_.data_dir;
  return "/memory/broker-" + std::to_string(broker_id);
}

std::optional<std::string> Cluster::set_on_brokers(const std::string& name) const {
  constexpr int8_t kBroker = 4;
  if (auto dynamic = resource_configs_.find({kBroker, ""}); dynamic != resource_configs_.end())
    if (auto set = dynamic->second.find(name); set != dynamic->second.end()) return set->second;
  if (auto set = options_.configs.find(name); set != options_.configs.end()) return set->second;
  return std::nullopt;
}

std::string Cluster::setting(const std::string& name) const {
  if (auto set = set_on_brokers(name)) return *set;
  const ConfigDefinition* definition = find_broker_config(name);
  if (!definition || !definition->default_value)
    throw Error("the sandbox knows no broker setting \"" + name + "\"", Exit::usage);
  return definition->default_value;
}

int64_t Cluster::number_setting(const std::string& name) const {
  return parse_number(setting(name));
}

std::string Cluster::setting(const Topic& topic, const std::string& name) const {
  if (auto set = topic.configs.find(name); set != topic.configs.end()) return set->second;
  const ConfigDefinition* definition = find_topic_config(name);
  if (!definition) throw Error("the sandbox knows no topic setting \"" + name + "\"");
  std::optional<std::string> set;
  if (definition->broker_name) set = set_on_brokers(definition->broker_name);
  return set.value_or(definition->default_value);
}

int64_t Cluster::number_setting(const Topic& topic, const std::string& name) const {
  return parse_number(setting(topic, name));
}

}  // namespace kt::sandbox
