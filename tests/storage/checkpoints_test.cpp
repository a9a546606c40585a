#include "storage/checkpoints.h"

#include <doctest/doctest.h>

#include "base/bytes.h"
#include "storage/index_files.h"
#include "support/hex.h"

TEST_CASE("checkpoints of epochs and offsets as Kafka writes them, an empty file too") {
  std::string epochs = "0\n2\n0 0\n5 1200\n";
  CHECK(kt::read_leader_epochs(epochs) == std::vector<kt::EpochStart>{{0, 0}, {5, 1200}});
  CHECK(kt::write_leader_epochs({{0, 0}, {5, 1200}}) == epochs);
  std::string offsets = "0\n2\nwith-dash.topic 3 42\n__consumer_offsets 49 0\n";
  std::vector<kt::PartitionOffset> read = {{"with-dash.topic", 3, 42},
                                           {"__consumer_offsets", 49, 0}};
  CHECK(kt::read_offset_checkpoint(offsets) == read);
  CHECK(kt::write_offset_checkpoint(read) == offsets);
  CHECK(kt::read_offset_checkpoint("").empty());
}

TEST_CASE("a damaged checkpoint is refused with the line") {
  CHECK_THROWS_WITH_AS(kt::read_offset_checkpoint("1\n0\n"),
                       "line 1: a checkpoint of an unknown version", kt::DecodeError);
  CHECK_THROWS_WITH_AS(kt::read_offset_checkpoint("0\n2\nt 0 1\n"),
                       "line 3: the file ends after 1 of 2 lines", kt::DecodeError);
  CHECK_THROWS_WITH_AS(kt::read_offset_checkpoint("0\n1\nt x 1\n"), "line 3: cannot be read: t x 1",
                       kt::DecodeError);
  CHECK_THROWS_AS(kt::read_leader_epochs("0\n1\n0 0\n1 1\n"), kt::DecodeError);
  CHECK_THROWS_AS(kt::read_leader_epochs("0\n999999999999\n"), kt::DecodeError);
}

TEST_CASE("partition.metadata gives the topic's id") {
  auto id = kt::read_partition_metadata("version: 0\ntopic_id: IAFeRUPrS8ew8NsCQZPIWg");
  CHECK(id.text() == "IAFeRUPrS8ew8NsCQZPIWg");
  CHECK(kt::write_partition_metadata(id) == "version: 0\ntopic_id: IAFeRUPrS8ew8NsCQZPIWg");
  CHECK_THROWS_AS(kt::read_partition_metadata("version: 0\n"), kt::DecodeError);
}

TEST_CASE("properties are key=value lines with comments") {
  auto read = kt::read_properties("#\n#Mon Jan 01\nnode.id=1\nversion=1\ncluster.id=abc=\n");
  CHECK(read == std::map<std::string, std::string>{
                    {"node.id", "1"}, {"version", "1"}, {"cluster.id", "abc="}});
}

TEST_CASE("directory names are split at the last dash, deleted and moving ones are known") {
  using State = kt::PartitionDirectory::State;
  auto plain = kt::parse_partition_directory("my-topic-12").value();
  CHECK(plain.topic == "my-topic");
  CHECK(plain.partition == 12);
  CHECK(plain.state == State::normal);
  auto deleted =
      kt::parse_partition_directory("t-0.0123456789abcdef0123456789abcdef-delete").value();
  CHECK(deleted.topic == "t");
  CHECK(deleted.state == State::deleted);
  CHECK(kt::parse_partition_directory("t-0.0123456789abcdef0123456789abcdef-future")->state ==
        State::future);
  auto tiered = kt::parse_partition_directory("my-topic-3-OR507VScT4aLaZR-Vfcq_Q").value();
  CHECK(tiered.topic == "my-topic");
  CHECK(tiered.partition == 3);
  for (const char* name : {"topic", "topic-", "-1", "topic-x", "meta.properties",
                           "topic-OR507VScT4aLaZR1Vfcq4Q", "-OR507VScT4aLaZR1Vfcq4Q",
                           "topic-3-OR507VScT4aLaZR1Vfcq4", "topic-3-OR507VScT4aLaZR1Vfcq4!"})
    CHECK_FALSE(kt::parse_partition_directory(name));
}

TEST_CASE("segment files are named by twenty digits") {
  CHECK(kt::segment_name(42, ".log") == "00000000000000000042.log");
  auto parsed = kt::parse_segment_name("00000000000000000042.timeindex").value();
  CHECK(parsed.first == 42);
  CHECK(parsed.second == ".timeindex");
  CHECK_FALSE(kt::parse_segment_name("leader-epoch-checkpoint"));
  CHECK_FALSE(kt::parse_segment_name("0000000000000000004x.log"));
}

TEST_CASE("index files hold big-endian entries; the zeros of an open segment end them") {
  auto offsets = kt::from_hex("0000000b 00001000 00000020 00002100");
  std::vector<kt::OffsetIndexEntry> entries = {{111, 4096}, {132, 8448}};
  CHECK(kt::read_offset_index(offsets + std::string(80, '\0'), 100) == entries);
  CHECK(kt::write_offset_index(entries, 100) == offsets);
  auto times = kt::from_hex("0000018bcfe56800 0000000b");
  CHECK(kt::read_time_index(times + std::string(24, '\0'), 100) ==
        std::vector<kt::TimeIndexEntry>{{1700000000000, 111}});
  CHECK(kt::write_time_index({{1700000000000, 111}}, 100) == times);
  auto aborted =
      kt::from_hex("0000 0000000000000007 0000000000000010 0000000000000020 0000000000000021");
  CHECK(kt::read_transaction_index(aborted) ==
        std::vector<kt::TransactionIndexEntry>{{7, 16, 32, 33}});
  CHECK(kt::write_transaction_index({{7, 16, 32, 33}}) == aborted);
  CHECK_THROWS_AS(kt::read_transaction_index(std::string(34, '\1')), kt::DecodeError);
}
