#include "output/stream/record_reader.h"

#include <cstring>
#include <utility>

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/text.h"
#include "output/stream/json_record.h"

namespace kt::stream {
namespace {

constexpr size_t kBlockBytes = size_t{64} << 10;      // stays in a core's own cache
constexpr size_t kMostRecordBytes = size_t{1} << 30;  // nothing larger fits a batch

/// The input as one moving window: what was taken is gone, what is left over moves to the front
/// when more is read.
class Window {
 public:
  explicit Window(ByteSource source) : source_(std::move(source)) {}

  std::span<char> left() { return {bytes_.data() + taken_, bytes_.size() - taken_}; }
  void take(size_t count) { taken_ += count; }
  bool ended() const { return ended_; }

  /// Reads more; false at the end of the input. Views into the window are lost.
  bool fill() {
    if (ended_) return false;
    size_t kept = bytes_.size() - taken_;
    if (taken_ > 0) std::memmove(bytes_.data(), bytes_.data() + taken_, kept);
    taken_ = 0;
    bytes_.resize(kept);
    if (bytes_.capacity() - kept < kBlockBytes / 2) bytes_.reserve(std::max(kBlockBytes, kept * 2));
    size_t read = source_(bytes_.data() + kept, bytes_.capacity() - kept);
    bytes_.resize(kept + read);
    ended_ = read == 0;
    return !ended_;
  }

 private:
  ByteSource source_;
  Buffer bytes_;
  size_t taken_ = 0;
  bool ended_ = false;
};

class LineSplitter {
 public:
  explicit LineSplitter(ByteSource source) : window_(std::move(source)) {}

  /// The next line without its line feed; false at the end.
  bool next(std::span<char>& line) {
    for (size_t searched = 0;;) {
      auto left = window_.left();
      if (left.size() > searched) {
        void* found = std::memchr(left.data() + searched, '\n', left.size() - searched);
        if (found != nullptr) {
          line = left.first(static_cast<size_t>(static_cast<char*>(found) - left.data()));
          window_.take(line.size() + 1);
          return true;
        }
      }
      searched = left.size();
      if (searched > kMostRecordBytes) throw InputError("a line of more than 1 GiB");
      if (window_.fill()) continue;
      line = window_.left();
      window_.take(line.size());
      return !line.empty();
    }
  }

 private:
  Window window_;
};

class LineReader final : public RecordReader {
 public:
  LineReader(ByteSource source, const RecordReaderOptions& options)
      : lines_(std::move(source)), options_(options) {}

  bool next(InputRecord& record) override {
    std::span<char> line;
    if (!lines_.next(line)) return false;
    record.number = ++number_;
    std::string_view text(line.data(), line.size());
    if (!options_.key_separator) {
      record.value = or_null(text);
      return true;
    }
    size_t at = text.find(*options_.key_separator);
    if (at == std::string_view::npos)
      throw InputError(options_.name + ", line " + std::to_string(number_) + ": no " +
                       in_quotes(*options_.key_separator) + " between key and value");
    record.key = or_null(text.substr(0, at));
    record.value = or_null(text.substr(at + options_.key_separator->size()));
    return true;
  }

 private:
  Bytes or_null(std::string_view text) const {
    if (options_.null_text && text == *options_.null_text) return std::nullopt;
    return text;
  }

  LineSplitter lines_;
  RecordReaderOptions options_;
  int64_t number_ = 0;
};

class JsonLineReader final : public RecordReader {
 public:
  JsonLineReader(ByteSource source, const RecordReaderOptions& options)
      : lines_(std::move(source)), name_(options.name) {}

  bool next(InputRecord& record) override {
    std::span<char> line;
    do {
      if (!lines_.next(line)) return false;
      if (++number_ == 1 && std::string_view(line.data(), line.size()).starts_with("\xef\xbb\xbf"))
        line = line.subspan(3);
    } while (trim({line.data(), line.size()}).empty());
    record.number = number_;
    record.headers.clear();
    record.key = record.value = std::nullopt;
    record.partition.reset();
    record.timestamp_ms.reset();
    try {
      read_json_record(line, record);
    } catch (const JsonRecordError& error) {
      throw InputError(name_ + ", line " + std::to_string(number_) + ", column " +
                       std::to_string(error.column) + ": " + error.message);
    }
    return true;
  }

 private:
  LineSplitter lines_;
  std::string name_;
  int64_t number_ = 0;
};

class FramedReader final : public RecordReader {
 public:
  FramedReader(ByteSource source, const RecordReaderOptions& options)
      : window_(std::move(source)), name_(options.name) {}

  bool next(InputRecord& record) override {
    ++number_;
    size_t needed = 1;
    for (;;) {
      while (window_.left().size() < needed)
        if (!window_.fill()) {
          if (window_.left().empty()) return false;
          throw InputError(name_ + ", record " + std::to_string(number_) +
                           ": the input ends inside of it");
        }
      size_t at = 0;
      auto key = part(at);
      auto value = part(at);
      needed = at;
      if (window_.left().size() < needed) continue;
      record.number = number_;
      record.key = key;
      record.value = value;
      window_.take(at);
      return true;
    }
  }

 private:
  /// The part at `at`, which moves behind it; where the window is too small, behind what is known
  /// to be needed.
  Bytes part(size_t& at) {
    auto left = window_.left();
    size_t start = at;
    at += 4;
    if (at > left.size()) return std::nullopt;
    auto size = load_big_endian<int32_t>(left.data() + start);
    if (size == -1) return std::nullopt;
    if (size < -1 || static_cast<size_t>(size) > kMostRecordBytes)
      throw InputError(name_ + ", record " + std::to_string(number_) + ": " + std::to_string(size) +
                       " is no length of a key or value");
    at += static_cast<size_t>(size);
    if (at > left.size()) return std::nullopt;
    return std::string_view(left.data() + start + 4, static_cast<size_t>(size));
  }

  Window window_;
  std::string name_;
  int64_t number_ = 0;
};

}  // namespace

std::unique_ptr<RecordReader> make_record_reader(ByteSource source,
                                                 const RecordReaderOptions& options) {
  if (options.format == "lines") return std::make_unique<LineReader>(std::move(source), options);
  if (options.format == "jsonl")
    return std::make_unique<JsonLineReader>(std::move(source), options);
  if (options.format == "framed") return std::make_unique<FramedReader>(std::move(source), options);
  throw Error("unknown format " + in_quotes(options.format), Exit::usage,
              "known are lines, jsonl, framed");
}

}  // namespace kt::stream
