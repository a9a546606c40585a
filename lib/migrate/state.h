// How far each source has come, kept in a file beside what the target tells: with it a migration
// goes on in the middle of a run, so that what was copied need not be there any more, nor be read
// again. The target's word counts where the two differ.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "migrate/carrier.h"

namespace kt::migrate {

class StateFile {
 public:
  /// Reads the file where there is one. Throws a usage error where it is no such file.
  explicit StateFile(std::string path);

  /// What was noted of a source under these ids.
  std::optional<Place> find(const legacy::PartitionId& source, const mirror::RunIds& ids) const;
  /// From any thread; written at once or not at all, and no more than a few times a second.
  void note(const legacy::PartitionId& source, const mirror::RunIds& ids, const Place& place);
  /// Writes what was noted last.
  void save();

 private:
  struct Noted {
    int64_t producer_id;  ///< tells other names, partitioners and numbers of partitions
    Place place;
  };
  void write();

  const std::string path_;
  mutable std::mutex mutex_;
  std::map<legacy::PartitionId, Noted> noted_;
  Clock::Time written_at_{};
};

}  // namespace kt::migrate
