// Records of Kafka's own topics, control records, snapshots of producers and quorum states out of
// damaged bytes: JSON or an error, nothing else. The first byte chooses which.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/bytes.h"
#include "base/crc32c.h"
#include "storage/internal_records.h"
#include "storage/log_files.h"
#include "storage/snapshot_file.h"

namespace {

/// A snapshot's checksum made right, so that what lies behind it is reached.
std::string with_checksum(std::string bytes) {
  constexpr size_t kChecksum = sizeof(int16_t), kChecked = kChecksum + sizeof(uint32_t);
  if (bytes.size() >= kChecked)
    kt::store_big_endian(bytes.data() + kChecksum,
                         kt::crc32c(std::string_view(bytes).substr(kChecked)));
  return bytes;
}

void decode(uint8_t choice, std::string_view key, std::string_view value) {
  kt::RecordView record;
  if (choice < 224) record.key = key;
  if (choice % 7 != 0) record.value = value;
  std::string json;
  auto topic = static_cast<kt::InternalTopic>(choice % 6);
  if (topic == kt::InternalTopic::none)
    kt::append_decoded_control(json, record);
  else
    kt::append_decoded(json, topic, record);
  if (!json.starts_with('{') || !json.ends_with('}')) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  std::string_view bytes(reinterpret_cast<const char*>(data + 2), size - 2);
  if (data[0] >= 240) {
    try {
      if (data[0] % 2 == 0)
        kt::quorum_state_json(bytes);
      else
        kt::read_producer_snapshot(data[1] % 2 == 0 ? std::string(bytes)
                                                    : with_checksum(std::string(bytes)));
    } catch (const kt::DecodeError&) {
      // What damaged files may give.
    }
    kt::parse_file_name(bytes);
    return 0;
  }
  auto key = bytes.substr(0, data[1]);
  decode(data[0], key, bytes.substr(key.size()));
  return 0;
}
