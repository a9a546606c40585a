// Kafka's framing: a 32-bit length, then that many bytes. The length is checked before anything is
// allocated, and what is no Kafka peer at all is recognised by its first bytes.
#pragma once

#include "base/buffer.h"
#include "net/transport.h"

namespace kt::net {

/// The largest response taken unless the request asked for more.
constexpr size_t kMaxFrameBytes = size_t{100} << 20;
/// The largest token of SASL, which is sent by who is not known yet.
constexpr size_t kMaxTokenBytes = size_t{1} << 20;

/// Reads one frame, without its length, into `out`. Throws NetError: closed, timed_out, tls,
/// not_kafka, too_large. What Kafka answers has `min_bytes`, its correlation id; bare tokens of
/// SASL may be empty.
void read_frame(Transport& transport, Buffer& out, Deadline deadline,
                size_t max_bytes = kMaxFrameBytes, int32_t min_bytes = 4);

/// Writes the length of the pieces together, then the pieces.
void write_frame(Transport& transport, std::span<const std::string_view> pieces, Deadline deadline);

}  // namespace kt::net
