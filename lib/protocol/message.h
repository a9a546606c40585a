// Messages to bytes and back: one interpreter walks the tables of schema.h for every message and
// version. Bodies only; headers are in header.h. A message is any struct of protocol/msg/*.h.
//
// Writing refuses what the version cannot carry: a field that it lacks and that is not at its
// default (unless Kafka itself ignores such a field), null where it has none, a string too long.
// Reading checks every length and count against the bytes left before it allocates, and names the
// place: `Metadata v9 response: topics[3].isrNodes: ...`. `records` come back as views into the
// bytes read, which must outlive the message.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "protocol/schema.h"

namespace kt {

/// A message that a version cannot carry.
class EncodeError : public Error {
 public:
  using Error::Error;
};

void encode(std::string& out, const MessageTable& table, const void* message, int16_t version);
/// Writes the sizes of `records` fields, not their bytes; `gaps` are the positions in `out` where
/// those belong, in order. For senders that hold records in files; the views need not point
/// anywhere.
void encode_around_records(std::string& out, const MessageTable& table, const void* message,
                           int16_t version, std::vector<size_t>& gaps);
/// Reads into a fresh `message`. Answers how many bytes it took; the rest is the caller's.
size_t decode(const MessageTable& table, void* message, std::string_view bytes, int16_t version);
/// Compares all fields, unknown tags too.
bool equal(const MessageTable& table, const void* left, const void* right);

/// Appends the body of `message` in `version`.
template <class M>
void encode(std::string& out, const M& message, int16_t version) {
  encode(out, M::table(), &message, version);
}

/// Throws DecodeError where bytes are left over.
void require_all_read(const MessageTable& table, int16_t version, size_t taken, size_t size);

/// The message in `body`, all of it.
template <class M>
M decode(std::string_view body, int16_t version) {
  M message;
  require_all_read(M::table(), version, decode(M::table(), &message, body, version), body.size());
  return message;
}

template <class M>
bool equal(const M& left, const M& right) {
  return equal(M::table(), &left, &right);
}

/// `Metadata v9 response`, for sentences.
std::string message_title(const MessageTable& table, int16_t version);

}  // namespace kt
