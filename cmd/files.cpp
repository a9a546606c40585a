#include "files.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "base/error.h"
#include "base/text.h"
#include "storage/file.h"

namespace kt {

std::string read_input(const std::string& path) {
  bool standard = path == "-";
  int fd = standard ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  auto fail = [&] {
    throw Error((standard ? "standard input" : in_quotes(path)) + ": " + std::strerror(errno),
                Exit::usage);
  };
  if (fd < 0) fail();
  std::string all;
  char block[65536];
  ssize_t got = 0;
  while ((got = ::read(fd, block, sizeof block)) != 0) {
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail();
    all.append(block, static_cast<size_t>(got));
  }
  if (!standard) ::close(fd);
  return all;
}

void check_output(const std::string& path, bool overwrite) {
  if (!overwrite && std::filesystem::exists(path))
    throw Error("file " + in_quotes(path) + " is there already", Exit::usage,
                "--overwrite replaces it");
}

void write_output(const std::string& path, std::string_view bytes) {
  auto aside = path + ".new";
  {
    auto file = SharedFile::on_disk(aside);
    file->truncate(0);
    file->write_at(0, bytes);
    file->sync();
  }
  if (std::rename(aside.c_str(), path.c_str()) != 0)
    throw Error("cannot replace " + in_quotes(path) + ": " + std::strerror(errno));
}

}  // namespace kt
