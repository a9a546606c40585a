// One run of `kt log dump`: files in, rows out in their order, whatever number of threads makes
// them; what is damaged is told and counted, and the rest still printed.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "cli/context.h"
#include "log/dump_printer.h"
#include "storage/pieces.h"

namespace kt {

class DumpRun {
 public:
  DumpRun(Context& context, const DumpOptions& options, std::vector<LogFile> files, int threads);

  /// Prints all, or of each partition the `first` or `last` rows.
  void print(std::optional<int64_t> first, std::optional<int64_t> last);
  /// Goes on with what is appended to the last segments, until a signal comes.
  void follow();
  /// The end of the document; the exit code.
  Exit finish();

 private:
  friend class PrintWorker;

  /// Where printing begins in each partition.
  struct Start {
    std::vector<int64_t> positions;  ///< of each file
    int64_t skip = 0;                ///< rows of the first file
  };
  Start find_last(std::vector<LogFile>& files, int64_t count) const;
  void print_files(const std::vector<LogFile>& files, const Start& start, int64_t most,
                   int threads);
  bool grow(LogFile& file, int64_t& position);

  void write(std::string_view text);
  void end_of_piece(const LogFile& file, const Piece& piece, const std::vector<Damage>& damage);
  void tell(const LogFile& file, const std::string& message, Exit exit);

  Context& context_;
  const DumpOptions& options_;
  std::vector<LogFile> files_;
  int threads_;
  bool titles_;
  bool following_ = false;
  bool is_json_;
  bool first_object_ = true;
  int64_t left_ = INT64_MAX;             ///< rows that may still be printed of this partition
  std::map<std::string, int64_t> ends_;  ///< how far each segment was read
  std::string errors_;                   ///< elements of the document's list
  Exit exit_ = Exit::ok;
};

}  // namespace kt
