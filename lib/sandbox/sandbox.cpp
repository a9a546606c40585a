#include "sandbox/sandbox.h"

#include <sys/resource.h>

#include <algorithm>
#include <exception>
#include <future>
#include <utility>

#include "base/error.h"
#include "sandbox/cluster.h"
#include "sandbox/event_loop.h"

namespace kt::sandbox {
namespace {

/// A segment is an open file, and a cluster has many.
void allow_many_files() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

std::string with_port(const std::string& host, int32_t port) {
  bool ipv6 = host.find(':') != std::string::npos;
  return (ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

}  // namespace

Sandbox::Sandbox(Options options) {
  allow_many_files();
  loop_ = std::make_unique<EventLoop>();
  cluster_ = std::make_unique<Cluster>(*loop_, std::move(options));
  for (const auto& broker : cluster_->brokers()) {
    if (!bootstrap_.empty()) bootstrap_ += ",";
    bootstrap_ += with_port(broker->host(), broker->port());
  }
  thread_ = std::thread([this] { loop_->run(); });
}

Sandbox::~Sandbox() { stop(); }

void Sandbox::stop() {
  if (!thread_.joinable()) return;
  loop_->stop();
  thread_.join();
  cluster_.reset();
}

void Sandbox::run(const std::function<void(Cluster&)>& action) {
  if (!thread_.joinable()) throw Error("the sandbox has been stopped");
  std::promise<void> done;
  loop_->post([&] {
    try {
      action(*cluster_);
      done.set_value();
    } catch (...) {
      done.set_exception(std::current_exception());
    }
  });
  done.get_future().get();
}

void Sandbox::fault(const std::string& rule) {
  Fault fault = parse_fault(rule);
  run([&](Cluster& cluster) { cluster.faults().add(fault); });
}

void Sandbox::clear_faults() {
  run([](Cluster& cluster) { cluster.faults().clear(); });
}

void Sandbox::stop_broker(int32_t id) {
  run([&](Cluster& cluster) { cluster.stop_broker(id); });
}

void Sandbox::start_broker(int32_t id) {
  run([&](Cluster& cluster) { cluster.start_broker(id); });
}

void Sandbox::move_leader(const std::string& topic, int32_t index, int32_t broker_id) {
  run([&](Cluster& cluster) {
    Partition* partition = cluster.partition(topic, index);
    bool possible = partition && cluster.is_alive(broker_id) &&
                    std::ranges::count(partition->replicas, broker_id) > 0;
    if (!possible)
      throw Error("broker " + std::to_string(broker_id) + " can't lead " + topic + "-" +
                  std::to_string(index));
    partition->set_leader(broker_id);
  });
}

void Sandbox::clean_logs() {
  std::promise<void> done;
  run([&](Cluster& cluster) { cluster.clean_logs(true, [&] { done.set_value(); }); });
  done.get_future().get();
}

void Sandbox::create_topic(const std::string& name, int32_t partitions,
                           int32_t replication_factor) {
  run([&](Cluster& cluster) {
    if (cluster.topic(name)) return;
    if (auto status = cluster.check_topic_name(name); !status.ok())
      throw Error(status.message, Exit::usage);
    if (replication_factor > cluster.options().brokers)
      throw Error("topic " + name + ": more replicas than brokers", Exit::usage);
    cluster.create_topic(name, cluster.spread(partitions, replication_factor));
  });
}

}  // namespace kt::sandbox
