#include "base/whole_file.h"

#include <cerrno>
#include <fstream>
#include <iterator>

namespace kt {

std::optional<std::string> read_whole_file(const std::string& path) {
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (in.is_open() && !in.bad()) return text;
  if (errno == 0) errno = EIO;
  return std::nullopt;
}

}  // namespace kt
