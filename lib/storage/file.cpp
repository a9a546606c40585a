#include "storage/file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/error.h"

namespace kt {
namespace {

[[noreturn]] void fail(const std::string& what, const std::string& name) {
  throw Error(what + " " + name + ": " + std::strerror(errno));
}

std::shared_ptr<SharedFile> opened(const std::string& path, int flags) {
  constexpr mode_t kMode = 0644;
  int fd = open(path.c_str(), flags | O_CLOEXEC, kMode);
  if (fd < 0) fail("cannot open", path);
  return std::make_shared<SharedFile>(fd, path);
}

}  // namespace

SharedFile::~SharedFile() { close(fd_); }

std::shared_ptr<SharedFile> SharedFile::in_memory(const std::string& name) {
  int fd = memfd_create(name.c_str(), MFD_CLOEXEC);
  if (fd < 0) fail("cannot make in memory", name);
  return std::make_shared<SharedFile>(fd, name);
}

std::shared_ptr<SharedFile> SharedFile::on_disk(const std::string& path) {
  return opened(path, O_RDWR | O_CREAT);
}

std::shared_ptr<SharedFile> SharedFile::for_reading(const std::string& path) {
  return opened(path, O_RDONLY);
}

int64_t SharedFile::size() const {
  struct stat status;
  if (fstat(fd_, &status) != 0) fail("cannot look at", name_);
  return status.st_size;
}

size_t SharedFile::read_at(int64_t position, char* out, size_t size_bytes) const {
  size_t done = 0;
  while (done < size_bytes) {
    ssize_t now = pread(fd_, out + done, size_bytes - done, position + static_cast<off_t>(done));
    if (now < 0 && errno == EINTR) continue;
    if (now < 0) fail("cannot read", name_);
    if (now == 0) break;
    done += static_cast<size_t>(now);
  }
  return done;
}

void SharedFile::write_at(int64_t position, std::string_view bytes) const {
  while (!bytes.empty()) {
    ssize_t now = pwrite(fd_, bytes.data(), bytes.size(), position);
    if (now < 0 && errno == EINTR) continue;
    if (now <= 0) fail("cannot write to", name_);
    bytes.remove_prefix(static_cast<size_t>(now));
    position += now;
  }
}

void SharedFile::truncate(int64_t size) const {
  if (ftruncate(fd_, size) != 0) fail("cannot truncate", name_);
}

void SharedFile::sync() const {
  if (fdatasync(fd_) != 0 && errno != EINVAL) fail("cannot flush", name_);
}

void write_file(const std::string& path, std::string_view bytes) {
  std::string fresh = path + ".tmp";
  {
    auto file = SharedFile::on_disk(fresh);
    file->truncate(0);
    file->write_at(0, bytes);
  }
  if (std::rename(fresh.c_str(), path.c_str()) != 0) fail("cannot replace", path);
}

std::string read_file(const std::string& path) {
  auto file = SharedFile::for_reading(path);
  std::string bytes(static_cast<size_t>(file->size()), '\0');
  bytes.resize(file->read_at(0, bytes.data(), bytes.size()));
  return bytes;
}

}  // namespace kt
