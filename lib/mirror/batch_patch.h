// What becomes of a fetched batch on its way to the target, decided by its header alone, and the
// header as the target takes it. The body of a batch that passes is neither read nor changed.
#pragma once

#include <cstdint>

#include "protocol/records/batch.h"

namespace kt::mirror {

enum class Passage {
  pass,     ///< a new header, the body as it came
  rewrite,  ///< its records must be taken out: old format, holes, the broker's times
  drop,     ///< nothing in it for a reader: markers, or all its records were compacted away
};

/// `from_offset`: records below it were copied already. `keep_times`: a batch with the source
/// broker's append time must keep it, which brokers take from no client as it stands.
Passage passage_of(const BatchView& batch, int64_t from_offset, bool keep_times);

/// Who a batch comes from, for the target.
struct Sender {
  int64_t producer_id = -1;
  int16_t epoch = -1;
  int32_t base_sequence = -1;
};

/// Makes the header of a whole batch v2 one that a broker takes from a client: its own sender, no
/// transaction, base offset 0. The checksum follows from the old one and the changed bytes: where
/// the body was damaged it stays wrong, and the target refuses the batch.
void patch_header(char* batch, size_t size_bytes, const Sender& sender);

}  // namespace kt::mirror
