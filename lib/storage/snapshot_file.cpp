#include "storage/snapshot_file.h"

#include "base/bytes.h"
#include "base/crc32c.h"
#include "protocol/json.h"
#include "protocol/message.h"
#include "protocol/msg/quorum_state.h"
#include "storage/file.h"

namespace kt {

msg::ProducerSnapshot read_producer_snapshot(std::string_view bytes) {
  ByteReader reader(bytes);
  auto version = reader.integer<int16_t>();
  if (version != 1)
    throw DecodeError("a snapshot of version " + std::to_string(version) + ", which is not known");
  auto body = reader.rest();
  auto snapshot = decode<msg::ProducerSnapshot>(body, version);
  if (snapshot.crc != crc32c(body.substr(sizeof snapshot.crc)))
    throw DecodeError("the checksum does not match the bytes");
  return snapshot;
}

std::string quorum_state_json(std::string_view text) {
  // The version of the message is a member that its description does not have.
  constexpr std::string_view kVersion = "\"data_version\":";
  auto at = text.rfind(kVersion);
  if (at == std::string_view::npos) throw DecodeError("no data_version in the file");
  auto number = text.substr(at + kVersion.size());
  int16_t version = number.starts_with('0') ? 0 : number.starts_with('1') ? 1 : -1;
  if (version < 0) throw DecodeError("a state of a version that is not known");
  auto before = text.substr(0, at);
  while (before.ends_with(' ')) before.remove_suffix(1);
  if (!before.ends_with(',')) throw DecodeError("data_version is not the last member");
  before.remove_suffix(1);
  const MessageTable& table = msg::QuorumStateData::table();
  std::string json;
  try {
    auto message = read_json(table, std::string(before) + '}', version);
    write_json(json, table, message.get(), version);
  } catch (const DecodeError&) {
    throw;
  } catch (const Error& error) {
    throw DecodeError(error.message());
  }
  return json;
}

std::string read_side_file(const std::string& path) {
  constexpr int64_t kMostBytes = int64_t{256} << 20;
  auto file = SharedFile::for_reading(path);
  std::string bytes;
  // A file that is cut while it is read may end anywhere, within an entry too: it is read again.
  for (int attempt = 0; attempt < 100; ++attempt) {
    if (file->size() > kMostBytes)
      throw DecodeError("of " + std::to_string(file->size()) +
                        " bytes: no such file is that large");
    bytes.resize(static_cast<size_t>(file->size()));
    size_t read = file->read_at(0, bytes.data(), bytes.size());
    if (read == bytes.size()) break;
    bytes.resize(read);
  }
  return bytes;
}

}  // namespace kt
