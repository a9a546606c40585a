// Files of positions in every layout: they are taken or refused, and what was taken reads the same
// once it was written again.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/error.h"
#include "offsets/positions_file.h"

using namespace kt;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  std::vector<FilePosition> positions;
  try {
    positions = parse_positions(text, guess_format(text), "input");
  } catch (const Error&) {
    return 0;
  }
  std::string written;
  for (const auto& position : positions) {
    // Metadata has no place in CSV, nor a line end in a name.
    auto broken = position.partition.topic + position.group;
    if (!position.metadata.empty() || broken.find_first_of("\r\n") != std::string::npos) return 0;
    append_csv_line(written, position, !position.group.empty());
  }
  if (parse_positions(written, PositionsFormat::kafka_csv, "written") != positions) std::abort();
  return 0;
}
