#include "client/fetcher.h"

#include <fmt/format.h>

#include <algorithm>

#include "client/offsets.h"
#include "net/error.h"
#include "protocol/errors.h"
#include "protocol/msg/alter_partition_reassignments.h"

namespace kt {
namespace {

constexpr int16_t kByName = 12, kReadCommitted = 4;
constexpr int32_t kMaxPartitionBytes = 1 << 30;
constexpr Milliseconds kFarAway{20};  // an answer under way for so long should bring more

bool is_about_leadership(int16_t error_code) {
  switch (static_cast<ErrorCode>(error_code)) {
    case ErrorCode::not_leader_or_follower:
    case ErrorCode::leader_not_available:
    case ErrorCode::replica_not_available:
    case ErrorCode::unknown_topic_or_partition:
    case ErrorCode::unknown_topic_id:
    case ErrorCode::inconsistent_topic_id:
    case ErrorCode::fenced_leader_epoch:
    case ErrorCode::unknown_leader_epoch:
    case ErrorCode::kafka_storage_error:
    case ErrorCode::offset_not_available:
    case ErrorCode::unknown_server_error:
      return true;
    default:
      return false;
  }
}

bool is_no_replica(int16_t error_code) {
  return error_code == ErrorCode::not_leader_or_follower ||
         error_code == ErrorCode::replica_not_available ||
         error_code == ErrorCode::unknown_topic_or_partition;
}

}  // namespace

Fetcher::Fetcher(Consumer& consumer, int32_t broker_id)
    : consumer_(consumer), broker_id_(broker_id), thread_([this] { run(); }) {}

Fetcher::~Fetcher() {
  stop();
  thread_.join();
}

void Fetcher::stop() {
  std::lock_guard lock(connection_mutex_);
  stopping_ = true;
  if (connection_) connection_->transport().shut_down();
}

void Fetcher::run() try {
  while (true) {
    std::vector<FetchedChunk> chunks;
    try {
      if (!connection_ || connection_->in_flight() == 0) {
        if (!wait_for_work()) return;
        if (!connection_) connect();
        send();
      }
      chunks = receive();
      // The next request is on its way while these chunks are handed over.
      if (collect_work()) send();
    } catch (const net::NetError& error) {
      on_failure(error);
    }
    for (auto& chunk : chunks) {
      size_t size_bytes = chunk.records.size();
      if (!consumer_.queue_.push(std::move(chunk), size_bytes)) return;
    }
    if (!out_of_range_.empty()) reset_positions();
  }
} catch (...) {
  consumer_.queue_.end(std::current_exception());
}

bool Fetcher::collect_work() {
  std::lock_guard lock(consumer_.mutex_);
  wanted_.clear();
  topic_names_.clear();
  for (const auto& [id, partition] : consumer_.partitions_) {
    if (partition.broker != broker_id_ || partition.paused || partition.is_fetched()) continue;
    wanted_.push_back(partition);
    topic_names_.emplace(partition.topic_id, id.topic);
  }
  return !wanted_.empty();
}

bool Fetcher::wait_for_work() {
  auto mine = [this](const auto& entry) {
    const auto& partition = entry.second;
    return partition.broker == broker_id_ && !partition.paused && !partition.is_fetched();
  };
  while (true) {
    {
      std::unique_lock lock(consumer_.mutex_);
      const auto& all = consumer_.partitions_;
      consumer_.changed_.wait(
          lock, [&] { return consumer_.stopping_ || std::any_of(all.begin(), all.end(), mine); });
      if (consumer_.stopping_) return false;
    }
    if (collect_work()) return true;
  }
}

void Fetcher::connect() {
  auto connection = consumer_.cluster_.open(
      broker_id_, Deadline(consumer_.cluster_.options().connect_timeout * 2));
  session_.reset();
  std::lock_guard lock(connection_mutex_);
  if (stopping_) throw net::NetError(net::Failure::closed, "the consumer is ending");
  connection_ = std::move(connection);
}

void Fetcher::send() {
  bool has_ids = topic_names_.find(Uuid{}) == topic_names_.end();
  const auto& options = consumer_.options_;
  version_ = connection_->version_for(msg::FetchRequest::api(),
                                      options.read_committed ? kReadCommitted : int16_t{0},
                                      has_ids ? int16_t{0x7fff} : kByName);
  auto request =
      session_.make(wanted_, version_, options, consumer_.cluster_.options().rack, replica_id());
  auto most = static_cast<size_t>(options.max_bytes) * 2;
  for (const auto& partition : wanted_) most += static_cast<size_t>(partition.max_bytes);
  connection_->send(any_request(request), version_, Deadline(consumer_.cluster_.options().timeout),
                    most);
  sent_at_ = Clock::system().now();
}

/// As whom to ask. Followers serve consumers from 2.4 on (which is when AlterPartitionReassignments
/// came); before that they serve only who says that it debugs.
int32_t Fetcher::replica_id() const {
  constexpr int32_t kConsumer = -1, kDebuggingConsumer = -2;
  if (consumer_.options_.replica < 0) return kConsumer;
  bool follower_fetch =
      connection_->apis().range(msg::AlterPartitionReassignmentsRequest::api().key).has_value();
  return follower_fetch ? kConsumer : kDebuggingConsumer;
}

std::vector<FetchedChunk> Fetcher::receive() {
  Deadline deadline(consumer_.options_.max_wait + consumer_.cluster_.options().timeout);
  connection_->transport().wait_readable(deadline);
  answered_at_ = Clock::system().now();
  auto reply =
      decode_reply<msg::FetchResponse>(connection_->receive(deadline, consumer_.pool_->take()));
  connection_->throttle(Milliseconds(reply->throttle_time_ms));
  std::vector<FetchedChunk> chunks;
  if (!session_.accept(*reply, version_)) {
    // Sessions get lost; a new one that is refused too is trouble.
    if (failures_++ == 0) return chunks;
    throw net::NetError(net::Failure::not_kafka,
                        fmt::format("broker {} refuses to be read from: {}", broker_id_,
                                    error_text(reply->error_code)));
  }
  give_up_.reset();
  failures_ = 0;
  auto answer = std::make_shared<FetchAnswer>(std::move(reply), consumer_.pool_);
  std::lock_guard lock(consumer_.mutex_);
  for (auto& topic : answer->reply->responses) {
    auto named = topic_names_.find(topic.topic_id);
    if (named != topic_names_.end() && topic.topic.empty()) topic.topic = named->second;
    for (auto& partition_answer : topic.partitions) {
      TopicPartition id{topic.topic, partition_answer.partition_index};
      auto asked = std::lower_bound(
          wanted_.begin(), wanted_.end(), id,
          [](const FetchPartition& one, const TopicPartition& other) { return one.id < other; });
      if (asked == wanted_.end() || asked->id != id) continue;
      auto* partition = consumer_.current(id, asked->generation);
      if (partition == nullptr) continue;
      auto chunk = take(*partition, partition_answer);
      if (!chunk) continue;
      chunk->keeps_alive = answer;
      chunks.push_back(std::move(*chunk));
      ++consumer_.undelivered_chunks_;
    }
  }
  return chunks;
}

std::optional<FetchedChunk> Fetcher::take(FetchPartition& partition, PartitionAnswer& answer) {
  if (answer.error_code != 0) {
    on_error(partition, answer.error_code);
    return std::nullopt;
  }
  if (answer.diverging_epoch.end_offset >= 0) {
    reset_to(partition, std::min(answer.diverging_epoch.end_offset, partition.position),
             {FetchFailure::Kind::truncated, "its log was truncated after an unclean election"});
    return std::nullopt;
  }
  bool may_move = consumer_.options_.replica < 0;
  if (may_move && answer.preferred_read_replica >= 0 && answer.preferred_read_replica != broker_id_)
    consumer_.fetch_from(partition, answer.preferred_read_replica);
  std::string_view records = answer.records.value_or(std::string_view{});
  if (records.empty()) return std::nullopt;
  RangeEnd end;
  try {
    end = find_range_end(records);
  } catch (const DecodeError& error) {
    consumer_.fail_partition(partition,
                             {FetchFailure::Kind::damaged,
                              fmt::format("{} is damaged at offset {}: {}", name_of(partition.id),
                                          partition.position, error.message())});
    return std::nullopt;
  }
  if (end.whole_bytes == 0) {
    // The first batch is larger than what was asked for: brokers before 0.10.1 cut it.
    if (partition.max_bytes < kMaxPartitionBytes) partition.max_bytes *= 2;
    return std::nullopt;
  }
  if (end.next_offset <= partition.position) return std::nullopt;
  bool is_full = records.size() >= static_cast<size_t>(partition.max_bytes) / 2;
  bool is_far = answered_at_ - sent_at_ > kFarAway;
  const auto& options = consumer_.options_;
  if (is_full && partition.max_bytes <=
                     (is_far ? options.partition_most_bytes : options.partition_near_bytes) / 2)
    partition.max_bytes *= 2;
  FetchedChunk chunk;
  chunk.partition = partition.id;
  chunk.records = records.substr(0, end.whole_bytes);
  chunk.from_offset = partition.position;
  chunk.end_offset = partition.end_offset;
  chunk.next_offset = end.next_offset;
  chunk.broker_id = broker_id_;
  chunk.high_watermark = answer.high_watermark;
  chunk.last_stable_offset = answer.last_stable_offset;
  if (answer.aborted_transactions) chunk.aborted = std::move(*answer.aborted_transactions);
  chunk.generation = partition.generation;
  partition.position = end.next_offset;
  partition.last_epoch = end.leader_epoch;
  return chunk;
}

void Fetcher::on_error(FetchPartition& partition, int16_t error_code) {
  if (error_code == ErrorCode::offset_out_of_range) {
    out_of_range_.push_back(partition);
    return;
  }
  if (!is_about_leadership(error_code)) {
    consumer_.cluster_.tell_denials(msg::FetchRequest::api(), {{error_code}}, partition.id.topic,
                                    connection_->apis());
    consumer_.fail_partition(partition, {FetchFailure::Kind::refused,
                                         fmt::format("{} cannot be read: {}", name_of(partition.id),
                                                     error_text(error_code))});
    return;
  }
  if (consumer_.options_.replica >= 0 && is_no_replica(error_code))
    refuse_replica(partition, error_code);
  partition.lose_broker();
  consumer_.changed_.notify_all();
}

void Fetcher::refuse_replica(const FetchPartition& partition, int16_t error_code) const {
  throw Error(fmt::format("broker {} does not serve a replica of {}: {}", broker_id_,
                          name_of(partition.id), error_text(error_code)),
              Exit::failed, "kt topic describe shows who has one");
}

void Fetcher::reset_to(FetchPartition& partition, int64_t offset, FetchFailure failure) {
  failure.message = fmt::format("{} cannot be read at offset {}: {}", name_of(partition.id),
                                partition.position, failure.message);
  if (consumer_.options_.out_of_range == ConsumerOptions::OutOfRange::fail) {
    consumer_.fail_partition(partition, std::move(failure));
    return;
  }
  if (consumer_.options_.warn)
    consumer_.options_.warn(fmt::format("{}; going on at {}", failure.message, offset));
  partition.position = offset;
  partition.last_epoch = -1;
}

void Fetcher::reset_positions() {
  bool earliest = consumer_.options_.out_of_range != ConsumerOptions::OutOfRange::latest;
  std::vector<OffsetQuery> queries;
  for (const auto& partition : out_of_range_)
    for (int64_t time : {kEarliest, kLatest}) queries.push_back({partition.id, time});
  consumer_.cluster_.progress();
  auto answers = list_offsets(consumer_.cluster_, queries, consumer_.options_.read_committed);
  std::lock_guard lock(consumer_.mutex_);
  for (size_t i = 0; i < out_of_range_.size(); ++i) {
    const auto& first = answers[2 * i];
    const auto& last = answers[2 * i + 1];
    auto* partition = consumer_.current(out_of_range_[i].id, out_of_range_[i].generation);
    if (partition == nullptr || first.error_code != 0 || last.error_code != 0) continue;
    // A follower may lag behind the offset, and a new leader's high watermark too: ask again.
    if (partition->position >= first.offset && partition->position <= last.offset) {
      partition->lose_broker();
      continue;
    }
    reset_to(*partition, earliest ? first.offset : last.offset,
             {FetchFailure::Kind::out_of_range,
              fmt::format("it has offsets {} to {}", first.offset, last.offset), first.offset,
              last.offset});
  }
  out_of_range_.clear();
  consumer_.changed_.notify_all();
  consumer_.wake_next();
}

void Fetcher::on_failure(const Error& error) {
  {
    std::lock_guard lock(connection_mutex_);
    connection_.reset();
    if (stopping_) return;
  }
  if (!give_up_) give_up_ = Deadline(consumer_.cluster_.options().timeout);
  if (give_up_->expired() && !consumer_.options_.partitions_fail_alone) throw error;
  auto pause = consumer_.cluster_.backoff(++failures_);
  std::unique_lock lock(consumer_.mutex_);
  for (auto& [id, partition] : consumer_.partitions_)
    if (partition.broker == broker_id_) partition.lose_broker();
  consumer_.changed_.notify_all();
  consumer_.changed_.wait_for(lock, pause, [this] { return consumer_.stopping_; });
}

}  // namespace kt
