// Java serialization streams: whatever comes is read or refused, and what was read can be told as a
// value, as an exception and as a stub, whatever graph its references form.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/error.h"
#include "jmx/datum.h"
#include "jmx/java_reader.h"
#include "jmx/object_name.h"
#include "jmx/rmi.h"

using namespace kt;
using namespace kt::jmx;

namespace {

template <class Work>
void attempt(Work&& work) {
  try {
    work();
  } catch (const Error&) {
    // Refused.
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view left(reinterpret_cast<const char*>(data), size);
  Feed feed(
      [&left](char* out, size_t most) {
        // In small pieces, as a network brings them.
        size_t count = std::min({most, left.size(), size_t{7}});
        std::memcpy(out, left.data(), count);
        left.remove_prefix(count);
        return count;
      },
      size_t{1} << 20);
  std::unique_ptr<JavaMessage> message;
  attempt([&] { message = read_java(feed); });
  if (!message) return 0;
  attempt([&] { datum_of(message->value); });
  attempt([&] { exception_text(message->value); });
  attempt([&] { remote_object_of(*message); });
  attempt([&] { NamePattern(text_of(message->value)).matches(text_of(message->value)); });
  return 0;
}
