// Names and values that LogConfig.validate of 0.8.2.2 and 0.10.2.2 takes and refuses.
#include "client/old_topic_settings.h"

#include <doctest/doctest.h>

using kt::why_not_topic_setting;

namespace {

bool takes(const char* release, const char* name, const char* value) {
  return why_not_topic_setting(release, name, value).empty();
}

}  // namespace

TEST_CASE("settings of topics are those that the release has") {
  CHECK(why_not_topic_setting("0.8.2", "retention.mss", "1") ==
        "is no setting of topics in Kafka 0.8.2 (did you mean \"retention.ms\"?)");
  for (const char* release : {"0.8.2", "0.9.0", "0.10.0", "0.10.1", "0.10.2"}) {
    CHECK_FALSE(takes(release, "no.such", "1"));
    CHECK(takes(release, "retention.ms", "-1"));
    CHECK(takes(release, "min.insync.replicas", "2"));
  }
  CHECK_FALSE(takes("0.8.1", "min.insync.replicas", "2"));
  CHECK_FALSE(takes("0.8.2", "compression.type", "gzip"));
  CHECK(takes("0.10.2", "compression.type", "gzip"));
  CHECK_FALSE(takes("0.10.0", "min.compaction.lag.ms", "1"));
  CHECK(takes("0.10.2", "min.compaction.lag.ms", "1"));
  CHECK(takes("0.10.2", "leader.replication.throttled.replicas", "0:1"));
}

TEST_CASE("a value is what LogConfig takes for its setting") {
  CHECK(why_not_topic_setting("0.8.2", "retention.ms", "7d") == "is a whole number, not \"7d\"");
  CHECK(why_not_topic_setting("0.8.2", "min.insync.replicas", "0") ==
        "is a whole number of at least 1, not \"0\"");
  for (const char* value : {"13", "3000000000", "x", ""})
    CHECK_FALSE(takes("0.10.2", "segment.bytes", value));
  CHECK(takes("0.10.2", "segment.bytes", "14"));
  CHECK(takes("0.10.2", "segment.ms", "3000000000"));
  for (const char* value : {"1.5", "-1", "half", ""})
    CHECK_FALSE(takes("0.10.2", "min.cleanable.dirty.ratio", value));
  CHECK(takes("0.10.2", "min.cleanable.dirty.ratio", "0.5"));
  CHECK(takes("0.8.2", "unclean.leader.election.enable", "TRUE"));
  CHECK_FALSE(takes("0.8.2", "unclean.leader.election.enable", "yes"));
  CHECK(takes("0.10.2", "cleanup.policy", "delete,compact"));
  CHECK_FALSE(takes("0.10.0", "cleanup.policy", "delete,compact"));
  CHECK(takes("0.8.2", "cleanup.policy", "compact"));
  CHECK_FALSE(takes("0.8.2", "cleanup.policy", "dedupe"));
  CHECK_FALSE(takes("0.10.2", "compression.type", "none"));
}
