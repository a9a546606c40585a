#include "migrate/state.h"

#include <filesystem>

#include "base/json.h"
#include "base/text.h"
#include "storage/file.h"

namespace kt::migrate {
namespace {

constexpr Milliseconds kWriteEvery{250};

void read_numbers(const JsonPlace& list, std::vector<int64_t>& out) {
  for (const auto& one : list.items()) out.push_back(one.integer(0, INT64_MAX));
}

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
      read_numbers(one["records"], place.before);
      // Earlier versions did not keep these.
      if (auto present = one.find("present")) read_numbers(*present, place.present);
      if (auto ends = one.find("target_ends")) read_numbers(*ends, place.ends);
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
  noted_[source] = {ids.producer_id(place.run), place};
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
                                      {"records", numbers(noted.place.before)},
                                      {"present", numbers(noted.place.present)},
                                      {"target_ends", numbers(noted.place.ends)}});
  write_file(path_, Json(Json::Object{{"partitions", std::move(partitions)}}).text() + "\n");
  written_at_ = Clock::system().now();
}

}  // namespace kt::migrate
