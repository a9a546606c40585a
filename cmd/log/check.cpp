// Is what lies in a log directory whole, and does it agree with itself?
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/cores.h"
#include "base/interrupt.h"
#include "base/text.h"
#include "cli/context.h"
#include "storage/log_check.h"

namespace kt {
namespace {

class CheckLog : public Invocation {
  std::vector<std::string> paths_;
  bool repair_ = false;
  std::string into_;
  Size decompress_limit_{int64_t{256} << 20};
  int32_t threads_ = 0;

  std::vector<Argument> arguments() override {
    return {
        {"PATH...", "", "Files, partition directories, or log directories", &paths_,
         Complete::files},
        {"--repair", "", "Copy what is good; the original is not touched", &repair_},
        {"--into", "DIR", "Where --repair copies to; must be empty, or not be there yet", &into_,
         Complete::directories},
        {"--decompress-limit", "SIZE", "Call batches damaged that decompress to more",
         &decompress_limit_},
        {"--threads", "N", "How many threads; as many as there are cores unless given", &threads_},
    };
  }

  Exit run(Context& context) override {
    if (repair_ == into_.empty())
      throw Error("--repair and --into go together", Exit::usage,
                  "kt log check DIR --repair --into NEW");
    std::vector<LogFile> files;
    for (const auto& path : paths_) {
      auto found = list_log_files(path);
      files.insert(files.end(), found.begin(), found.end());
    }
    if (repair_) prepare_copy(files);
    Interrupt::watch();
    auto progress = context.progress("checked", size_of(files), Progress::Unit::bytes);
    CheckOptions options;
    options.limit_bytes = static_cast<size_t>(std::max<int64_t>(0, decompress_limit_.bytes));
    options.threads = threads_ > 0 ? threads_ : usable_cores();
    options.repair_into = into_;
    options.interrupted = [] { return Interrupt::came(); };
    options.advanced = [&](int64_t bytes) { progress.advance(bytes); };
    auto& report = context.report();
    auto totals = check_log(files, options, [&](const FoundProblem& found) {
      const auto& [file, problem] = found.problem;
      Value good_bytes = found.good_bytes;
      if (found.good_bytes < 0) good_bytes = nullptr;
      report.row({std::string(problem.kind), file, problem.position, problem.offset,
                  std::move(good_bytes), problem.message});
    });
    progress.finish();
    report.set("files", totals.files);
    report.set("size_bytes", totals.bytes);
    report.set("good_bytes", totals.good_bytes);
    report.set("batches", totals.batches);
    report.set("records", totals.records);
    bool whole = report.row_count() == 0;
    context.note(
        fmt::format("{}, {} in {}: {} of {} bytes of segments are good{}",
                    counted(totals.files, "file"), counted(totals.records, "record"),
                    totals.batches == 1 ? "1 batch" : fmt::format("{} batches", totals.batches),
                    totals.good_bytes, totals.bytes, whole ? ", nothing is wrong" : ""));
    if (repair_) context.note(fmt::format("copied {} bytes into {}", totals.copied_bytes, into_));
    return whole ? Exit::ok : Exit::check;
  }

  void prepare_copy(const std::vector<LogFile>& files) const {
    namespace fs = std::filesystem;
    bool has_segment = std::ranges::any_of(files, [](const LogFile& file) {
      return file.kind == FileKind::segment && file.partition >= 0;
    });
    if (!has_segment)
      throw Error("--repair copies partitions: none of the files lies in a partition's directory",
                  Exit::usage);
    std::error_code error;
    fs::create_directories(into_, error);
    if (error || !fs::is_directory(into_))
      throw Error("cannot make " + in_quotes(into_) + ": " + error.message(), Exit::usage);
    if (!fs::is_empty(into_))
      throw Error(in_quotes(into_) + " is not empty", Exit::usage, "--into takes a new directory");
  }

  static int64_t size_of(const std::vector<LogFile>& files) {
    int64_t bytes = 0;
    std::error_code ignored;
    for (const auto& file : files)
      if (file.kind == FileKind::segment)
        if (auto size = std::filesystem::file_size(file.path, ignored); !ignored)
          bytes += static_cast<int64_t>(size);
    return bytes;
  }
};

}  // namespace

extern const Command log_check;
const Command log_check{
    .words = "log check",
    .summary = "Check the files of a log directory",
    .text =
        R"(Reads segments of every message format whole, unpacks them, and holds them against what lies beside them. No broker is needed, and one that writes meanwhile does no harm. What it finds:

    crc                a batch whose checksum does not match its bytes
    torn               a batch cut off at the end
    garbage            bytes that are no batch; the check goes on at the next one
    offsets            offsets that go back, or lie outside of batch or segment
    count              a batch that claims more records than it has offsets
    records, inside    records that contradict their lengths, plain or compressed
    timestamp          a batch whose largest time is none of its records'
    index-position     an offset index entry that points at no batch
    index-offset       an entry that points behind the batch it is for
    index-order, time-index-order, index-size
    time-index-offset, time-index-time
                       a time index entry for an offset, or with a time, that is not there
    transaction-index  aborted transactions that the log does not confirm, or that are missing
    epoch, epoch-order leader epochs that go back, or contradict leader-epoch-checkpoint
    producer-state     a producer snapshot that contradicts the log
    checkpoint         an offset checkpoint beyond the end of its partition
    snapshot           a metadata snapshot without header or footer
    unreadable         a file that cannot be read

Each with file and byte position (of an entry in an index; 0 in a text file), and for segments with the bytes in front of the first damage. Exit code 3 where anything is found.

--repair --into DIR copies the batches that are good, with new indexes, leader epochs and the topic's id, into a directory of each partition's name; offsets stay as they are. Producer snapshots, which a broker makes anew, and checkpoints are not copied.)",
    .examples = {{"kt log check orders-0", "one partition"},
                 {"kt log check logs -o json", "a whole log directory, for a script"},
                 {"kt log check orders-0 --repair --into repaired", "what is good of it, copied"}},
    .rows = {"problems",
             {{"kind", "KIND", Kind::text, "What is wrong, in a word"},
              {"file", "FILE", Kind::text, "The file that it is in"},
              {"position", "POSITION", Kind::integer, "Where in the file, in bytes"},
              {"offset", "OFFSET", Kind::integer, "The offset concerned; null where there is none"},
              {"good_bytes", "GOOD BYTES", Kind::integer,
               "Bytes of the segment in front of its first damage; null where it is no segment"},
              {"message", "PROBLEM", Kind::text, "What is wrong"}},
             {{"files", "", Kind::integer, "Files looked at"},
              {"size_bytes", "", Kind::size_bytes, "Bytes of segments"},
              {"good_bytes", "", Kind::size_bytes, "Bytes of good batches"},
              {"batches", "", Kind::integer, "Batches looked at"},
              {"records", "", Kind::integer, "Records looked at"}}},
    .exits = {{Exit::check, "Something is wrong"}},
    .connects = false,
    .make = make<CheckLog>,
};

}  // namespace kt
