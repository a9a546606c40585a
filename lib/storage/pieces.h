// Log files read by several threads: each takes the next piece (whole batches, or a small file),
// works on it, and has its turn to give the result away, so that results keep the order of the
// files whoever made them.
//
// Files are read by large pread: a broker may cut or delete them meanwhile. A file counts as long
// as it was when it was opened, and a little longer where it grew while its end was looked at.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/buffer.h"
#include "protocol/records/batch.h"
#include "storage/file.h"
#include "storage/log_files.h"

namespace kt {

struct Piece {
  uint64_t number = 0;  ///< in the order of all pieces
  size_t file = 0;      ///< which one of the source's files
  int64_t position = 0;
  Buffer buffer;
  size_t size_bytes = 0;  ///< whole batches at the front of the buffer
  bool first = false;     ///< the file's first piece
  bool last = false;      ///< the file's last piece

  // How the file ends, in its last piece: at most one of these.
  std::string failure;     ///< it cannot be opened or read
  std::string damage;      ///< no batch can begin at the end of this piece
  int64_t torn_bytes = 0;  ///< a batch cut off
  int64_t zero_bytes = 0;  ///< room that was allocated and not written to

  std::string_view bytes() const { return buffer.view().substr(0, size_bytes); }
  int64_t end_position() const { return position + static_cast<int64_t>(size_bytes); }
};

class PieceSource {
 public:
  /// Files that are no segments come as one empty piece each. `from`: as many as files, or none.
  explicit PieceSource(const std::vector<LogFile>& files, std::vector<int64_t> from = {},
                       size_t piece_bytes = kPieceBytes)
      : files_(files), from_(std::move(from)), piece_bytes_(piece_bytes) {}

  /// Fills `piece` and uses its buffer again; false where there are no more. For any thread.
  bool next(Piece& piece);
  /// No more pieces of this file, where it is the one that is being read.
  void skip_rest(size_t file);
  /// No more pieces.
  void stop();

 private:
  static constexpr size_t kPieceBytes = size_t{512} << 10;

  bool open(Piece& piece);
  void read(Piece& piece);
  void finish(Piece& piece);

  const std::vector<LogFile>& files_;
  std::vector<int64_t> from_;
  size_t piece_bytes_;
  std::mutex mutex_;
  uint64_t number_ = 0;
  size_t file_ = 0;
  std::shared_ptr<SharedFile> open_;
  int64_t position_ = 0;
  int64_t end_ = 0;
  bool stopped_ = false;
};

/// Whose turn it is: pieces in their order.
class Turns {
 public:
  /// Waits for the turn of piece `number`; at once where it has it. Throws Stopped.
  void take(uint64_t number);
  void pass(uint64_t number);
  void stop();

  struct Stopped {};

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  uint64_t now_ = 0;
  bool stopped_ = false;
};

/// What one thread does.
class PieceWorker {
 public:
  virtual ~PieceWorker() = default;
  /// Beside the other threads. May call `take_turn` early, to give away what fills its memory.
  virtual void work(const Piece& piece, const std::function<void()>& take_turn) = 0;
  /// Alone, in the order of the pieces. False ends all.
  virtual bool in_turn(const Piece& piece) = 0;
};

/// Runs `threads` workers until the pieces are used up; throws the first error that one met.
void run_pieces(PieceSource& source, int threads,
                const std::function<std::unique_ptr<PieceWorker>()>& make_worker);

}  // namespace kt
