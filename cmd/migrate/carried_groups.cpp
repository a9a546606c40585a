#include "migrate/carried_groups.h"

#include <fmt/format.h>

#include "base/text.h"
#include "client/admin_groups.h"
#include "client/group_commit.h"
#include "migrate/verify.h"

namespace kt {
void carry_groups(Context& context, MigrateSetup& setup, const std::vector<std::string>& groups,
                  const std::vector<migrate::SourceStatus>& statuses) {
  std::map<legacy::PartitionId, migrate::SourceStatus> by_id;
  for (const auto& status : statuses) by_id[status.id] = status;
  for (const auto& group : groups) {
    auto positions = setup.positions_of(context, group);
    std::vector<NewPosition> wanted;
    for (const auto& [topic, sources] : setup.topics())
      for (size_t i = 0; i < sources.size(); ++i) {
        const auto& source = sources[i];
        auto known = positions.find(source.id);
        if (known == positions.end()) continue;
        TopicPartition partition{topic, static_cast<int32_t>(i)};
        try {
          const auto& status = by_id[source.id];
          if (status.state != migrate::State::done) throw Error("not all of it was copied");
          auto log = source.open();
          wanted.push_back({partition, migrate::offset_of(setup.target(), partition, *log,
                                                          known->second, status.position)});
        } catch (const Error& error) {
          report_error(context,
                       {{"group", group}, {"topic", topic}, {"partition", partition.partition}}, 0,
                       error.message());
        }
      }
    if (wanted.empty()) continue;
    auto there = describe_groups(setup.target(), {group}).front();
    auto outcomes = commit_to_kafka(setup.target(), there, wanted);
    int64_t set = 0;
    for (size_t i = 0; i < wanted.size(); ++i) {
      if (outcomes[i].error_code == 0 && outcomes[i].message.empty()) {
        ++set;
        continue;
      }
      report_error(context,
                   {{"group", group},
                    {"topic", wanted[i].partition.topic},
                    {"partition", wanted[i].partition.partition}},
                   outcomes[i].error_code, outcomes[i].message);
    }
    context.note(fmt::format("group {}: {} set", group, counted(set, "position")));
  }
}

}  // namespace kt
