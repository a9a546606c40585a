#include "client/producer.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "client/producer_sender.h"
#include "net/error.h"
#include "protocol/errors.h"
#include "protocol/msg/init_producer_id.h"
#include "protocol/msg/produce.h"

namespace kt {
namespace {

struct ProducerId {
  int64_t id = -1;
  int16_t epoch = -1;
};

ProducerId ask_producer_id(Cluster& cluster) {
  msg::InitProducerIdRequest request;
  request.transactional_id = std::nullopt;
  request.transaction_timeout_ms = 60'000;
  CallOptions options;
  options.route = Route::any;
  for (int attempt = 1;; ++attempt) {
    auto reply = cluster.call(request, options);
    if (reply->error_code == 0) return {reply->producer_id, reply->producer_epoch};
    if (!error_retriable(reply->error_code) || cluster.deadline().expired())
      throw Error("no producer id from broker " + std::to_string(reply.broker_id()) + ": " +
                  error_text(reply->error_code));
    Clock::system().sleep(cluster.backoff(attempt));
  }
}

}  // namespace

Producer::Producer(Cluster& cluster, ProducerOptions options)
    : cluster_(cluster), options_(options), queue_(options_) {
  queue_.wake_sender = [this](int32_t broker) {
    std::lock_guard lock(senders_mutex_);
    for (auto& sender : senders_)
      if (sender->broker_id() == broker) sender->wake();
  };
}

Producer::~Producer() {
  queue_.stop();
  if (caretaker_.joinable()) caretaker_.join();
  senders_.clear();
}

/// The oldest broker decides on the format, because leadership may move to it.
void Producer::learn_what_brokers_speak(const Metadata& metadata) {
  const auto& api = msg::ProduceRequest::api();
  int16_t highest = api.max_version;
  bool has_ids = options_.idempotent && options_.acks == -1;
  for (const auto& [id, broker] : metadata.brokers) try {
      auto apis = cluster_.apis_of(id);
      highest = std::min(highest, apis.best(api).value_or(0));
      has_ids &= apis.best(msg::InitProducerIdRequest::api()).has_value();
    } catch (const net::NetError&) {
      // One that is down speaks as the others do; its partitions get another leader.
    }
  magic_ = highest >= 3 ? 2 : highest == 2 ? 1 : 0;
  if (options_.compression.codec == Codec::zstd && highest < 7)
    throw Error("the cluster's brokers do not take zstd", Exit::failed,
                "it needs Kafka 2.1; choose lz4");
  queue_.idempotent = has_ids && magic_ == 2;
  queue_.batch_options.magic = magic_;
  queue_.batch_options.compression = options_.compression;
}

int Producer::add_topic(const std::string& name) {
  auto metadata = cluster_.metadata_for({name});
  const auto* topic = metadata->topic(name);
  if (topic == nullptr || topic->error_code != 0)
    throw Error("topic " + in_quotes(name) + " cannot be written to: " +
                error_text(topic != nullptr
                               ? topic->error_code
                               : static_cast<int16_t>(ErrorCode::unknown_topic_or_partition)));
  if (magic_ < 0) learn_what_brokers_speak(*metadata);
  ProducerId id;
  if (queue_.idempotent && !options_.own_ids) id = ask_producer_id(cluster_);
  start_senders();
  int number = static_cast<int>(topics_.size());
  topics_.push_back(name);
  auto& lanes = lanes_.emplace_back();
  for (size_t partition = 0; partition < topic->partitions.size(); ++partition) {
    Lane lane;
    lane.topic = number;
    lane.topic_name = name;
    lane.topic_id = topic->id;
    lane.partition = static_cast<int32_t>(partition);
    lane.leader = with_sender(topic->partitions[partition].leader);
    lane.producer_id = id.id;
    lane.producer_epoch = id.epoch;
    lanes.push_back(queue_.add_lane(std::move(lane)));
  }
  return number;
}

int32_t Producer::partition_count(int topic) const {
  return static_cast<int32_t>(lanes_[static_cast<size_t>(topic)].size());
}

std::vector<int32_t> Producer::partitions_with_leader(int topic) const {
  std::vector<int32_t> partitions;
  auto metadata = cluster_.metadata();
  const auto& name = topics_[static_cast<size_t>(topic)];
  for (int32_t partition = 0; partition < partition_count(topic); ++partition) {
    const auto* known = metadata->partition(name, partition);
    if (known != nullptr && known->leader >= 0) partitions.push_back(partition);
  }
  return partitions;
}

void Producer::append(int topic, int32_t partition, const RecordView& record,
                      std::span<const RecordHeader> headers, int64_t number) {
  auto& lane = *lanes_[static_cast<size_t>(topic)][static_cast<size_t>(partition)];
  size_t most_bytes = BatchBuilder::most_bytes(record.key, record.value, headers);
  if (lane.open && lane.open->builder.size_bytes() + most_bytes > options_.batch_bytes) seal(lane);
  if (!lane.open) {
    lane.open = queue_.fresh_batch();
    lane.open->opened = Clock::system().now();
    lane.open->builder.reset(queue_.batch_options);
    open_lanes_.push_back(&lane);
  }
  lane.open->append(record, headers, number);
  if (lane.open->builder.size_bytes() >= options_.batch_bytes) seal(lane);
}

void Producer::send_as(int topic, int32_t partition, int64_t producer_id, int16_t epoch,
                       int32_t next_sequence) {
  auto& lane = *lanes_[static_cast<size_t>(topic)][static_cast<size_t>(partition)];
  queue_.set_producer_id(lane, producer_id, epoch, next_sequence);
}

void Producer::seal(Lane& lane) {
  std::erase(open_lanes_, &lane);
  hand_over(lane);
}

void Producer::hand_over(Lane& lane) { queue_.hand_over(lane, std::move(lane.open)); }

void Producer::tick() {
  auto due = Clock::system().now() - options_.linger;
  std::erase_if(open_lanes_, [&](Lane* lane) {
    if (lane->open->opened > due) return false;
    hand_over(*lane);
    return true;
  });
}

void Producer::send_open() {
  for (auto* lane : std::exchange(open_lanes_, {})) hand_over(*lane);
}

void Producer::flush() {
  send_open();
  queue_.wait_until_idle();
}

/// What must be asked of the cluster meanwhile: new leaders, new producer ids.
void Producer::take_care() {
  while (auto chores = queue_.wait_for_chores()) {
    cluster_.progress();
    try {
      if (!chores->topics.empty()) refresh_leaders(*chores);
      for (auto* lane : chores->need_ids) {
        auto [id, epoch] = ask_producer_id(cluster_);
        queue_.set_producer_id(*lane, id, epoch);
      }
    } catch (const Error&) {
      // The batches know how long to go on trying, and say why not in the end.
      Clock::system().sleep(cluster_.options().backoff);
    }
  }
}

void Producer::refresh_leaders(const ProducerQueue::Chores& chores) {
  auto metadata = cluster_.refresh({chores.topics.begin(), chores.topics.end()});
  start_senders();
  for (const auto& lanes : lanes_)
    for (auto* lane : lanes) {
      if (!chores.topics.contains(lane->topic_name)) continue;
      const auto* topic = metadata->topic(lane->topic_name);
      const auto* partition = metadata->partition(lane->topic_name, lane->partition);
      bool known = topic != nullptr && partition != nullptr;
      queue_.set_leader(*lane, known ? with_sender(partition->leader) : -1,
                        known ? topic->id : lane->topic_id);
    }
}

/// The broker, or -1 where nothing sends to it: metadata may still name a leader that has gone from
/// the newer list of brokers. Then the leader is asked for again.
int32_t Producer::with_sender(int32_t broker) {
  std::lock_guard lock(senders_mutex_);
  bool found = std::any_of(senders_.begin(), senders_.end(),
                           [&](const auto& sender) { return sender->broker_id() == broker; });
  return found ? broker : -1;
}

void Producer::start_senders() {
  std::lock_guard lock(senders_mutex_);
  for (const auto& [id, broker] : cluster_.metadata()->brokers) {
    bool running = std::any_of(senders_.begin(), senders_.end(), [&, id = id](const auto& sender) {
      return sender->broker_id() == id;
    });
    if (!running)
      senders_.push_back(std::make_unique<BrokerSender>(cluster_, queue_, options_, magic_, id));
  }
  if (!caretaker_.joinable()) caretaker_ = std::thread([this] { take_care(); });
}

}  // namespace kt
