// What the cluster tells about itself: metadata without creating topics, and coordinators.
#include <fmt/format.h>

#include <algorithm>

#include "client/cluster.h"
#include "protocol/acl.h"
#include "protocol/errors.h"
#include "protocol/msg/create_partitions.h"
#include "protocol/msg/find_coordinator.h"
#include "protocol/msg/metadata.h"
#include "zookeeper/brokers.h"

namespace kt {
namespace {

/// From this version on a request can say that it must not create the topics it names. Older
/// brokers are asked for all topics instead.
constexpr int16_t kNamesWithoutCreating = 4;

msg::MetadataRequest metadata_request(int16_t version, const std::vector<std::string>* names) {
  msg::MetadataRequest request;
  request.allow_auto_topic_creation = version < kNamesWithoutCreating;
  bool ask_all =
      names == nullptr || version == 0 || (version < kNamesWithoutCreating && !names->empty());
  if (ask_all) {
    if (version > 0) request.topics.reset();
    return request;
  }
  request.topics.emplace();
  for (const auto& name : *names) request.topics->emplace_back().name = name;
  return request;
}

}  // namespace

std::shared_ptr<const Metadata> Cluster::ask_metadata(const std::vector<std::string>* names) {
  auto reply = call_by_version<msg::MetadataRequest>(
      [names](int16_t version) { return metadata_request(version, names); });
  std::lock_guard lock(mutex_);
  return merge(*reply, names);
}

std::shared_ptr<const Metadata> Cluster::merge(const msg::MetadataResponse& response,
                                               const std::vector<std::string>* names) {
  auto next = std::make_shared<Metadata>(*metadata_);
  next->merge(response, names);
  for (const auto& broker : told_brokers_) next->brokers.try_emplace(broker.id, broker);
  metadata_ = next;
  return next;
}

zk::Session& Cluster::zookeeper(std::string_view what) {
  if (!zookeeper_) {
    if (!options_->zookeeper) throw Error(fmt::format("{} is kept in ZooKeeper", what));
    zookeeper_ = options_->zookeeper(what);
  }
  return *zookeeper_;
}

void Cluster::learn_all_brokers() {
  if (!names_zookeeper() || apis_of_any().best(msg::MetadataRequest::api(), 1)) return;
  auto living = zk::brokers(zookeeper("the list of all brokers"));
  std::lock_guard lock(mutex_);
  told_brokers_.clear();
  for (const auto& broker : living)
    if (!broker.endpoints.empty())
      told_brokers_.push_back({broker.id, broker.endpoints.front().address, broker.rack});
  auto next = std::make_shared<Metadata>(*metadata_);
  for (const auto& broker : told_brokers_) next->brokers.try_emplace(broker.id, broker);
  metadata_ = next;
}

std::shared_ptr<const Metadata> Cluster::learn(const msg::MetadataResponse& response,
                                               const std::vector<std::string>* names) {
  refuse_other_cluster(response.cluster_id.value_or(""));
  std::lock_guard lock(mutex_);
  return merge(response, names);
}

std::shared_ptr<const Metadata> Cluster::metadata() {
  {
    std::lock_guard lock(mutex_);
    if (!metadata_->brokers.empty()) return metadata_;
  }
  return refresh({});
}

std::shared_ptr<const Metadata> Cluster::metadata_for(const std::vector<std::string>& topics) {
  {
    std::lock_guard lock(mutex_);
    auto known = [this](const auto& name) {
      auto* topic = metadata_->topic(name);
      return topic != nullptr && topic->error_code == 0;
    };
    if (std::all_of(topics.begin(), topics.end(), known)) return metadata_;
  }
  return refresh(topics);
}

std::shared_ptr<const Metadata> Cluster::refresh(const std::vector<std::string>& topics) {
  return ask_metadata(&topics);
}

std::shared_ptr<const Metadata> Cluster::refresh_all_topics() { return ask_metadata(nullptr); }

void Cluster::check_cluster_id(const Api& api) {
  if (options_->expected_cluster_id.empty() || api.key == msg::MetadataRequest::api().key) return;
  refuse_other_cluster(metadata()->cluster_id);
}

void Cluster::refuse_other_cluster(const std::string& actual) const {
  const auto& expected = options_->expected_cluster_id;
  if (expected.empty() || actual == expected) return;
  throw Error(fmt::format("this is cluster {}, and the context is pinned to {}",
                          actual.empty() ? "without an id" : actual, expected),
              Exit::usage, "use the right address, or another context");
}

std::vector<std::pair<std::string, Coordinator>> Cluster::find_coordinators(
    CoordinatorKind kind, const std::vector<std::string>& keys, Deadline deadline) {
  using Request = msg::FindCoordinatorRequest;
  constexpr int16_t kSeveralKeys = 4;
  std::vector<std::pair<std::string, Coordinator>> found;
  std::vector<Metadata::Broker> addresses;
  auto add = [&](const std::string& key, const auto& answer) {
    found.push_back({key, {answer.node_id, answer.error_code}});
    if (answer.error_code == 0)
      addresses.push_back({answer.node_id, {answer.host, static_cast<uint16_t>(answer.port)}, ""});
  };
  auto make = [&](int16_t version, const std::vector<std::string>& some) {
    Request request;
    request.key_type = static_cast<int8_t>(kind);
    if (version >= kSeveralKeys)
      request.coordinator_keys = some;
    else
      request.key = some.front();
    return request;
  };
  CallOptions options;
  options.deadline = deadline;
  for (size_t next = 0; next < keys.size();) {
    options.coordinator_of = keys[next];
    std::vector<std::string> rest(keys.begin() + static_cast<ptrdiff_t>(next), keys.end());
    auto reply =
        call_by_version<Request>([&](int16_t version) { return make(version, rest); }, options);
    if (reply.version() < kSeveralKeys) {
      add(keys[next++], *reply);
      continue;
    }
    for (const auto& entry : reply->coordinators) add(entry.key, entry);
    break;
  }
  // 0.8 lists only the brokers of the topics asked about: the coordinator may be news.
  std::lock_guard lock(mutex_);
  auto next = std::make_shared<Metadata>(*metadata_);
  for (const auto& broker : addresses) next->brokers.try_emplace(broker.id, broker);
  metadata_ = next;
  return found;
}

std::map<std::string, Coordinator> Cluster::find_until(CoordinatorKind kind,
                                                       const std::vector<std::string>& keys,
                                                       Deadline deadline) {
  std::map<std::string, Coordinator> result;
  std::vector<std::string> missing;
  {
    std::lock_guard lock(mutex_);
    for (const auto& key : keys) {
      auto known = coordinators_.find({kind, key});
      if (known != coordinators_.end())
        result[key] = {known->second, 0};
      else
        missing.push_back(key);
    }
  }
  if (missing.empty()) return result;
  auto found = find_coordinators(kind, missing, deadline);
  std::lock_guard lock(mutex_);
  for (const auto& [key, coordinator] : found) {
    result[key] = coordinator;
    if (coordinator.error_code == 0) coordinators_[{kind, key}] = coordinator.broker_id;
  }
  return result;
}

std::map<std::string, Coordinator> Cluster::coordinators(CoordinatorKind kind,
                                                         const std::vector<std::string>& keys) {
  return find_until(kind, keys, deadline());
}

void Cluster::tell_denials(const Api& api, const std::vector<Denial>& denials,
                           const std::string& key, const BrokerApis& apis) const {
  if (!options_->missing_right) return;
  bool before_1_0 = !apis.range(msg::CreatePartitionsRequest::api().key);
  for (const auto& denial : denials) {
    auto type = refused_resource(denial.error_code);
    if (!type) continue;
    auto operation = operation_needed(api.key, *type, before_1_0);
    if (!operation && type == AclResource::delegation_token) {  // of another user's tokens
      type = AclResource::user;
      operation = operation_needed(api.key, *type);
    }
    auto name = type == AclResource::cluster ? std::string(kClusterResource) : denial.name;
    if (name.empty() && !denial.topic_id.is_zero()) name = topic_name(denial.topic_id);
    if (name.empty()) name = key;
    if (operation && !name.empty())
      options_->missing_right({denial.error_code, *operation, *type, name});
  }
}

std::string Cluster::topic_name(const Uuid& id) const {
  std::lock_guard lock(mutex_);
  for (const auto& [name, topic] : metadata_->topics)
    if (topic.id == id) return name;
  return {};
}

void Cluster::forget_coordinator(CoordinatorKind kind, const std::string& key) {
  std::lock_guard lock(mutex_);
  coordinators_.erase({kind, key});
}

}  // namespace kt
