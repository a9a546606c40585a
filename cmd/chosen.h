// Which topics and groups the words of a command mean, and items that failed as rows of `errors`:
// what the commands of topics, offsets and groups share.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/position.h"
#include "cli/context.h"
#include "client/admin_groups.h"
#include "client/admin_topics.h"

namespace kt {

/// Words of the command line that choose names.
struct Choice {
  std::vector<std::string> words;  ///< none: everything
  bool regex = false;              ///< the words are regular expressions
  bool internal = false;           ///< Kafka's own topics are meant too where nothing names them

  /// `TOPIC...` or `[TOPIC...]`, and --regex.
  std::vector<Argument> arguments(std::string_view spec, std::string_view help, Complete complete);
};

using TopicMetadata = msg::MetadataResponse::Topic;

/// Kafka's own topics, which only their names choose.
bool is_internal(const TopicMetadata& topic);

/// The topics meant, by name. One that is not there becomes an error of the report; expressions
/// that match nothing are an error where `must_match`.
std::vector<TopicMetadata> choose_topics(Context& context, Cluster& cluster, const Choice& choice,
                                         bool must_match = true);

/// The partitions of the topics that the selection has, topic by topic. The first number
/// that a topic lacks becomes an error of the report.
std::vector<TopicPartition> choose_partitions(Context& context,
                                              const std::vector<TopicMetadata>& topics,
                                              const Selection& selection);

/// The names among `existing` that match; words that are no expressions are taken as they are.
/// Expressions that match nothing are an error where `must_match`.
std::vector<std::string> choose_names(const Choice& choice,
                                      const std::vector<std::string>& existing,
                                      std::string_view noun, bool must_match = true);

/// One failed item: Kafka's code with its name, and the broker's sentence or the code's meaning.
void report_error(Context& context, std::vector<std::pair<std::string_view, Value>> item,
                  int16_t error_code, std::string_view message);
/// The same for an item with nothing but a name.
void report_error(Context& context, std::string_view noun, const Outcome& outcome);

/// Exit::failed where the report has errors, else Exit::ok.
Exit exit_of(Context& context);

}  // namespace kt
