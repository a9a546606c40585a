#include "client/producer_sender.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "net/error.h"
#include "protocol/errors.h"
#include "protocol/msg/metadata.h"
#include "protocol/msg/produce.h"

namespace kt {
namespace {

constexpr Milliseconds kRequestTimeout{30'000};
constexpr int64_t kLongestSleepMs = 1'000;  // batches expire unseen for no longer than this

/// The versions that carry a format.
std::pair<int16_t, int16_t> produce_versions(int8_t magic, Codec codec) {
  if (magic == 0) return {0, 1};
  if (magic == 1) return {2, 2};
  return {codec == Codec::zstd ? 7 : 3, INT16_MAX};
}

msg::ProduceRequest make_request(const std::vector<Shipment>& shipments, int16_t acks) {
  msg::ProduceRequest request;
  request.acks = acks;
  request.timeout_ms = static_cast<int32_t>(kRequestTimeout.count());
  int topic = -1;
  for (const auto& shipment : shipments) {
    const auto& lane = *shipment.lane;
    if (lane.topic != topic) {
      topic = lane.topic;
      auto& data = request.topic_data.emplace_back();
      data.name = lane.topic_name;
      data.topic_id = lane.topic_id;
    }
    auto& partition = request.topic_data.back().partition_data.emplace_back();
    partition.index = lane.partition;
    partition.records = shipment.batch->bytes;
  }
  return request;
}

}  // namespace

BrokerSender::BrokerSender(Cluster& cluster, ProducerQueue& queue, const ProducerOptions& options,
                           int8_t magic, int32_t broker_id)
    : cluster_(cluster),
      queue_(queue),
      options_(options),
      magic_(magic),
      broker_id_(broker_id),
      wake_fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      thread_([this] { run(); }) {}

BrokerSender::~BrokerSender() {
  stopping_ = true;
  wake();
  thread_.join();
  close(wake_fd_);
}

void BrokerSender::wake() {
  if (is_full_ && !stopping_) return;
  uint64_t one = 1;
  [[maybe_unused]] auto written = write(wake_fd_, &one, sizeof one);
}

void BrokerSender::run() {
  while (!stopping_) {
    try {
      step();
    } catch (const net::NetError& error) {
      connection_lost(error);
    } catch (const Error& error) {
      connection_lost(error);
    }
  }
  if (options_.acks == 0 && connection_ && connection_->usable()) await_all_read();
}

/// 0.9 throws away what it has not read when the connection ends. Who has answered what came behind
/// has read it.
void BrokerSender::await_all_read() try {
  constexpr int16_t kNamesWithoutCreating = 4;
  auto version = connection_->version_for(msg::MetadataRequest::api());
  msg::MetadataRequest request;
  request.topics.emplace().emplace_back().name = last_topic_;
  request.allow_auto_topic_creation = version < kNamesWithoutCreating;
  Deadline deadline{cluster_.options().connect_timeout};
  connection_->send(any_request(request), version, deadline);
  connection_->receive(deadline);
} catch (const Error&) {
  // Nobody asked whether it has them.
}

void BrokerSender::step() {
  auto has_room = [&] { return in_flight_.size() < static_cast<size_t>(options_.max_in_flight); };
  is_full_ = !has_room();
  while (has_room() && send_what_is_ready()) {
    if (connection_->readable()) break;
  }
  is_full_ = !has_room();
  if (!in_flight_.empty() && connection_->readable())
    receive();
  else
    wait();
}

/// False where nothing may leave now.
bool BrokerSender::send_what_is_ready() {
  auto shipments = queue_.take(broker_id_, look_again_at_);
  if (shipments.empty() || stopping_) return false;
  send(std::move(shipments));
  return true;
}

/// Compression and checksum are done here, beside the thread that appends.
void BrokerSender::finish(const Shipment& shipment) {
  auto& batch = *shipment.batch;
  if (!batch.bytes.empty()) return;
  batch.builder.set_producer(shipment.producer_id, shipment.producer_epoch, batch.base_sequence);
  batch.bytes = batch.builder.finish();
}

/// A broker that has left the cluster is as good as one that is down: its partitions get another
/// leader.
void BrokerSender::connect() {
  if (!cluster_.metadata()->brokers.contains(broker_id_))
    throw net::NetError(net::Failure::unreachable,
                        "broker " + std::to_string(broker_id_) + " has left the cluster");
  connection_ = cluster_.open(broker_id_, Deadline{cluster_.options().connect_timeout});
}

void BrokerSender::send(Request shipments) {
  in_flight_.push_back(std::move(shipments));
  const auto& request = in_flight_.back();
  if (!connection_ || !connection_->usable() ||
      (in_flight_.size() == 1 && connection_->ended_while_idle()))
    connect();
  for (const auto& shipment : request) finish(shipment);
  auto [lowest, highest] = produce_versions(magic_, options_.compression.codec);
  auto message = make_request(request, options_.acks);
  auto version = connection_->version_for(msg::ProduceRequest::api(), lowest, highest);
  std::vector<std::string_view> records;
  for (const auto& shipment : request) records.push_back(shipment.batch->bytes);
  auto around = any_request_around(message, std::move(records));
  Deadline deadline{kRequestTimeout};
  if (options_.acks != 0) {
    connection_->send(around, version, deadline);
    return;
  }
  connection_->send_without_answer(around, version, deadline);
  last_topic_ = request.back().lane->topic_name;
  for (const auto& shipment : request) queue_.acknowledged(shipment, -1);
  in_flight_.pop_back();
}

void BrokerSender::receive() {
  auto frame = connection_->receive(Deadline{kRequestTimeout});
  auto request = std::move(in_flight_.front());
  in_flight_.pop_front();
  settle(request, frame);
  cluster_.progress();
}

void BrokerSender::settle(const Request& request, const ResponseFrame& frame) {
  std::vector<bool> settled(request.size());
  try {
    auto response = decode<msg::ProduceResponse>(frame.body(), frame.version);
    connection_->throttle(Milliseconds(response.throttle_time_ms));
    for (const auto& topic : response.responses) {
      for (const auto& partition : topic.partition_responses) {
        for (size_t i = 0; i < request.size(); ++i) {
          if (settled[i]) continue;  // its lane is the queue's again
          const auto& lane = *request[i].lane;
          bool same_topic =
              topic.name.empty() ? lane.topic_id == topic.topic_id : lane.topic_name == topic.name;
          if (!same_topic || lane.partition != partition.index) continue;
          settled[i] = true;
          if (partition.error_code == 0 ||
              partition.error_code == ErrorCode::duplicate_sequence_number)
            queue_.acknowledged(request[i], partition.base_offset);
          else
            refused(request[i], partition.error_code, partition.error_message.value_or(""));
        }
      }
    }
  } catch (const DecodeError& error) {
    for (size_t i = 0; i < request.size(); ++i)
      if (!settled[i]) queue_.lost(request[i], error);
    throw_unreadable(frame, error.message());
  }
  for (size_t i = 0; i < request.size(); ++i)
    if (!settled[i])
      queue_.give_up(request[i], Error("the broker's answer left this partition out"));
}

void BrokerSender::refused(const Shipment& shipment, int16_t code, const std::string& message) {
  cluster_.tell_denials(msg::ProduceRequest::api(), {{code}}, shipment.lane->topic_name,
                        connection_->apis());
  queue_.refused(shipment, code, message);
}

/// Sleeps until the broker answers, somebody wakes, or the queue said to look again.
void BrokerSender::wait() {
  pollfd polled[2] = {{wake_fd_, POLLIN, 0}, {-1, POLLIN, 0}};
  if (!in_flight_.empty()) polled[1].fd = connection_->transport().descriptor();
  auto sleep_ms = kLongestSleepMs;
  if (look_again_at_ != Clock::Time::max()) {
    auto left = std::chrono::ceil<Milliseconds>(look_again_at_ - Clock::system().now()).count();
    sleep_ms = std::clamp<int64_t>(left, 0, kLongestSleepMs);
  }
  poll(polled, 2, static_cast<int>(sleep_ms));
  uint64_t count = 0;
  [[maybe_unused]] auto taken = read(wake_fd_, &count, sizeof count);
}

void BrokerSender::connection_lost(const Error& error) {
  connection_.reset();
  for (auto& request : std::exchange(in_flight_, {}))
    for (const auto& shipment : request) {
      if (error.exit() == Exit::unreachable)
        queue_.lost(shipment, error);
      else
        queue_.give_up(shipment, error);
    }
}

}  // namespace kt
