#include <algorithm>
#include <set>

#include "broker/ids.h"
#include "chosen.h"
#include "connect.h"
#include "needs.h"
#include "protocol/errors.h"
#include "protocol/msg/describe_log_dirs.h"

namespace kt {
namespace {

using Directory = msg::DescribeLogDirsResponse::Result;

class BrokerLogDirs : public Invocation {
  std::vector<std::string> words_;
  std::vector<std::string> topics_;
  bool replicas_ = false;

  std::vector<Argument> arguments() override {
    return {{"[BROKER...]", "", "Numbers of brokers", &words_, Complete::brokers},
            {"--topic", "NAME", "Only replicas of this topic", &topics_, Complete::topics},
            {"--replicas", "", "Every replica with its size and lag", &replicas_}};
  }

  void report_directory(Context& context, int32_t broker, const Directory& directory) const {
    if (directory.error_code != 0) {
      report_error(context, {{"broker", broker}, {"log_dir", directory.log_dir}},
                   directory.error_code, "");
      return;
    }
    std::set<std::string> wanted(topics_.begin(), topics_.end());
    std::vector<Row> rows;
    int64_t size_bytes = 0, count = 0;
    for (const auto& topic : directory.topics) {
      if (!wanted.empty() && !wanted.contains(topic.name)) continue;
      for (const auto& replica : topic.partitions) {
        size_bytes += replica.partition_size;
        ++count;
        if (replicas_)
          rows.push_back({topic.name, replica.partition_index, replica.partition_size,
                          replica.offset_lag, replica.is_future_key});
      }
    }
    std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
      return std::pair(a[0].text(), a[1].integer()) < std::pair(b[0].text(), b[1].integer());
    });
    Value total, usable, list;
    if (directory.total_bytes >= 0) total = directory.total_bytes;
    if (directory.usable_bytes >= 0) usable = directory.usable_bytes;
    if (replicas_) list = Value::List(rows.begin(), rows.end());
    context.report().row({broker, directory.log_dir, count, size_bytes, std::move(usable),
                          std::move(total), std::move(list)});
  }

  Exit run(Context& context) override {
    auto cluster = connect(context);
    using Request = msg::DescribeLogDirsRequest;
    needs<Request>(*cluster, "looking into log directories", BeforeThat::nowhere);
    Request request;
    request.topics.reset();
    std::vector<std::pair<int32_t, Request>> requests;
    for (auto id : choose_brokers(context, *cluster, words_)) requests.emplace_back(id, request);
    context.report();
    for (auto& answer : cluster->call_each(requests)) {
      if (!answer.reply) {
        report_error(context, {{"broker", answer.broker_id}}, 0, answer.error->message());
        continue;
      }
      auto& told = answer.reply->message;
      // Before v3 brokers answer who may not ask with an empty list.
      bool refused = told.error_code != 0 || told.results.empty();
      if (refused)
        report_error(context, {{"broker", answer.broker_id}},
                     told.error_code != 0
                         ? told.error_code
                         : static_cast<int16_t>(ErrorCode::cluster_authorization_failed),
                     "");
      std::sort(told.results.begin(), told.results.end(),
                [](const auto& a, const auto& b) { return a.log_dir < b.log_dir; });
      for (const auto& directory : told.results)
        report_directory(context, answer.broker_id, directory);
    }
    return exit_of(context);
  }
};

}  // namespace

extern const Command broker_log_dirs;
const Command broker_log_dirs{
    .words = "broker log-dirs",
    .summary = "Show log directories of brokers and what is in them",
    .text =
        R"(Asks all brokers, or those named, at once for their log directories: how many replicas are in each and
how large they are, what is free on the volume and how large it is (from Kafka 3.3 on). --replicas lists
every replica with its size and how many records it lags behind; a future one is being moved into the
directory. A directory that is offline is an error. Needs Kafka 1.0 or later.)",
    .examples = {{"kt broker log-dirs", "all directories of all brokers"},
                 {"kt broker log-dirs 1 --replicas", "every replica on one broker"},
                 {"kt broker log-dirs --topic orders --replicas -o csv",
                  "where a topic's bytes are"}},
    .rows = {"log_dirs",
             {{"broker", "BROKER", Kind::integer, "Number of the broker"},
              {"log_dir", "DIRECTORY", Kind::text, "The directory"},
              {"replica_count", "REPLICAS", Kind::integer, "Replicas in it"},
              {"size_bytes", "SIZE", Kind::size_bytes, "Bytes of those replicas"},
              {"usable_bytes", "FREE", Kind::size_bytes,
               "Bytes free on its volume; null before 3.3"},
              {"total_bytes", "VOLUME", Kind::size_bytes, "Bytes of its volume; null before 3.3"},
              {"replicas",
               "REPLICAS",
               Kind::rows,
               "The replicas; null where not asked for",
               {{"topic", "TOPIC", Kind::text, "Name of the topic"},
                {"partition", "PARTITION", Kind::integer, "Number of the partition"},
                {"size_bytes", "SIZE", Kind::size_bytes, "Bytes of its segments"},
                {"lag", "LAG", Kind::integer,
                 "Records behind the leader, or behind the replica "
                 "that it will replace"},
                {"is_future", "FUTURE", Kind::boolean, "Whether it is being moved here"}}}}},
    .make = make<BrokerLogDirs>,
};

}  // namespace kt
