#include "mirror/batch_patch.h"

#include <cstring>

#include "base/crc32c.h"

namespace kt::mirror {

using namespace batch_layout;

Passage passage_of(const BatchView& batch, int64_t from_offset, bool keep_times) {
  if (batch.control() || batch.count() == 0) return Passage::drop;
  if (!batch.is_v2() || batch.base_offset() < from_offset) return Passage::rewrite;
  if (batch.count() != wrapping_add(batch.last_offset_delta(), 1)) return Passage::rewrite;
  if (keep_times && batch.timestamp_type() == TimestampType::log_append) return Passage::rewrite;
  return Passage::pass;
}

void patch_header(char* batch, size_t size_bytes, const Sender& sender) {
  constexpr int16_t kOfTheSource = kTimestampTypeBit | kTransactionalBit | kDeleteHorizonBit;
  char before[kHeaderBytes];
  std::memcpy(before, batch, kHeaderBytes);
  auto attributes = load_big_endian<int16_t>(batch + kAttributes);
  store_big_endian(batch + kAttributes, static_cast<int16_t>(attributes & ~kOfTheSource));
  store_big_endian(batch + kProducerId, sender.producer_id);
  store_big_endian(batch + kProducerEpoch, sender.epoch);
  store_big_endian(batch + kBaseSequence, sender.base_sequence);
  set_base_offset(batch, 0);
  set_leader_epoch(batch, -1);
  char difference[kHeaderBytes - kAttributes];
  for (size_t i = 0; i < sizeof difference; ++i)
    difference[i] = static_cast<char>(batch[kAttributes + i] ^ before[kAttributes + i]);
  auto crc = load_big_endian<uint32_t>(before + kCrc);
  store_big_endian(batch + kCrc, crc32c_after_change(crc, {difference, sizeof difference},
                                                     size_bytes - kHeaderBytes));
}

}  // namespace kt::mirror
