// Lines of state-change logs: any bytes are taken apart without harm, and merged without losing
// one. The first byte is the window.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "statelog/line.h"
#include "statelog/merge.h"

namespace {

void check_parts(std::string_view line) {
  auto dated = kt::statelog::parse_line(line);
  auto change = kt::statelog::parse_message(dated ? dated->message : line);
  for (const auto& named : change.partitions) {
    bool inside = named.topic.data() >= line.data() &&
                  named.topic.data() + named.topic.size() <= line.data() + line.size();
    if (!inside || named.topic.empty() || named.partition < 0) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  std::string text(reinterpret_cast<const char*>(data + 1), size - 1);
  static const int descriptor = memfd_create("log", 0);
  if (ftruncate(descriptor, 0) != 0 ||
      pwrite(descriptor, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()))
    return 0;
  // What begins as gzip is unpacked: only that nothing breaks can be said of it.
  bool is_plain = !text.starts_with('\x1f');
  kt::statelog::LogFile file("/proc/self/fd/" + std::to_string(descriptor), kt::TimeZone("UTC"),
                             data[0] % 8 + 1);
  size_t bytes = 0, lines = 0;
  while (file.front() != nullptr) {
    auto entry = file.pop();
    for (const auto& line : entry.lines) {
      check_parts(line.text);
      bytes += line.text.size();
      ++lines;
    }
  }
  if (lines != file.line_count()) std::abort();
  auto feeds = static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
  if (is_plain && bytes + feeds != text.size()) std::abort();
  return 0;
}
