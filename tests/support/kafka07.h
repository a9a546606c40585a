// What the 0.7.0 broker of tests/data/kafka07 was given, by its README: nothing here is read from
// its files.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"
#include "compress/codec.h"
#include "compress/crc32.h"

namespace kt::test {

inline std::string padded(int number) {
  auto digits = std::to_string(number);
  return std::string(5 - digits.size(), '0') + digits;
}

/// The messages of partition 0 or 1 of topic `mix`, in order.
inline std::vector<std::string> kafka07_messages(int partition) {
  std::vector<std::string> messages;
  for (int round = 0; round < 2; ++round) {
    if (partition == 1) {
      for (int i = 0; i < 600; ++i)
        messages.push_back("roll-" + padded(i) + "-" + std::string(200, 'y'));
      continue;
    }
    for (int i = 0; i < 200; ++i)
      messages.push_back("plain-" + padded(i) + "-" +
                         std::string(static_cast<size_t>(i % 50), 'x'));
    for (int i = 0; i < 50; ++i) messages.push_back("magic0-" + padded(i));
    for (int i = 0; i < 50; ++i)
      for (int j = 0; j < 10; ++j) messages.push_back("gz-" + padded(i) + "-" + std::to_string(j));
    messages.push_back("Größe-日本");
    messages.push_back("");
  }
  return messages;
}

/// An entry of a 0.7 log; magic 0 has no attributes.
inline std::string kafka07_entry(std::string_view payload, int8_t magic = 1,
                                 int8_t attributes = 0) {
  std::string entry;
  ByteWriter writer(entry);
  writer.integer(static_cast<int32_t>(payload.size() + (magic == 0 ? 5 : 6)));
  writer.integer(magic);
  if (magic != 0) writer.integer(attributes);
  writer.integer(crc32(payload));
  writer.bytes(payload);
  return entry;
}

inline std::string kafka07_wrapper(std::string_view set, Codec codec) {
  std::string packed;
  compress({codec}, set, packed);
  return kafka07_entry(packed, 1, static_cast<int8_t>(codec));
}

}  // namespace kt::test
