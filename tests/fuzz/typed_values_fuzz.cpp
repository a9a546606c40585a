// Single values and files that people write: the first byte chooses the reader, the rest is its
// input. What was read is printed and read again, and must be the same.
#include <cstdint>
#include <string>

#include "base/error.h"
#include "base/time.h"
#include "base/utf8.h"
#include "cli/argument.h"
#include "cli/contexts.h"
#include "output/json.h"

namespace {

using namespace kt;

void check(bool holds) {
  if (!holds) __builtin_trap();
}

void read(uint8_t which, std::string_view text) {
  switch (which % 8) {
    case 0: {
      auto duration = parse_duration(text);
      check(parse_duration(format_duration(duration)) == duration);
      return;
    }
    case 1: {
      auto size = parse_size(text);
      check(parse_size(exact_size(size.bytes)).bytes == size.bytes);
      format_size(size.bytes);
      return;
    }
    case 2: {
      auto position = parse_position(text);
      if (position.kind != Position::Kind::timestamp)
        check(parse_position(format_position(position)) == position);
      return;
    }
    case 3: {
      auto selection = parse_selection(text);
      check(parse_selection(format_selection(selection)).ranges == selection.ranges);
      if (selection.numbers().size() < 100)
        for (auto number : selection.numbers()) check(selection.contains(number));
      return;
    }
    case 4: {
      format_local(parse_time(text));
      return;
    }
    case 5: {
      auto contexts = parse_contexts(text, "file");
      auto again = parse_contexts(format_contexts(contexts), "file");
      check(again.current == contexts.current && again.list.size() == contexts.list.size());
      return;
    }
    case 6: {
      auto escaped = escape_for_terminal(text);
      check(is_utf8(escaped) && escape_for_terminal(escaped) == escaped &&
            display_width(escaped) >= 0);
      return;
    }
    default: {
      std::string json;
      JsonWriter(json).text(text);
      check(is_utf8(json) && escape_for_terminal(json) == json);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  try {
    read(data[0], {reinterpret_cast<const char*>(data) + 1, size - 1});
  } catch (const Error& error) {
    check(error.exit() == Exit::usage);
  }
  return 0;
}
