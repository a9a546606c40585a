#include "mirror/courier.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <utility>

#include "mirror/mirror.h"
#include "net/error.h"
#include "protocol/errors.h"
#include "protocol/msg/produce.h"

namespace kt::mirror {
namespace {

constexpr Milliseconds kRequestTimeout{30'000}, kAnswerTimeout{40'000};
constexpr size_t kRequestBytes = 4 << 20;
constexpr size_t kMostRequests = 8;
constexpr int16_t kFirstWithTimes = 2, kFirstWithBatches = 3, kByName = 12;
/// Brokers remember a silent producer for a day unless they are told otherwise.
constexpr std::chrono::minutes kForgottenAfter{1};
constexpr int kLookAgainMs = 1'000;

}  // namespace

Courier::Courier(Mirror& mirror, Cluster& target, int32_t broker_id, int8_t magic)
    : mirror_(mirror),
      target_(target),
      broker_id_(broker_id),
      has_batches_(magic == 2),
      at_most_(magic == 2   ? kByName
               : magic == 1 ? kFirstWithTimes
                            : static_cast<int16_t>(kFirstWithTimes - 1)),
      wake_fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      thread_([this] { run(); }) {}

Courier::~Courier() {
  stopping_ = true;
  wake();
  thread_.join();
  close(wake_fd_);
}

void Courier::wake() {
  uint64_t one = 1;
  [[maybe_unused]] auto written = write(wake_fd_, &one, sizeof one);
}

void Courier::offer(Lane& lane) {
  if (lane.is_ready) return;
  lane.is_ready = true;
  ready_.push_back(&lane);
  wake();
}

void Courier::withdraw(Lane& lane) {
  if (lane.is_ready) std::erase(ready_, &lane);
  lane.is_ready = false;
}

void Courier::run() try {
  while (!stopping_) {
    try {
      while (in_flight_.size() < kMostRequests) {
        auto request = collect();
        if (request.empty()) break;
        send(std::move(request));
      }
      if (!in_flight_.empty() && connection_->readable())
        receive();
      else
        wait();
    } catch (const Error& error) {
      connection_lost(error);
    }
  }
} catch (...) {
  mirror_.failed(std::current_exception());
}

/// One batch of each lane that may send one.
Courier::Request Courier::collect() {
  Request request;
  size_t bytes = 0;
  auto now = Clock::system().now();
  std::lock_guard lock(mirror_.mutex_);
  for (size_t left = ready_.size(); left > 0 && bytes < kRequestBytes; --left) {
    Lane& lane = *ready_.front();
    ready_.pop_front();
    lane.is_ready = false;
    if (lane.in_flight == lane.queue.size()) continue;
    const auto& batch = lane.queue[lane.in_flight];
    if (batch.begins_run || now - lane.proven_at > kForgottenAfter) lane.is_proven = false;
    if ((!lane.is_proven || lane.one_at_a_time) && lane.in_flight > 0) continue;
    ++lane.in_flight;
    bytes += batch.bytes.size();
    request.push_back({&lane, lane.epoch, batch});
    lane.is_ready = true;
    ready_.push_back(&lane);
  }
  return request;
}

void Courier::send(Request request) {
  if (in_flight_.empty()) heard_at_ = Clock::system().now();
  in_flight_.push_back(std::move(request));
  if (!connection_ || !connection_->usable() ||
      (in_flight_.size() == 1 && connection_->ended_while_idle()))
    connection_ = target_.open(broker_id_, Deadline(target_.options().connect_timeout));
  std::map<std::string, std::vector<const Shipment*>> by_topic;
  for (const auto& shipment : in_flight_.back())
    by_topic[shipment.lane->target.topic].push_back(&shipment);
  msg::ProduceRequest message;
  message.acks = -1;
  message.timeout_ms = static_cast<int32_t>(kRequestTimeout.count());
  std::vector<std::string_view> records;
  for (const auto& [name, shipments] : by_topic) {
    auto& topic = message.topic_data.emplace_back();
    topic.name = name;
    for (const auto* shipment : shipments) {
      auto& partition = topic.partition_data.emplace_back();
      partition.index = shipment->lane->target.partition;
      partition.records = shipment->batch.bytes;
      records.push_back(shipment->batch.bytes);
    }
  }
  auto version = connection_->version_for(msg::ProduceRequest::api(),
                                          has_batches_ ? kFirstWithBatches : int16_t{0}, at_most_);
  connection_->send(any_request_around(message, std::move(records)), version,
                    Deadline(kAnswerTimeout));
}

void Courier::receive() {
  auto frame = connection_->receive(Deadline(kAnswerTimeout));
  heard_at_ = Clock::system().now();
  auto request = std::move(in_flight_.front());
  in_flight_.pop_front();
  try {
    settle(request, frame);
  } catch (const DecodeError& error) {
    in_flight_.push_front(std::move(request));
    throw_unreadable(frame, error.message());
  }
  for (auto& shipment : request)
    if (!shipment.answered)
      mirror_.lost(*shipment.lane, shipment.lane_epoch, "the answer left it out");
}

void Courier::settle(Request& request, const ResponseFrame& frame) {
  auto response = decode<msg::ProduceResponse>(frame.body(), frame.version);
  connection_->throttle(Milliseconds(response.throttle_time_ms));
  std::map<TopicPartition, Shipment*> asked;
  for (auto& shipment : request) asked.emplace(shipment.lane->target, &shipment);
  for (const auto& topic : response.responses)
    for (const auto& partition : topic.partition_responses) {
      auto found = asked.find({topic.name, partition.index});
      if (found == asked.end() || found->second->answered) continue;
      auto& shipment = *found->second;
      shipment.answered = true;
      if (partition.error_code == 0 || partition.error_code == ErrorCode::duplicate_sequence_number)
        mirror_.acknowledged(*shipment.lane, shipment.lane_epoch, shipment.batch,
                             partition.base_offset);
      else
        refused(shipment, partition.error_code, partition.error_message.value_or(""));
    }
}

void Courier::refused(const Shipment& shipment, int16_t code, const std::string& message) {
  target_.tell_denials(msg::ProduceRequest::api(), {{code}}, shipment.lane->target.topic,
                       connection_->apis());
  mirror_.refused(*shipment.lane, shipment.lane_epoch, shipment.batch, code, message);
}

/// Sleeps until the broker answers or somebody has something to send.
void Courier::wait() {
  pollfd polled[2] = {{wake_fd_, POLLIN, 0}, {-1, POLLIN, 0}};
  if (!in_flight_.empty()) polled[1].fd = connection_->transport().descriptor();
  poll(polled, 2, kLookAgainMs);
  uint64_t count = 0;
  [[maybe_unused]] auto taken = read(wake_fd_, &count, sizeof count);
  if (!in_flight_.empty() && Clock::system().now() - heard_at_ > kAnswerTimeout)
    throw net::NetError(net::Failure::timed_out, "no answer to a produce request");
}

void Courier::connection_lost(const Error& error) {
  connection_.reset();
  for (auto& request : std::exchange(in_flight_, {}))
    for (const auto& shipment : request)
      if (!shipment.answered) mirror_.lost(*shipment.lane, shipment.lane_epoch, error.message());
}

}  // namespace kt::mirror
