// The typed nodes: what releases write (as seen on real ones), what kt writes, and errors that name
// path and cause.
#include <doctest/doctest.h>

#include <thread>

#include "base/error.h"
#include "support/fake_zookeeper.h"
#include "zookeeper/acls.h"
#include "zookeeper/brokers.h"
#include "zookeeper/cluster.h"
#include "zookeeper/configs.h"
#include "zookeeper/consumers.h"
#include "zookeeper/orders.h"
#include "zookeeper/topics.h"

using namespace kt;
using namespace kt::zk;

namespace {

struct Fixture {
  test::FakeZooKeeper server;
  Session session{SessionOptions{.servers = parse_servers(server.address())}};
};

}  // namespace

TEST_CASE("brokers of every version of the node are read") {
  auto old = parse_broker(
      1, R"({ "host":"h", "jmx_port":-1, "port":9092, "timestamp":"1", "version":1 })", "/p");
  CHECK(old.endpoints.at(0).address == net::HostPort{"h", 9092});
  CHECK(old.rack.empty());
  auto secure = parse_broker(
      2,
      R"({"listener_security_protocol_map":{"IN":"SSL"},"endpoints":["IN://[::1]:9093"],"rack":"r","jmx_port":-1,"host":null,"timestamp":"1","port":-1,"version":4})",
      "/p");
  CHECK(secure.endpoints.at(0).address == net::HostPort{"::1", 9093});
  CHECK(secure.endpoints.at(0).security_protocol == "SSL");
  CHECK(secure.rack == "r");
}

TEST_CASE("hostile nodes are errors that name path and cause") {
  CHECK_THROWS_WITH(parse_broker(1, R"({"host":"h","port":70000})", "/brokers/ids/1"),
                    "/brokers/ids/1: port: 70000 is not within 0 and 65535");
  CHECK_THROWS_WITH(parse_broker(1, R"({"port":1})", "/brokers/ids/1"),
                    "/brokers/ids/1: \"host\" is missing");
  CHECK_THROWS_AS(parse_broker(1, "creator:h:9092", "/brokers/ids/1"), Error);
  Node node;
  node.data = R"({"version":1,"partitions":{"x":[1]}})";
  CHECK_THROWS_WITH(parse_topic("t", node, "/brokers/topics/t"),
                    "/brokers/topics/t: partitions: \"x\" is no partition");
  node.data = R"({"version":1,"partitions":{"0":[1,"2"]}})";
  CHECK_THROWS_WITH(parse_topic("t", node, "/t"),
                    "/t: partitions: 0[1]: a whole number is needed, not a string");
  node.data = std::string(100'000, '[');
  CHECK_THROWS_WITH(parse_topic("t", node, "/t"), "/t: not JSON: more than 100 levels");
}

TEST_CASE("adding partitions keeps what kt does not know, the id of the topic above all") {
  Fixture f;
  f.server.put(
      "/brokers/topics/t",
      R"({"removing_replicas":{},"partitions":{"0":[1,2]},"topic_id":"AAAAAAAAAAAAAAAAAAAAAQ","adding_replicas":{},"version":3,"new":1.50})");
  auto topic = topics(f.session, {"t", "absent"});
  REQUIRE(topic[0]);
  CHECK_FALSE(topic[1]);
  CHECK(topic[0]->topic_id == "AAAAAAAAAAAAAAAAAAAAAQ");
  CHECK(add_partitions(f.session, *topic[0], {{1, {2, 1}}}) == Written::done);
  CHECK(
      f.server.node("/brokers/topics/t")->data ==
      R"({"removing_replicas":{},"partitions":{"0":[1,2],"1":[2,1]},"topic_id":"AAAAAAAAAAAAAAAAAAAAAQ","adding_replicas":{},"version":3,"new":1.50})");
  CHECK(add_partitions(f.session, *topic[0], {{2, {1, 2}}}) == Written::conflict);
}

TEST_CASE("a topic that the controller has rewritten while its answer was lost counts as created") {
  Fixture f;
  f.server.cut(test::FakeZooKeeper::create, true);
  f.server.put("/brokers/topics", "");
  f.server.then(test::FakeZooKeeper::create, [&] {
    f.server.put("/brokers/topics/t",
                 R"({"version":3,"topic_id":"x","partitions":{"0":[1]},"adding_replicas":{}})");
  });
  CHECK(create_topic(f.session, "t", {{0, {1}}}) == Written::done);
}

TEST_CASE("the notice of a change is the one that the release reads") {
  CHECK(change_notice("0.8.0") == ChangeNotice::none);
  CHECK(notice_data(change_notice("0.8.1"), "topics/t") == "\"t\"");
  CHECK(notice_data(change_notice("0.8.2"), "topics/t") == "\"t\"");
  CHECK(notice_data(change_notice("0.9"), "topics/t") ==
        R"({"version":1,"entity_type":"topics","entity_name":"t"})");
  CHECK(notice_data(change_notice("0.10.0"), "topics/t") ==
        R"({"version":1,"entity_type":"topics","entity_name":"t"})");
  for (const char* release : {"0.10.1", "0.11.0", "1.1", "2.8", "3.0-3.2", "3.9"})
    CHECK(notice_data(change_notice(release), "topics/t") ==
          R"({"version":2,"entity_path":"topics/t"})");
  CHECK(notice_data(change_notice("0.9"), "clients/app") ==
        R"({"version":1,"entity_type":"clients","entity_name":"app"})");
}

TEST_CASE("names of entities are encoded as Kafka encodes them") {
  CHECK(entity_path("users", "") == "users/<default>");
  CHECK(entity_path("clients", "a b*c+d/e~") == "clients/a%20b%2Ac%2Bd%2Fe%7E");
  CHECK(entity_path("users", "CN=\xc3\xa9-1_.") == "users/CN%3D%C3%A9-1_.");
}

TEST_CASE("settings are replaced as a whole, under the version that was read") {
  Fixture f;
  auto none = config(f.session, "topics/t");
  CHECK_FALSE(none.node_version);
  CHECK(write_config(f.session, "topics/t", none, {{"a", "1"}}) == Written::done);
  CHECK(f.server.node("/config/topics/t")->data == R"({"version":1,"config":{"a":"1"}})");
  auto read = config(f.session, "topics/t");
  CHECK(read.entries == std::map<std::string, std::string>{{"a", "1"}});
  f.server.put("/config/topics/t", R"({"version":1,"config":{"a":"2"}})");
  CHECK(write_config(f.session, "topics/t", read, {{"a", "3"}}) == Written::conflict);
}

TEST_CASE("large orders go in parts, each below its limit, in order and complete") {
  std::vector<Partition> partitions;
  for (int i = 0; i < 1'000; ++i) partitions.emplace_back("topic-" + std::to_string(i), i);
  std::vector<Partition> again;
  auto nodes = election_nodes(partitions, 2'000);
  CHECK(nodes.size() > 10);
  for (const auto& node : nodes) {
    CHECK(node.size() <= 2'000);
    for (auto& partition : parse_election(node, "/p")) again.push_back(partition);
  }
  CHECK(again == partitions);
  CHECK(election_nodes({{"T", 0}}, 2'000) ==
        std::vector<std::string>{R"({"version":1,"partitions":[{"topic":"T","partition":0}]})"});
  CHECK(reassignment_nodes({{{"T", 0}, {1, 2}}}, 2'000) ==
        std::vector<std::string>{
            R"({"version":1,"partitions":[{"topic":"T","partition":0,"replicas":[1,2]}]})"});
}

TEST_CASE("an order is refused while another one stands there") {
  Fixture f;
  f.server.put("/admin/reassign_partitions", R"({"version":1,"partitions":[]})");
  CHECK_THROWS_WITH(order_reassignment(f.session, {{{"t", 0}, {1}}}),
                    "another reassignment is under way: ZooKeeper has /admin/reassign_partitions");
  CHECK(running_reassignment(f.session)->empty());
  CHECK_FALSE(running_election(f.session));
  order_election(f.session, {{"t", 0}});
  CHECK(running_election(f.session) == std::vector<Partition>{{"t", 0}});
}

TEST_CASE("an election over 900 KB goes in parts, each after the last one has gone") {
  Fixture f;
  std::vector<Partition> wanted, elected;
  for (int32_t i = 0; i < 4'000; ++i) wanted.push_back({std::string(249, 't'), i});
  std::vector<size_t> sizes;
  std::thread controller([&] {
    Session session{SessionOptions{.servers = parse_servers(f.server.address())}};
    constexpr const char* kPath = "/admin/preferred_replica_election";
    while (elected.size() < wanted.size() && !session.deadline().expired()) {
      session.await(
          kPath, [](const auto& node) { return node.has_value(); }, session.deadline());
      auto node = session.get(kPath);
      if (!node) continue;
      sizes.push_back(node->data.size());
      for (auto& partition : parse_election(node->data, kPath)) elected.push_back(partition);
      session.remove(kPath, node->version);
    }
  });
  std::vector<size_t> done;
  order_election(f.session, wanted, [&](size_t count, size_t) { done.push_back(count); });
  controller.join();
  CHECK(elected == wanted);
  REQUIRE(sizes.size() == 2);
  CHECK(sizes[0] <= 900'000);
  CHECK(sizes[0] > 899'000);
  REQUIRE(done.size() == 2);
  CHECK(done[0] == 0);
  CHECK(done[1] > 3'000);
}

TEST_CASE("moves over 900 KB are as many as one node holds, then the rest") {
  std::vector<Move> moves;
  for (int32_t i = 0; i < 4'000; ++i) moves.push_back({{std::string(249, 't'), i}, {1, 2, 3}});
  auto count = moves_in_one_order(moves);
  auto nodes = reassignment_nodes(moves, 900'000);
  REQUIRE(nodes.size() == 2);
  CHECK(parse_reassignment(nodes[0], "/p").size() == count);
  moves.resize(count);
  CHECK(moves_in_one_order(moves) == count);
  CHECK(moves_in_one_order({}) == 0);
}

TEST_CASE("groups are read with members, owners and positions, and positions written back") {
  Fixture f;
  f.server.put("/consumers/g/ids/g_my-host-1795539946892-0a1b2c3d",
               R"({"version":1,"subscription":{"t":2},"pattern":"static","timestamp":"1"})");
  f.server.put("/consumers/g/owners/t/0", "g_my-host-1795539946892-0a1b2c3d-0");
  f.server.put("/consumers/g/offsets/t/0", "42");
  f.server.put("/consumers/other", "");
  CHECK(group_names(f.session) == std::vector<std::string>{"g", "other"});
  auto groups = consumer_groups(f.session, {"g", "other", "absent"});
  CHECK(groups[0].members.at(0).host == "my-host");
  CHECK(groups[0].members.at(0).subscription.at("t") == 2);
  CHECK(owner_member(groups[0].owners.at({"t", 0})) == groups[0].members[0].id);
  CHECK(groups[0].offsets.at({"t", 0}).offset == 42);
  CHECK(groups[1].exists);
  CHECK_FALSE(groups[2].exists);
  auto written = write_offsets(f.session, groups[0], {{{"t", 0}, 43}, {{"u", 1}, 7}});
  CHECK(written == std::vector<Written>{Written::done, Written::done});
  CHECK(f.server.node("/consumers/g/offsets/t/0")->data == "43");
  CHECK(f.server.node("/consumers/g/offsets/u/1")->data == "7");
  f.server.put("/consumers/g/offsets/t/0", "99");
  CHECK(write_offsets(f.session, groups[0], {{{"t", 0}, 44}})[0] == Written::conflict);
  CHECK_THROWS_WITH(parse_offset("4x", "/p"), "ZooKeeper node /p: \"4x\" is no offset");
}

TEST_CASE("nothing is written where a KRaft controller owns the cluster") {
  Fixture f;
  f.server.put("/controller", R"({"version":1,"brokerid":1,"timestamp":"1"})");
  refuse_where_kraft_owns(f.session);
  CHECK(controller(f.session)->broker_id == 1);
  SUBCASE("by the migration node") {
    f.server.put("/migration", R"({"version":0,"kraft_controller_id":3000})");
    CHECK_THROWS_AS(refuse_where_kraft_owns(f.session), Error);
  }
  SUBCASE("by the controller's epoch") {
    f.server.put("/controller", R"({"version":2,"brokerid":1,"kraftControllerEpoch":5})");
    CHECK_THROWS_AS(refuse_where_kraft_owns(f.session), Error);
  }
}

TEST_CASE("rights are read as brokers write them, and hostile ones are errors") {
  auto rules = parse_acls(
      R"({"version":1,"acls":[{"principal":"User:a","permissionType":"Deny","operation":"All","host":"10.0.0.1"},{"principal":"User:b","permissionType":"Allow","operation":"Read"}]})",
      "/p");
  REQUIRE(rules.size() == 2);
  CHECK(rules[0] == AclEntry{"User:a", "Deny", "All", "10.0.0.1"});
  CHECK(rules[1].host == "*");
  CHECK(parse_acls("", "/p").empty());
  CHECK_THROWS_WITH(parse_acls(R"({"version":1})", "/p"), "/p: \"acls\" is missing");
  CHECK_THROWS_AS(parse_acls(R"({"acls":[{"principal":1}]})", "/p"), Error);
}

TEST_CASE("rights are written conditionally, told to brokers, and gone with the last rule") {
  Fixture f;
  AclEntry alice{"User:alice", "Allow", "Read", "*"}, bob{"User:bob", "Allow", "Read", "*"};
  auto none = acls_of(f.session, "Topic", "orders");
  CHECK_FALSE(none.node_version);
  CHECK(write_acls(f.session, none, {alice}) == Written::done);
  CHECK(
      f.server.node("/kafka-acl/Topic/orders")->data ==
      R"({"version":1,"acls":[{"principal":"User:alice","permissionType":"Allow","operation":"Read","host":"*"}]})");
  CHECK(f.server.node("/kafka-acl-changes/acl_changes_0000000000")->data == "Topic:orders");
  auto read = acls_of(f.session, "Topic", "orders");
  CHECK(read.entries == std::vector{alice});
  // Somebody else was faster.
  f.server.put("/kafka-acl/Topic/orders", acls_data({alice, bob}));
  CHECK(write_acls(f.session, read, {}) == Written::conflict);
  CHECK(write_acls(f.session, none, {bob}) == Written::exists);
  CHECK_FALSE(f.server.node("/kafka-acl-changes/acl_changes_0000000001"));
  read = acls_of(f.session, "Topic", "orders");
  CHECK(write_acls(f.session, read, {}) == Written::done);
  CHECK_FALSE(f.server.node("/kafka-acl/Topic/orders"));
  f.server.put("/kafka-acl/Group/billing", acls_data({bob}));
  auto all = acls(f.session);
  REQUIRE(all.size() == 1);
  CHECK(all[0].type == "Group");
  CHECK(all[0].name == "billing");
}

TEST_CASE("names of entities are decoded as Kafka encodes them") {
  Fixture f;
  f.server.put("/config/users/a%20b%2A", "{}");
  f.server.put("/config/users/<default>", "{}");
  f.server.put("/config/users/100%", "{}");
  CHECK(entity_names(f.session, "users") == std::vector<std::string>{"100%", "", "a b*"});
  CHECK(entity_names(f.session, "clients").empty());
}
