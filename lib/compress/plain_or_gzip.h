// Files that may be compressed with gzip, as rotated logs are, read as one stream of plain bytes.
#pragma once

#include <cstddef>
#include <string>

namespace kt {

class PlainOrGzipFile {
 public:
  /// `-` is standard input. Throws a usage error where it cannot be opened.
  explicit PlainOrGzipFile(const std::string& path);
  ~PlainOrGzipFile();
  PlainOrGzipFile(const PlainOrGzipFile&) = delete;

  /// At most `size` bytes; 0 at the end. Throws Error where reading fails or the gzip is damaged;
  /// what stood before the damage has come out.
  size_t read(char* out, size_t size);

 private:
  std::string path_;
  void* file_ = nullptr;  ///< zlib's
};

}  // namespace kt
