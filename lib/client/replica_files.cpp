#include "client/replica_files.h"

#include <algorithm>
#include <tuple>

#include "protocol/msg/alter_replica_log_dirs.h"
#include "protocol/msg/describe_log_dirs.h"

namespace kt {

bool tells_replica_files(Cluster& cluster) {
  return cluster.apis_of_any().best(msg::DescribeLogDirsRequest::api()).has_value();
}

ReplicaFilesMap replica_files(Cluster& cluster, const std::vector<TopicPartition>& only) {
  msg::DescribeLogDirsRequest request;
  request.topics.reset();
  if (!only.empty()) request.topics.emplace();
  for (const auto& at : only) {
    if (request.topics->empty() || request.topics->back().topic != at.topic)
      request.topics->emplace_back().topic = at.topic;
    request.topics->back().partitions.push_back(at.partition);
  }
  ReplicaFilesMap files;
  for (const auto& answer : cluster.call_all_brokers(request)) {
    if (!answer.reply) continue;
    for (const auto& directory : answer.reply->message.results)
      for (const auto& topic : directory.topics)
        for (const auto& replica : topic.partitions) {
          auto& found = files[{answer.broker_id, {topic.name, replica.partition_index}}];
          if (replica.is_future_key) {
            found.future_directory = directory.log_dir;
          } else {
            found.directory = directory.log_dir;
            found.bytes = replica.partition_size;
          }
        }
  }
  return files;
}

std::vector<DirectoryOutcome> move_directories(Cluster& cluster, std::vector<DirectoryMove> moves) {
  using Request = msg::AlterReplicaLogDirsRequest;
  std::sort(moves.begin(), moves.end(), [](const auto& a, const auto& b) {
    return std::tie(a.broker, a.directory, a.at) < std::tie(b.broker, b.directory, b.at);
  });
  std::vector<std::pair<int32_t, Request>> requests;
  for (const auto& move : moves) {
    if (requests.empty() || requests.back().first != move.broker)
      requests.emplace_back(move.broker, Request{});
    auto& dirs = requests.back().second.dirs;
    if (dirs.empty() || dirs.back().path != move.directory)
      dirs.emplace_back().path = move.directory;
    auto& topics = dirs.back().topics;
    if (topics.empty() || topics.back().name != move.at.topic)
      topics.emplace_back().name = move.at.topic;
    topics.back().partitions.push_back(move.at.partition);
  }
  std::map<std::pair<int32_t, TopicPartition>, int16_t> codes;
  std::map<int32_t, std::string> failures;
  for (const auto& answer : cluster.call_each(requests)) {
    if (answer.error) failures[answer.broker_id] = answer.error->message();
    if (!answer.reply) continue;
    for (const auto& topic : answer.reply->message.results)
      for (const auto& one : topic.partitions)
        codes[{answer.broker_id, {topic.topic_name, one.partition_index}}] = one.error_code;
  }
  std::vector<DirectoryOutcome> outcomes;
  for (auto& move : moves) {
    auto code = codes[{move.broker, move.at}];
    auto failure = failures[move.broker];
    outcomes.push_back({std::move(move), code, std::move(failure)});
  }
  return outcomes;
}

}  // namespace kt
