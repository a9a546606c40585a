// Sessions against the fake of ZooKeeper: answers, conflicts, what is believed after a lost
// connection, watches, rights, and servers that are not there.
#include "zookeeper/session.h"

#include <doctest/doctest.h>

#include <csignal>

#include "base/error.h"
#include "support/fake_zookeeper.h"

using namespace kt;
using namespace kt::zk;
using test::FakeZooKeeper;

namespace {

SessionOptions options(const std::string& servers, int seconds = 10) {
  SessionOptions options{.servers = parse_servers(servers)};
  options.deadline = Deadline(std::chrono::seconds(seconds));
  return options;
}

// ZooKeeper's client writes to sockets that may be closed; kt ignores the signal too.
const auto kNoSignal = std::signal(SIGPIPE, SIG_IGN);

struct Fixture {
  FakeZooKeeper server;
  Session session{options(server.address())};
};

}  // namespace

TEST_CASE("nodes are read with data and version, absent ones are nothing") {
  Fixture f;
  f.server.put("/a/b", "one");
  f.server.put("/a/b", "two");
  f.server.put("/a/c", "");
  auto node = f.session.get("/a/b");
  REQUIRE(node);
  CHECK(node->data == "two");
  CHECK(node->version == 1);
  CHECK_FALSE(f.session.get("/x"));
  CHECK(f.session.children("/a") == std::vector<std::string>{"b", "c"});
  CHECK_FALSE(f.session.children("/x"));
  CHECK(f.session.exists("/a")->child_count == 2);
}

TEST_CASE("many reads keep their order") {
  Fixture f;
  std::vector<std::string> paths;
  for (int i = 0; i < 2'000; ++i) {
    paths.push_back("/n/" + std::to_string(i));
    if (i % 3 != 0) f.server.put(paths.back(), std::to_string(i));
  }
  auto nodes = f.session.get(paths);
  REQUIRE(nodes.size() == paths.size());
  for (size_t i = 0; i < nodes.size(); ++i) {
    CHECK(nodes[i].has_value() == (i % 3 != 0));
    if (nodes[i]) CHECK(nodes[i]->data == std::to_string(i));
  }
}

TEST_CASE("paths are relative to the chroot") {
  FakeZooKeeper server;
  server.put("/kafka/one/x", "inside");
  Session session(options(server.address() + "/kafka/one/"));
  CHECK(session.get("/x")->data == "inside");
  CHECK(session.create("/y", "new") == Written::done);
  CHECK(server.node("/kafka/one/y")->data == "new");
}

TEST_CASE("writes tell a conflict, an absent node and one that exists") {
  Fixture f;
  f.server.put("/a", "0");
  CHECK(f.session.create("/a", "x") == Written::exists);
  CHECK(f.session.create("/none/a", "x") == Written::absent);
  CHECK(f.session.set("/a", "1", 0) == Written::done);
  CHECK(f.session.set("/a", "2", 0) == Written::conflict);
  CHECK(f.session.set("/none", "2", 0) == Written::absent);
  f.server.put("/a/below", "");
  CHECK(f.session.remove("/a", 1) == Written::not_empty);
  CHECK(f.session.remove("/a/below", 7) == Written::conflict);
  CHECK(f.session.remove("/a/below", 0) == Written::done);
  CHECK(f.server.node("/a")->data == "1");
  f.session.make_path("/p/q/r");
  CHECK(f.server.node("/p/q/r"));
  CHECK(f.session.create_sequential("/p/n_", "x") == "/p/n_0000000000");
  CHECK(f.session.create_sequential("/p/n_", "x") == "/p/n_0000000001");
}

TEST_CASE("ephemeral nodes go with the session") {
  FakeZooKeeper server;
  {
    Session session(options(server.address()));
    CHECK(session.create_ephemeral("/e", "x") == Written::done);
    CHECK(server.node("/e"));
  }
  CHECK_FALSE(server.node("/e"));
}

TEST_CASE("a read whose connection is cut is asked again") {
  Fixture f;
  f.server.put("/a", "x");
  f.server.cut(FakeZooKeeper::get, true);
  CHECK(f.session.get("/a")->data == "x");
  CHECK(f.server.connections() == 2);
}

TEST_CASE("a write whose answer is lost is looked at, not assumed") {
  Fixture f;
  f.server.put("/a", "0");
  SUBCASE("set, and it was done") {
    f.server.cut(FakeZooKeeper::set, true);
    CHECK(f.session.set("/a", "1", 0) == Written::done);
    CHECK(f.server.node("/a")->version == 1);
    CHECK(f.server.count(FakeZooKeeper::set) == 1);
  }
  SUBCASE("set, and it was not done") {
    f.server.cut(FakeZooKeeper::set, false);
    CHECK(f.session.set("/a", "1", 0) == Written::done);
    CHECK(f.server.node("/a")->version == 1);
    CHECK(f.server.count(FakeZooKeeper::set) == 2);
  }
  SUBCASE("set, not done, and somebody else was faster") {
    f.server.cut(FakeZooKeeper::set, false);
    f.server.then(FakeZooKeeper::set, [&] { f.server.put("/a", "theirs"); });
    CHECK(f.session.set("/a", "1", 0) == Written::conflict);
    CHECK(f.server.node("/a")->data == "theirs");
  }
  SUBCASE("set, and changed again since") {
    f.server.cut(FakeZooKeeper::set, true);
    f.server.then(FakeZooKeeper::set, [&] { f.server.put("/a", "theirs"); });
    CHECK(f.session.set("/a", "1", 0) == Written::uncertain);
    CHECK(f.server.node("/a")->data == "theirs");
  }
  SUBCASE("create, and it was done") {
    f.server.cut(FakeZooKeeper::create, true);
    CHECK(f.session.create("/b", "x") == Written::done);
    CHECK(f.server.count(FakeZooKeeper::create) == 1);
  }
  SUBCASE("create, and it was not done") {
    f.server.cut(FakeZooKeeper::create, false);
    CHECK(f.session.create("/b", "x") == Written::done);
    CHECK(f.server.node("/b")->data == "x");
  }
  SUBCASE("create, and another one stands there") {
    f.server.cut(FakeZooKeeper::create, false);
    f.server.then(FakeZooKeeper::create, [&] { f.server.put("/b", "theirs"); });
    CHECK(f.session.create("/b", "x") == Written::uncertain);
    CHECK(f.server.node("/b")->data == "theirs");
  }
  SUBCASE("delete, and it was done") {
    f.server.cut(FakeZooKeeper::remove, true);
    CHECK(f.session.remove("/a", 0) == Written::done);
    CHECK(f.server.count(FakeZooKeeper::remove) == 1);
  }
}

TEST_CASE("many writes through a cut connection are each done once") {
  Fixture f;
  f.server.put("/n", "");
  std::vector<Write> writes;
  for (int i = 0; i < 300; ++i) writes.push_back({"/n/" + std::to_string(i), "x", std::nullopt});
  f.session.get("/n");
  f.server.cut(FakeZooKeeper::create, true);
  for (auto written : f.session.write(writes)) CHECK(written == Written::done);
  for (const auto& write : writes) CHECK(f.server.node(write.path)->version == 0);
}

TEST_CASE("an expired session is replaced") {
  Fixture f;
  f.server.put("/a", "x");
  CHECK(f.session.create_ephemeral("/e", "") == Written::done);
  f.server.expire_sessions();
  CHECK(f.session.get("/a")->data == "x");
  CHECK_FALSE(f.session.get("/e"));
  CHECK(f.session.set("/a", "y", 0) == Written::done);
}

TEST_CASE("a wait ends when the node goes, and at its deadline") {
  Fixture f;
  f.server.put("/a", "x");
  CHECK_FALSE(f.session.await_gone("/a", Deadline(Milliseconds(30))));
  std::thread other([&] {
    while (f.server.count(FakeZooKeeper::exists) < 3) std::this_thread::yield();
    f.server.erase("/a");
  });
  CHECK(f.session.await_gone("/a", f.session.deadline()));
  other.join();
}

TEST_CASE("nodes with rights need credentials, and new ones below them get the same") {
  FakeZooKeeper server;
  server.put("/a", "x");
  server.protect("/a", "kt:pass");
  Session stranger(options(server.address()));
  try {
    stranger.get("/a");
    FAIL("a stranger was let in");
  } catch (const Error& error) {
    CHECK(error.message().find("does not allow to get /a") != std::string::npos);
    CHECK(error.exit() == Exit::failed);
  }
  auto with = options(server.address());
  with.digest = "kt:pass";
  Session friendly(with);
  CHECK(friendly.get("/a")->data == "x");
  CHECK(friendly.create("/a/b", "y") == Written::done);
  CHECK(server.node("/a/b")->digest == "kt:pass");
}

TEST_CASE("a node too large for ZooKeeper is refused before it is sent") {
  Fixture f;
  CHECK_THROWS_WITH_AS(f.session.create("/a", std::string(1'100'000, 'x')),
                       "ZooKeeper node /a would have 1100000 bytes, and ZooKeeper takes 1 MiB",
                       Error);
  CHECK(f.server.count(FakeZooKeeper::create) == 0);
}

TEST_CASE("servers that are not there end with code 4 and say why") {
  try {
    Session(options("127.0.0.1:1")).get("/a");
    FAIL("nobody listens there");
  } catch (const Error& error) {
    CHECK(error.message() == "ZooKeeper: connection to 127.0.0.1:1 refused");
    CHECK(error.exit() == Exit::unreachable);
  }
  test::ScriptedPeer mute([](test::PeerConnection& connection) { connection.wait_for_close(); });
  try {
    auto brief = options("127.0.0.1:" + std::to_string(mute.port()));
    brief.deadline = Deadline(Milliseconds(600));
    Session(brief).get("/a");
    FAIL("it never answers");
  } catch (const Error& error) {
    CHECK(error.message().find("gives no session in time") != std::string::npos);
    CHECK(error.exit() == Exit::unreachable);
  }
}

TEST_CASE("one living server of several is enough") {
  FakeZooKeeper server;
  test::BlackHole hole;
  server.put("/a", "x");
  Session session(
      options("127.0.0.1:" + std::to_string(hole.port()) + ",127.0.0.1:1," + server.address()));
  CHECK(session.get("/a")->data == "x");
}

TEST_CASE("server lists are read with chroot, and wrong ones refused") {
  auto servers = parse_servers("a:1, [::1]:2,c/kafka/x/");
  CHECK(servers.addresses.size() == 3);
  CHECK(servers.addresses[2].port == 2181);
  CHECK(servers.chroot == "/kafka/x");
  CHECK(servers.to_string() == "a:1,[::1]:2,c:2181/kafka/x");
  CHECK(parse_servers("a:1/").chroot.empty());
  CHECK_THROWS_AS(parse_servers("/kafka"), Error);
  CHECK_THROWS_AS(parse_servers("a/x,b/x"), Error);
}
