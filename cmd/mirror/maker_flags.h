// The flags of Kafka's MirrorMaker 1 and the properties files of both MirrorMakers, for people who
// move: what they say in kt's words, and how far they came. What has no equivalent is named in a
// warning. man kt-mirror-moving-in has the whole table.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/context.h"
#include "client/cluster.h"
#include "mirror/maker_settings.h"
#include "mirror/takeover.h"

namespace kt {

class MakerFlags {
 public:
  std::vector<Argument> arguments();

  /// Nothing where none was given. `from` and `to` are aliases of MirrorMaker 2's file, and are
  /// empty afterwards; with MirrorMaker 1's files they are clusters.
  std::optional<mirror::MakerSettings> read(Context& context, std::string& from, std::string& to,
                                            bool renames);
  /// Whether MirrorMaker 2's file was given.
  bool has_maker_2() const { return !maker_2_file_.empty(); }
  /// The same files as they are now.
  std::optional<mirror::MakerSettings> read_again() const;

 private:
  Argument ignored(std::string_view spec, std::string_view value,
                   std::string_view done_anyway = {});

  std::string consumer_file_, producer_file_, maker_2_file_, include_, exclude_;
  std::string from_, to_;
  bool renames_ = false;
  bool new_consumer_ = false;
  std::vector<std::string> ignored_;
};

/// The settings for a cluster that a file describes; what was typed wins.
Settings with_properties(const Settings& shared, const std::string& named,
                         const mirror::Properties& properties);

/// MirrorMaker 2's offset syncs; nothing where it wrote none.
std::optional<std::map<TopicPartition, std::vector<mirror::OffsetSync>>> offset_syncs(
    const mirror::MakerSettings& maker, Cluster& source, Cluster& target);

/// MirrorMaker 2's checkpoints and offset syncs; nothing where it wrote neither.
std::optional<mirror::MakerTraces> maker_traces(const mirror::MakerSettings& maker, Cluster& source,
                                                Cluster& target);

/// Where MirrorMaker came to. Throws where it still runs, unless nothing is to be changed.
mirror::Takeover takeover(Context& context, const mirror::MakerSettings& maker, Cluster& source,
                          Cluster& target);

}  // namespace kt
