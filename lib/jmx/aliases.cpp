#include "jmx/aliases.h"

namespace kt::jmx {
namespace {

using Words = std::vector<std::string_view>;

#define TOPIC_METER(today, old)                                   \
  {                                                               \
    "kafka.server:type=BrokerTopicMetrics,name=" today,           \
        "kafka.server:type=BrokerTopicMetrics,name=AllTopics" old \
  }
#define REQUEST_TIME(request, old)                                         \
  {                                                                        \
    "kafka.network:type=RequestMetrics,name=TotalTimeMs,request=" request, \
        "kafka.network:type=RequestMetrics,name=" old "-TotalTimeMs"       \
  }

std::vector<Alias> all() {
  const Words kMeter = {"Count", "OneMinuteRate", "FiveMinuteRate", "FifteenMinuteRate"};
  const Words kGauge = {"Value"};
  const Words kHistogram = {
      "Count",           "Mean", "50thPercentile", "95thPercentile", "99thPercentile",
      "999thPercentile", "Max"};
  return {
      {"messages-in", "records appended", TOPIC_METER("MessagesInPerSec", "MessagesInPerSec"),
       kMeter},
      {"bytes-in", "bytes that producers sent", TOPIC_METER("BytesInPerSec", "BytesInPerSec"),
       kMeter},
      {"bytes-out", "bytes that consumers took", TOPIC_METER("BytesOutPerSec", "BytesOutPerSec"),
       kMeter},
      {"bytes-rejected",
       "bytes refused for their size",
       {"kafka.server:type=BrokerTopicMetrics,name=BytesRejectedPerSec"},
       kMeter},
      {"failed-produce", "produce requests that failed",
       TOPIC_METER("FailedProduceRequestsPerSec", "FailedProduceRequestsPerSec"), kMeter},
      {"failed-fetch", "fetch requests that failed",
       TOPIC_METER("FailedFetchRequestsPerSec", "FailedFetchRequestsPerSec"), kMeter},
      {"produce-time", "time of produce requests, milliseconds", REQUEST_TIME("Produce", "Produce"),
       kHistogram},
      {"fetch-time", "time of consumers' fetch requests",
       REQUEST_TIME("FetchConsumer", "Fetch-Consumer"), kHistogram},
      {"follower-time", "time of followers' fetch requests",
       REQUEST_TIME("FetchFollower", "Fetch-Follower"), kHistogram},
      {"request-times",
       "time of requests of every kind",
       {"kafka.network:type=RequestMetrics,name=TotalTimeMs,request=*",
        "kafka.network:type=RequestMetrics,name=*-TotalTimeMs"},
       {"Count", "Mean", "99thPercentile", "Max"}},
      {"request-idle",
       "share of time that request handlers are idle",
       {"kafka.server:type=KafkaRequestHandlerPool,name=RequestHandlerAvgIdlePercent"},
       {"OneMinuteRate", "FiveMinuteRate", "FifteenMinuteRate"}},
      {"network-idle",
       "share of time that network threads are idle",
       {"kafka.network:type=SocketServer,name=NetworkProcessorAvgIdlePercent"},
       kGauge},
      {"request-queue",
       "requests that wait for a handler",
       {"kafka.network:type=RequestChannel,name=RequestQueueSize"},
       kGauge},
      {"under-replicated",
       "partitions led here with a replica out of sync",
       {"kafka.server:type=ReplicaManager,name=UnderReplicatedPartitions"},
       kGauge},
      {"under-min-isr",
       "partitions led here with too few replicas in sync",
       {"kafka.server:type=ReplicaManager,name=UnderMinIsrPartitionCount"},
       kGauge},
      {"offline-partitions",
       "partitions without a leader; of the controller",
       {"kafka.controller:type=KafkaController,name=OfflinePartitionsCount"},
       kGauge},
      {"active-controller",
       "1 where the controller is",
       {"kafka.controller:type=KafkaController,name=ActiveControllerCount"},
       kGauge},
      {"unclean-elections",
       "leaders elected from outside of the replicas in sync",
       {"kafka.controller:type=ControllerStats,name=UncleanLeaderElectionsPerSec"},
       kMeter},
      {"leaders", "partitions led", {"kafka.server:type=ReplicaManager,name=LeaderCount"}, kGauge},
      {"partitions",
       "replicas held",
       {"kafka.server:type=ReplicaManager,name=PartitionCount"},
       kGauge},
      {"isr-shrinks",
       "replicas that fell out of sync",
       {"kafka.server:type=ReplicaManager,name=IsrShrinksPerSec",
        "kafka.server:type=ReplicaManager,name=ISRShrinksPerSec"},
       kMeter},
      {"isr-expands",
       "replicas that came back in sync",
       {"kafka.server:type=ReplicaManager,name=IsrExpandsPerSec"},
       kMeter},
      {"max-lag",
       "records that the farthest follower here is behind",
       {"kafka.server:type=ReplicaFetcherManager,name=MaxLag,clientId=Replica",
        "kafka.server:type=ReplicaFetcherManager,name=Replica-MaxLag"},
       kGauge},
      {"purgatory",
       "requests that wait for something to happen",
       {"kafka.server:type=DelayedOperationPurgatory,name=PurgatorySize,delayedOperation=*",
        "kafka.server:type=*RequestPurgatory,name=PurgatorySize",
        "kafka.server:type=*RequestPurgatory,name=NumDelayedRequests"},
       kGauge},
      {"log-size",
       "bytes of each partition's log",
       {"kafka.log:type=Log,name=Size,topic=*,partition=*", "kafka.log:type=Log,name=*-Size"},
       kGauge},
      {"log-end",
       "the next offset of each partition's log",
       {"kafka.log:type=Log,name=LogEndOffset,topic=*,partition=*",
        "kafka.log:type=Log,name=*-LogEndOffset"},
       kGauge},
      {"log-flush",
       "time of flushes to disk, milliseconds",
       {"kafka.log:type=LogFlushStats,name=LogFlushRateAndTimeMs"},
       {"Count", "OneMinuteRate", "Mean", "99thPercentile", "Max"}},
      {"heap", "memory of the JVM's heap", {"java.lang:type=Memory"}, {"HeapMemoryUsage"}},
      {"gc",
       "collections of garbage, and their milliseconds",
       {"java.lang:type=GarbageCollector,name=*"},
       {"CollectionCount", "CollectionTime"}},
  };
}

#undef TOPIC_METER
#undef REQUEST_TIME

}  // namespace

std::span<const Alias> aliases() {
  static const std::vector<Alias> list = all();
  return list;
}

const Alias* find_alias(std::string_view name) {
  for (const auto& alias : aliases())
    if (alias.name == name) return &alias;
  return nullptr;
}

std::string alias_lines() {
  constexpr size_t kNameWidth = 20;
  std::string lines;
  for (const auto& alias : aliases()) {
    std::string name(alias.name);
    name.resize(kNameWidth, ' ');
    lines += "  " + name + std::string(alias.meaning) + '\n';
  }
  return lines;
}

}  // namespace kt::jmx
