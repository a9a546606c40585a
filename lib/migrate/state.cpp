#include "migrate/state.h"

#include <filesystem>

#include "base/json.h"
#include "base/text.h"
#include "storage/file.h"

namespace kt::migrate {
namespace {

constexpr Milliseconds kWriteEvery{250};

Json::Array numbers(const std::vector<int64_t>& values) { return {values.begin(), values.end()}; }

}  // namespace

StateFile::StateFile(std::string path) : path_(std::move(path)) {
  if (!std::filesystem::exists(path_)) return;
  try {
    auto json = Json::parse(read_file(path_), path_);
    for (const auto& one : JsonPlace(json, path_)["partitions"].items()) {
      Noted noted{one["producer_id"].integer(0, INT64_MAX), {}};
      auto& place = noted.place;
      place.run.start = one["run"].integer(0, mirror::kOffsetLimit);
      place.position = one["position"].integer(place.run.start, INT64_MAX);
      place.taken = one["taken"].integer(0, INT64_MAX);
      for (const auto& count : one["records"].items())
        place.before.push_back(count.integer(0, INT64_MAX));
      noted_[{one["topic"].text(), one["broker"].int32(0), one["partition"].int32(0)}] =
          std::move(noted);
    }
  } catch (const Error& error) {
    throw Error(in_quotes(path_) + " is no state of a migration: " + error.message(), Exit::usage);
  }
}

std::optional<Place> StateFile::find(const legacy::PartitionId& source,
                                     const mirror::RunIds& ids) const {
  std::lock_guard lock(mutex_);
  auto found = noted_.find(source);
  if (found == noted_.end()) return std::nullopt;
  const auto& place = found->second.place;
  if (found->second.producer_id != ids.producer_id(place.run)) return std::nullopt;
  return place;
}

void StateFile::note(const legacy::PartitionId& source, const mirror::RunIds& ids,
                     const Place& place) {
  std::lock_guard lock(mutex_);
  auto& noted = noted_[source];
  noted = {ids.producer_id(place.run), place};
  noted.place.present.clear();
  if (Clock::system().now() - written_at_ >= kWriteEvery) write();
}

void StateFile::save() {
  std::lock_guard lock(mutex_);
  write();
}

void StateFile::write() {
  Json::Array partitions;
  for (const auto& [id, noted] : noted_)
    partitions.push_back(Json::Object{{"topic", id.topic},
                                      {"broker", id.broker},
                                      {"partition", id.partition},
                                      {"producer_id", noted.producer_id},
                                      {"run", noted.place.run.start},
                                      {"position", noted.place.position},
                                      {"taken", noted.place.taken},
                                      {"records", numbers(noted.place.before)}});
  write_file(path_, Json(Json::Object{{"partitions", std::move(partitions)}}).text() + "\n");
  written_at_ = Clock::system().now();
}

}  // namespace kt::migrate
