#include "compress/plain_or_gzip.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>

#include "base/error.h"
#include "base/text.h"

namespace kt {
namespace {

constexpr unsigned kBufferBytes = 16 * 1024;  // many files are open at once

[[noreturn]] void refuse(const std::string& path, const std::string& why, Exit exit) {
  throw Error("cannot read " + in_quotes(path) + ": " + why, exit);
}

}  // namespace

PlainOrGzipFile::PlainOrGzipFile(const std::string& path) : path_(path) {
  int descriptor = path == "-" ? dup(STDIN_FILENO) : open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) refuse(path, std::strerror(errno), Exit::usage);
  struct stat status {};
  if (fstat(descriptor, &status) == 0 && S_ISDIR(status.st_mode)) {
    close(descriptor);
    refuse(path, "it is a directory", Exit::usage);
  }
  auto file = gzdopen(descriptor, "rb");
  if (file == nullptr) {
    close(descriptor);
    refuse(path, "out of memory", Exit::failed);
  }
  gzbuffer(file, kBufferBytes);
  file_ = file;
}

PlainOrGzipFile::~PlainOrGzipFile() { gzclose(static_cast<gzFile>(file_)); }

size_t PlainOrGzipFile::read(char* out, size_t size) {
  auto file = static_cast<gzFile>(file_);
  auto most = static_cast<unsigned>(std::min<size_t>(size, INT_MAX));
  int count = gzread(file, out, most);
  if (count > 0) return static_cast<size_t>(count);
  int code = Z_OK;
  const char* text = gzerror(file, &code);
  if (code == Z_ERRNO) refuse(path_, std::strerror(errno), Exit::failed);
  if (code == Z_BUF_ERROR) refuse(path_, "the gzip stream is cut off", Exit::failed);
  if (code != Z_OK && code != Z_STREAM_END) refuse(path_, text, Exit::failed);
  return 0;
}

}  // namespace kt
