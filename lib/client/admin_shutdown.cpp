#include "client/admin_shutdown.h"

#include <utility>

#include "net/error.h"
#include "protocol/errors.h"
#include "protocol/msg/controlled_shutdown.h"
#include "protocol/msg/unregister_broker.h"

namespace kt {

namespace {

/// Rounds over all brokers before "none of them is the controller" is the answer.
constexpr int kMostRounds = 5;

/// What a broker answers that is not the controller; 0.8 has no code of its own for it.
bool is_elsewhere(int16_t error_code) {
  return error_code == ErrorCode::not_controller ||
         error_code == ErrorCode::stale_controller_epoch ||
         error_code == ErrorCode::unknown_server_error;
}

}  // namespace

bool has_controlled_shutdown(Cluster& cluster) {
  return cluster.apis_of_any().best(msg::ControlledShutdownRequest::api()).has_value();
}

ShutdownAnswer controlled_shutdown(Cluster& cluster, int32_t broker) {
  msg::ControlledShutdownRequest request;
  request.broker_id = broker;
  ShutdownAnswer answer;
  for (int attempt = 1;; ++attempt) {
    auto known = cluster.refresh({});
    std::vector<int32_t> order;
    if (known->brokers.contains(known->controller_id)) order.push_back(known->controller_id);
    for (const auto& [id, one] : known->brokers)
      if (id != known->controller_id) order.push_back(id);
    std::optional<Error> failure;
    for (auto id : order) {
      CallOptions options;
      options.broker = id;
      options.retry = false;
      try {
        auto reply = cluster.call(request, options);
        answer.error_code = reply->error_code;
        for (auto& left : reply->remaining_partitions)
          answer.still_led.push_back({std::move(left.topic_name), left.partition_index});
        failure.reset();
        if (!is_elsewhere(answer.error_code)) return answer;
      } catch (const net::NetError& error) {
        failure = error;
      }
    }
    auto pause = cluster.backoff(attempt);
    bool last = attempt >= kMostRounds || cluster.deadline().remaining() <= pause;
    if (last && failure) throw *failure;
    if (last) return answer;
    Clock::system().sleep(pause);
  }
}

std::pair<int16_t, std::string> unregister_broker(Cluster& cluster, int32_t broker) {
  msg::UnregisterBrokerRequest request;
  request.broker_id = broker;
  auto reply = cluster.call(request);
  return {reply->error_code, reply->error_message.value_or("")};
}

}  // namespace kt
