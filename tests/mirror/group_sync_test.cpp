// Groups kept in step in what MirrorMaker 2 copied, where its checkpoints tell of them.
#include "mirror/group_sync.h"

#include <doctest/doctest.h>

#include "base/bytes.h"
#include "client/producer.h"
#include "sandbox/sandbox.h"

using namespace kt;
using namespace kt::mirror;

namespace {

ClientOptions options_for(const Sandbox& sandbox) {
  ClientOptions options;
  options.bootstrap = net::parse_host_ports(sandbox.bootstrap(), 9092);
  return options;
}

void produce(Cluster& cluster, const std::string& name, const std::string& key,
             const std::string& value) {
  Producer producer(cluster, {});
  RecordView record;
  record.key = key;
  record.value = value;
  producer.append(producer.add_topic(name), 0, record, {}, 0);
  producer.flush();
}

void write_checkpoint(Cluster& cluster, const std::string& topic, const std::string& group,
                      int64_t source_offset, int64_t target_offset) {
  std::string key, value;
  ByteWriter names(key), offsets(value);
  for (const std::string& name : {group, std::string("A.t")}) {
    names.integer(static_cast<int16_t>(name.size()));
    names.bytes(name);
  }
  names.integer(int32_t{0});
  offsets.integer(int16_t{0});
  offsets.integer(source_offset);
  offsets.integer(target_offset);
  offsets.integer(int16_t{0});
  produce(cluster, topic, key, value);
}

void stand(Cluster& cluster, const std::string& group, int64_t offset) {
  auto description = describe_groups(cluster, {group}).front();
  auto outcomes = commit_to_kafka(cluster, description, {{{"t", 0}, offset}});
  CHECK(outcomes.at(0).error_code == 0);
}

int64_t position_of(Cluster& cluster, const std::string& group) {
  auto offsets = fetch_group_offsets(cluster, describe_groups(cluster, {group}));
  const auto* found = offsets.at(0).partitions.find({"A.t", 0});
  return found == nullptr ? -1 : found->offset;
}

}  // namespace

TEST_CASE("checkpoints place groups that no offset sync does, where they are of that position") {
  Sandbox source{{.brokers = 1}}, target{{.brokers = 1}};
  source.create_topic("t", 1);
  for (const char* topic : {"A.t", "A.checkpoints.internal"}) target.create_topic(topic, 1);
  Cluster from(options_for(source)), to(options_for(target));
  // The copy has lost its first three records, as MirrorMaker 2's began late.
  for (int i = 0; i < 10; ++i) produce(from, "t", "k", std::to_string(i));
  for (int i = 3; i < 10; ++i) produce(to, "A.t", "k", std::to_string(i));
  stand(from, "told", 6);
  stand(from, "moved", 8);
  stand(from, "far", 9);
  stand(from, "near", 5);
  write_checkpoint(to, "A.checkpoints.internal", "told", 4, 0);
  write_checkpoint(to, "A.checkpoints.internal", "told", 6, 2);
  write_checkpoint(to, "A.checkpoints.internal", "moved", 6, 2);
  write_checkpoint(to, "A.checkpoints.internal", "far", 9, 70);
  write_checkpoint(to, "A.checkpoints.internal", "near", 5, 0);
  GroupSyncOptions options;
  options.mirror = "mirror";
  options.source_cluster_id = from.refresh({})->cluster_id;
  options.maker.emplace().checkpoints = read_checkpoints(to, "A.checkpoints.internal");
  options.log = options.warn = [](const std::string&) {};
  SUBCASE("no syncs") {}
  SUBCASE("a sync that lies before one of them alone") {
    options.groups.emplace_back("near");
    options.maker->syncs[{"t", 0}] = {{{"t", 0}, 4, 1}};
  }
  bool has_syncs = !options.maker->syncs.empty();
  MirrorOptions copying;
  copying.source_cluster_id = options.source_cluster_id;
  Mirror mirror(from, to, copying);
  mirror.add({"t", 0}, {"A.t", 0});
  GroupSync(from, to, mirror, std::move(options)).finish();
  if (has_syncs) {
    CHECK(position_of(to, "near") == 2);  // exactly, by the sync and the record between
    CHECK(position_of(to, "told") == -1);
    return;
  }
  CHECK(position_of(to, "told") == 2);    // the newest checkpoint
  CHECK(position_of(to, "near") == 0);    // before the exact place, as MirrorMaker 2 set it
  CHECK(position_of(to, "moved") == -1);  // it has gone on since
  CHECK(position_of(to, "far") == -1);    // beyond what the copy holds
}
