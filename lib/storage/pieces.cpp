#include "storage/pieces.h"

#include <algorithm>
#include <thread>
#include <utility>

namespace kt {
namespace {

/// Whether the file holds nothing but zeros from `position` on.
bool is_zero(const SharedFile& file, int64_t position, int64_t end) {
  std::string block(64 << 10, '\0');
  while (position < end) {
    auto wanted = static_cast<size_t>(std::min<int64_t>(std::ssize(block), end - position));
    size_t got = file.read_at(position, block.data(), wanted);
    if (std::string_view(block).substr(0, got).find_first_not_of('\0') != std::string::npos)
      return false;
    if (got < wanted) break;
    position += static_cast<int64_t>(got);
  }
  return true;
}

}  // namespace

bool PieceSource::next(Piece& piece) {
  std::lock_guard lock(mutex_);
  if (stopped_ || file_ >= files_.size()) return false;
  piece.number = number_++;
  piece.file = file_;
  piece.first = !open_;
  piece.last = false;
  piece.size_bytes = 0;
  piece.position = 0;
  piece.failure.clear();
  piece.damage.clear();
  piece.torn_bytes = piece.zero_bytes = 0;
  try {
    if (files_[file_].kind != FileKind::segment || !open(piece)) {
      finish(piece);
      return true;
    }
    read(piece);
  } catch (const Error& error) {
    piece.failure = error.message();
    finish(piece);
  }
  return true;
}

void PieceSource::skip_rest(size_t file) {
  std::lock_guard lock(mutex_);
  if (file_ != file) return;
  open_.reset();
  ++file_;
}

void PieceSource::stop() {
  std::lock_guard lock(mutex_);
  stopped_ = true;
}

bool PieceSource::open(Piece& piece) {
  if (!open_) {
    open_ = SharedFile::for_reading(files_[file_].path);
    position_ = from_.empty() ? 0 : from_[file_];
    end_ = open_->size();
  }
  piece.position = position_;
  return position_ < end_;
}

void PieceSource::read(Piece& piece) {
  size_t wanted = piece_bytes_;
  for (;;) {
    auto in_file = static_cast<size_t>(end_ - position_);
    wanted = std::min(wanted, in_file);
    piece.buffer.resize(0);
    piece.buffer.resize(wanted);
    size_t got = open_->read_at(position_, piece.buffer.data(), wanted);
    piece.buffer.resize(got);
    if (got < wanted) end_ = position_ + static_cast<int64_t>(got);  // cut meanwhile by its broker
    BatchReader reader(piece.buffer.view(), static_cast<uint64_t>(position_));
    try {
      while (reader.next()) continue;
    } catch (const DecodeError& error) {
      piece.size_bytes = reader.position() - static_cast<uint64_t>(position_);
      position_ += static_cast<int64_t>(piece.size_bytes);
      if (is_zero(*open_, position_, end_))
        piece.zero_bytes = end_ - position_;
      else
        piece.damage = error.message();
      return finish(piece);
    }
    piece.size_bytes = reader.position() - static_cast<uint64_t>(position_);
    size_t needed = std::max(reader.tail_needs_bytes(), batch_layout::kHeaderBytes);
    bool all_read = position_ + static_cast<int64_t>(got) == end_;
    if (piece.size_bytes == 0 && !all_read && needed <= in_file) {
      wanted = needed;
      continue;
    }
    if (piece.size_bytes == 0 || all_read) {
      // The torn end of a file that grows is one that was just being written.
      int64_t size = open_->size();
      auto torn = static_cast<int64_t>(got - piece.size_bytes);
      if (torn > 0 && size > end_ && piece.size_bytes == 0 && all_read) {
        end_ = size;
        continue;
      }
      if (torn > 0 && size > end_) end_ = size;
    }
    position_ += static_cast<int64_t>(piece.size_bytes);
    if (piece.size_bytes == 0 || position_ == end_) {
      piece.torn_bytes = end_ - position_;
      finish(piece);
    }
    return;
  }
}

void PieceSource::finish(Piece& piece) {
  piece.last = true;
  open_.reset();
  ++file_;
}

void Turns::take(uint64_t number) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return stopped_ || now_ == number; });
  if (stopped_) throw Stopped();
}

void Turns::pass(uint64_t number) {
  std::lock_guard lock(mutex_);
  now_ = number + 1;
  changed_.notify_all();
}

void Turns::stop() {
  std::lock_guard lock(mutex_);
  stopped_ = true;
  changed_.notify_all();
}

void run_pieces(PieceSource& source, int threads,
                const std::function<std::unique_ptr<PieceWorker>()>& make_worker) {
  Turns turns;
  std::mutex failing;
  std::exception_ptr failure;
  auto run = [&] {
    try {
      auto worker = make_worker();
      for (Piece piece; source.next(piece);) {
        worker->work(piece, [&] { turns.take(piece.number); });
        turns.take(piece.number);
        if (!worker->in_turn(piece)) {
          source.stop();
          turns.stop();
          return;
        }
        turns.pass(piece.number);
      }
    } catch (const Turns::Stopped&) {
      return;
    } catch (...) {
      std::lock_guard lock(failing);
      if (!failure) failure = std::current_exception();
      source.stop();
      turns.stop();
    }
  };
  std::vector<std::jthread> others;
  for (int i = 1; i < threads; ++i) others.emplace_back(run);
  run();
  others.clear();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace kt
