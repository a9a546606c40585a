#include "lookup.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>

#include "base/clock.h"
#include "base/text.h"
#include "client/admin_groups.h"
#include "client/admin_topics.h"
#include "connect.h"
#include "jmx/aliases.h"

namespace kt {
namespace {

namespace fs = std::filesystem;

constexpr Milliseconds kPatience{280};
constexpr auto kFresh = std::chrono::seconds(5);

std::vector<Candidate> topics(Cluster& cluster) {
  std::vector<Candidate> found;
  for (const auto& topic : describe_topics(cluster).topics)
    if (topic.name && topic.error_code == 0)
      found.push_back(
          {*topic.name, counted(static_cast<int64_t>(topic.partitions.size()), "partition")});
  return found;
}

std::vector<Candidate> partitions(Cluster& cluster, const std::string& topic) {
  std::vector<Candidate> found;
  auto metadata = cluster.metadata_for({topic});
  if (auto known = metadata->topic(topic))
    for (size_t i = 0; i < known->partitions.size(); ++i)
      found.push_back({std::to_string(i), fmt::format("leader {}", known->partitions[i].leader)});
  return found;
}

std::vector<Candidate> groups(Cluster& cluster) {
  std::vector<Candidate> found;
  for (const auto& group : list_groups(cluster).groups) found.push_back({group.group, group.state});
  return found;
}

std::vector<Candidate> brokers(Cluster& cluster) {
  std::vector<Candidate> found;
  for (const auto& [id, broker] : cluster.metadata()->brokers)
    found.push_back({std::to_string(id), broker.address.to_string()});
  return found;
}

/// What kt calls MBeans, which no JVM needs to be asked for.
std::vector<Candidate> mbeans() {
  std::vector<Candidate> found;
  for (const auto& alias : jmx::aliases())
    found.push_back({std::string(alias.name), std::string(alias.meaning)});
  return found;
}

std::vector<Candidate> attributes_of(const std::string& mbean) {
  std::vector<Candidate> found;
  if (const auto* alias = jmx::find_alias(mbean))
    for (auto attribute : alias->attributes) found.push_back({std::string(attribute), ""});
  return found;
}

std::vector<Candidate> ask(Complete kind, Settings settings, const std::string& topic) {
  static const Command kAsking{.words = "__complete"};
  settings.timeout = std::min(settings.timeout, kPatience);
  settings.verbose = false;
  std::string nowhere;
  Sink out(nowhere), err(nowhere);
  Context context(kAsking, std::move(settings), out, err);
  auto cluster = connect(context);
  switch (kind) {
    case Complete::topics:
      return topics(*cluster);
    case Complete::groups:
      return groups(*cluster);
    case Complete::brokers:
      return brokers(*cluster);
    case Complete::partitions:
      return topic.empty() ? std::vector<Candidate>{} : partitions(*cluster, topic);
    default:
      return {};
  }
}

/// Where the answer to this question is kept; empty where there is no such place.
fs::path cache_file(Complete kind, const Settings& settings, const std::string& topic) {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  const char* home = std::getenv("HOME");
  fs::path directory;
  if (cache && *cache == '/')
    directory = cache;
  else if (home && *home == '/')
    directory = fs::path(home) / ".cache";
  else
    return {};
  std::string question = settings.bootstrap_server + '\n' + settings.config_file + '\n' +
                         settings.context + '\n' + topic;
  for (const auto& [key, value] : settings.properties) question += '\n' + key + '=' + value;
  return directory / "kt" /
         fmt::format("complete-{}-{:016x}", static_cast<int>(kind),
                     std::hash<std::string>()(question));
}

bool read_cache(const fs::path& file, std::vector<Candidate>& found) {
  std::error_code missing;
  auto written = fs::last_write_time(file, missing);
  auto age = fs::file_time_type::clock::now() - written;
  if (missing || age > kFresh || age < -kFresh) return false;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    size_t tab = line.find('\t');
    if (tab != std::string::npos) found.push_back({line.substr(0, tab), line.substr(tab + 1)});
  }
  return true;
}

/// Aside and renamed, as several shells may ask at once; what fails is forgotten.
void write_cache(const fs::path& file, const std::vector<Candidate>& found) {
  std::error_code ignored;
  fs::create_directories(file.parent_path(), ignored);
  fs::permissions(file.parent_path(), fs::perms::owner_all, ignored);
  auto aside = fs::path(file) += fmt::format(".{}", Clock::system().wall_ms());
  std::ofstream out(aside);
  out << format_completion({found});
  out.close();
  if (out) fs::rename(aside, file, ignored);
  if (!out || ignored) fs::remove(aside, ignored);
}

}  // namespace

std::vector<Candidate> look_up(Complete kind, const Settings& settings,
                               const std::vector<std::string>& names) {
  if (kind == Complete::mbean_attributes && !names.empty()) return attributes_of(names.front());
  if (kind == Complete::mbeans || kind == Complete::mbean_attributes) return mbeans();
  std::string topic = kind == Complete::partitions && !names.empty() ? names.front() : "";
  auto file = cache_file(kind, settings, topic);
  std::vector<Candidate> found;
  if (!file.empty() && read_cache(file, found)) return found;
  found = ask(kind, settings, topic);
  if (!file.empty()) write_cache(file, found);
  return found;
}

}  // namespace kt
