// Files of a log: on disk, or in memory behind the same kind of descriptor, so that sendfile works
// alike for both.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace kt {

/// An open descriptor that outlives the deletion of its file while replies still refer to it.
class SharedFile {
 public:
  SharedFile(int fd, std::string name) : fd_(fd), name_(std::move(name)) {}
  ~SharedFile();
  SharedFile(const SharedFile&) = delete;
  SharedFile& operator=(const SharedFile&) = delete;

  static std::shared_ptr<SharedFile> in_memory(const std::string& name);
  /// Opens or creates `path` for reading and writing.
  static std::shared_ptr<SharedFile> on_disk(const std::string& path);
  static std::shared_ptr<SharedFile> for_reading(const std::string& path);

  int fd() const { return fd_; }
  /// Its path, or what it was called in memory.
  const std::string& name() const { return name_; }
  int64_t size() const;
  /// Fills `out`; how many bytes there were before the end.
  size_t read_at(int64_t position, char* out, size_t size_bytes) const;
  void write_at(int64_t position, std::string_view bytes) const;
  void truncate(int64_t size) const;
  void sync() const;

 private:
  int fd_;
  std::string name_;
};

/// Replaces the file at once or not at all.
void write_file(const std::string& path, std::string_view bytes);
std::string read_file(const std::string& path);

}  // namespace kt
