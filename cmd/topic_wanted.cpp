#include "topic_wanted.h"

#include <algorithm>

#include "base/text.h"
#include "client/admin_topics.h"
#include "protocol/errors.h"
#include "protocol/msg/create_topics.h"
#include "protocol/msg/metadata.h"

namespace kt {
namespace {

/// Brokers before 0.10.1 have no request for it, but create what is asked about, with as many
/// partitions as they like.
void create_by_asking(Cluster& cluster, const std::string& name) {
  msg::MetadataRequest request;
  request.topics.emplace().emplace_back().name = name;
  cluster.call(request);
}

void create_topic(Cluster& cluster, const std::string& name, int32_t partitions) {
  auto best = cluster.apis_of_any().best(msg::CreateTopicsRequest::api());
  if (!best && (partitions == kBrokersDefault || !cluster.names_zookeeper()))
    return create_by_asking(cluster, name);
  msg::CreateTopicsRequest::Topic topic;
  topic.name = name;
  // The broker's own defaults can be asked for from 2.4 on.
  bool knows_defaults = best.value_or(0) >= 4;
  topic.num_partitions = partitions == kBrokersDefault && !knows_defaults ? 1 : partitions;
  topic.replication_factor = knows_defaults ? -1 : 1;
  for (const auto& made : create_topics(cluster, {topic}, false))
    if (made.error_code != 0 && made.error_code != ErrorCode::topic_already_exists)
      throw Error("topic " + in_quotes(name) +
                  " cannot be created: " + error_text(made.error_code, made.message));
}

[[noreturn]] void throw_absent(Cluster& cluster, const std::string& name) {
  std::vector<std::string> names;
  auto metadata = cluster.refresh_all_topics();
  for (const auto& [known, topic] : metadata->topics)
    if (topic.error_code == 0) names.push_back(known);
  std::string on = metadata->cluster_id.empty() ? "" : " on cluster " + metadata->cluster_id;
  auto meant = did_you_mean(name, names);
  throw Error("topic " + in_quotes(name) + " not found" + on + meant, Exit::failed,
              meant.empty() ? "kt topic list shows what is there" : "");
}

}  // namespace

Metadata::Topic want_topic(Cluster& cluster, const std::string& name, int32_t create) {
  auto metadata = cluster.metadata_for({name});
  bool asked_for = false;
  for (int attempt = 1;; ++attempt) {
    const auto* topic = metadata->topic(name);
    int16_t code = topic == nullptr ? static_cast<int16_t>(ErrorCode::unknown_topic_or_partition)
                                    : topic->error_code;
    bool leaderless = topic != nullptr && asked_for &&
                      std::any_of(topic->partitions.begin(), topic->partitions.end(),
                                  [](const auto& partition) { return partition.leader < 0; });
    if (code == 0 && !leaderless && !topic->partitions.empty()) return *topic;
    if (code == ErrorCode::unknown_topic_or_partition && !asked_for) {
      if (create == kNeverCreate) throw_absent(cluster, name);
      create_topic(cluster, name, create);
      asked_for = true;
    } else if ((code != 0 && !error_retriable(code)) || cluster.deadline().expired()) {
      throw Error("topic " + in_quotes(name) + ": " + error_text(code));
    }
    Clock::system().sleep(cluster.backoff(attempt));
    metadata = cluster.refresh({name});
  }
}

}  // namespace kt
