// The wire of 0.7: what a real broker answered, and what becomes of answers that are wrong.
#include "legacy/broker.h"

#include <doctest/doctest.h>

#include "base/json.h"
#include "net/error.h"
#include "storage/file.h"
#include "support/fake_kafka07.h"
#include "support/hex.h"
#include "support/kafka07.h"

using namespace kt;
using namespace kt::legacy;
using namespace kt::test;

namespace {

const std::string kData = KT_SOURCE_DIR "/tests/data/kafka07";
constexpr Milliseconds kTimeout{5'000};

struct Exchange {
  std::string what, request;
  std::optional<std::string> response;  ///< nothing: it closed the connection
};

/// What was recorded of a real 0.7.0 broker.
std::vector<Exchange> recorded() {
  std::vector<Exchange> all;
  auto text = read_file(kData + "/wire.jsonl");
  std::string_view rest = text;
  while (!rest.empty()) {
    auto end = std::min(rest.find('\n'), rest.size());
    auto json = Json::parse(rest.substr(0, end), "wire.jsonl");
    rest.remove_prefix(std::min(end + 1, rest.size()));
    Exchange one{*json.find("what")->get<std::string>(),
                 from_hex(*json.find("request")->get<std::string>()), std::nullopt};
    if (const auto* answer = json.find("response")->get<std::string>())
      one.response = from_hex(*answer);
    all.push_back(std::move(one));
  }
  return all;
}

/// A broker that gives the recorded answers to the recorded requests and nothing else.
class Recording {
 public:
  Recording()
      : exchanges_(recorded()), peer_([this](PeerConnection& connection) {
          for (;;) {
            auto body = connection.read_frame();
            if (body.empty()) return;
            std::string frame;
            ByteWriter(frame).integer(static_cast<int32_t>(body.size()));
            frame += body;
            const auto* known = find(frame);
            if (known == nullptr || !known->response) return connection.shut_down();
            connection.write(*known->response);
          }
        }) {}
  net::HostPort address() const { return {"127.0.0.1", peer_.port()}; }

 private:
  const Exchange* find(const std::string& frame) const {
    for (const auto& one : exchanges_)
      if (one.request == frame) return &one;
    return nullptr;
  }
  std::vector<Exchange> exchanges_;
  ScriptedPeer peer_;
};

std::vector<std::string> read_all(Log& log, size_t read_bytes) {
  std::vector<std::string> messages;
  LogReader reader(log, log.start(), read_bytes);
  while (auto entry = reader.next()) {
    REQUIRE(entry->messages != nullptr);
    messages.insert(messages.end(), entry->messages->begin(), entry->messages->end());
  }
  return messages;
}

}  // namespace

TEST_CASE("the recorded answers of a real 0.7.0 broker are understood") {
  Recording recording;
  Broker broker(recording.address(), kTimeout);
  std::string bytes;
  broker.fetch("mix", 0, 0, 300, bytes);
  EntryReader entries;
  CHECK(entries.front(bytes, false).kind == Front::Kind::messages);
  CHECK(entries.messages().front() == "plain-00000-");
  bytes.clear();
  broker.fetch("mix", 0, 0x286e, 1500, bytes);
  CHECK(entries.front(bytes, false).kind == Front::Kind::messages);
  CHECK(entries.messages().size() == 10);
  CHECK(entries.messages()[3] == "gz-00000-3");
  bytes.clear();
  broker.fetch("mix", 1, 0, 10, bytes);
  auto front = entries.front(bytes, false);
  CHECK(front.kind == Front::Kind::more);
  CHECK(front.size_bytes == 221);
  bytes.clear();
  broker.fetch("mix", 0, 0x8466, 300, bytes);
  broker.fetch("nope", 0, 0, 300, bytes);
  CHECK(bytes.empty());
  CHECK_THROWS_WITH_AS(broker.fetch("mix", 0, 10'000'000, 300, bytes),
                       doctest::Contains("outside of what it has"), Error);
}

TEST_CASE("the fake broker answers every recorded request as the real one did") {
  FakeKafka07 fake(kData);
  auto exchanges = recorded();
  CHECK(exchanges.size() == 14);
  for (const auto& one : exchanges) {
    CAPTURE(one.what);
    auto transport = net::connect_tcp(fake.address(), Deadline(kTimeout));
    std::string_view request = one.request;
    transport->write_all({&request, 1}, Deadline(kTimeout));
    std::string got(one.response ? one.response->size() : 1, '\0');
    size_t done = 0;
    try {
      while (done < got.size())
        done += transport->read_some(got.data() + done, got.size() - done, Deadline(kTimeout));
    } catch (const net::NetError&) {
      CHECK_FALSE(one.response);
    }
    if (one.response) CHECK(got == *one.response);
  }
}

TEST_CASE("a broker's partitions are counted and read, however little at once") {
  FakeKafka07 fake(kData);
  Broker broker(fake.address(), kTimeout);
  CHECK(broker.count_partitions("mix") == 2);
  for (int32_t partition = 0; partition < 2; ++partition)
    for (size_t read_bytes : {100, 5'000, 1 << 20}) {
      BrokerLog log({"mix", 0, partition}, fake.address(), kTimeout);
      CHECK(log.start() == 0);
      CHECK(log.end() == (partition == 0 ? 33'894 : 265'200));
      CHECK(read_all(log, read_bytes) == kafka07_messages(partition));
    }
  BrokerLog absent({"nope", 0, 0}, fake.address(), kTimeout);
  CHECK(absent.start() == absent.end());
}

TEST_CASE("connections that are lost are made again, and half an answer is not used") {
  FakeKafka07 fake(kData);
  BrokerLog log({"mix", 0, 1}, fake.address(), kTimeout);
  LogReader reader(log, 0, 1'000);
  std::vector<std::string> messages;
  int count = 0;
  while (auto entry = reader.next()) {
    messages.emplace_back(entry->messages->front());
    if (++count % 100 == 0) (count % 200 == 0 ? fake.to_close : fake.to_cut) = 1;
  }
  CHECK(messages == kafka07_messages(1));
}

TEST_CASE("answers that no 0.7 broker gives end in an error") {
  for (std::string_view answer :
       {std::string_view("\x7f\xff\xff\xff\0\0", 6), std::string_view("\0\0\0\1\0", 5),
        std::string_view("\0\0\0\x06\0\0\x7f\xff\xff\xff", 10),
        std::string_view("\0\0\0\x06\0\0\xff\xff\xff\xff", 10),
        std::string_view("\0\0\0\x0e\0\0\0\0\0\1\xff\xff\xff\xff\xff\xff\xff\xff", 18)}) {
    ScriptedPeer peer([&](PeerConnection& connection) {
      connection.read_frame();
      connection.write(answer);
      connection.wait_for_close();
    });
    CHECK_THROWS_AS(BrokerLog({"t", 0, 0}, {"127.0.0.1", peer.port()}, kTimeout), Error);
  }
}
