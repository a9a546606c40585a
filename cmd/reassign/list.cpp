#include <algorithm>

#include "client/throttles.h"
#include "connect.h"
#include "reassign/job.h"

namespace kt {
namespace {

class ReassignList : public Invocation {
  std::vector<Argument> arguments() override { return {}; }

  Exit run(Context& context) override {
    auto cluster = connect(context);
    auto mover = mover_of(context, *cluster);
    auto ongoing = mover->ongoing();
    std::vector<TopicPartition> partitions;
    for (const auto& one : ongoing) partitions.push_back(one.at);
    bool knows_bytes = tells_replica_files(*cluster);
    ReplicaFilesMap files;
    if (knows_bytes && !partitions.empty()) files = replica_files(*cluster, partitions);
    for (const auto& one : ongoing) {
      auto bytes_on = [&](int32_t broker) {
        auto found = files.find({broker, one.at});
        return found == files.end() ? int64_t{0} : found->second.bytes;
      };
      int64_t size = 0, copied = 0;
      for (int32_t broker : one.replicas) size = std::max(size, bytes_on(broker));
      for (int32_t broker : one.adding) copied += bytes_on(broker);
      Value total, done;
      if (knows_bytes) {
        total = size * static_cast<int64_t>(one.adding.size());
        done = copied;
      }
      context.report().row({one.at.topic, one.at.partition, Value(one.replicas), Value(one.adding),
                            Value(one.removing), std::move(total), std::move(done)});
    }
    context.report();
    if (ongoing.empty() && context.settings.format == Format::table)
      context.note("no replica is being moved");
    warn_of_stale_throttles(context, *cluster, *mover, ongoing);
    return Exit::ok;
  }
};

}  // namespace

extern const Command reassign_list;
const Command reassign_list{
    .words = "reassign list",
    .summary = "List the moves of replicas that go on",
    .text =
        R"(Shows every partition that is being moved, whoever started it: the brokers that hold it, those that are
added and those that it will leave, and how much has been copied. Throttles of replication that no move
needs any more are named, each with the command that removes it.)",
    .examples = {{"kt reassign list", "what is being moved?"},
                 {"kt reassign list -o csv", "as a file"}},
    .rows = {"partitions",
             {{"topic", "TOPIC", Kind::text, "Name of the topic"},
              {"partition", "PARTITION", Kind::integer, "Number of the partition"},
              {"replicas", "REPLICAS", Kind::integers, "All its brokers, those to come too"},
              {"adding", "ADDING", Kind::integers, "Brokers that it comes to"},
              {"removing", "REMOVING", Kind::integers, "Brokers that it will leave"},
              {"size_bytes", "TO COPY", Kind::size_bytes,
               "Bytes that the brokers to come need; null where brokers do not tell (before 1.0)"},
              {"copied_bytes", "COPIED", Kind::size_bytes, "Bytes that are there; null likewise"}}},
    .make = make<ReassignList>,
};

}  // namespace kt
