#include "net/tls/jks.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/utf8.h"
#include "net/digest.h"

namespace kt::net {
namespace {

constexpr uint32_t kMagic = 0xfeedfeed;
constexpr size_t kDigestBytes = 20;
enum Tag : int32_t { kKey = 1, kTrusted = 2 };

/// Java's characters, two bytes each; passwords are hardly ever more than ASCII.
std::string utf16(const std::string& utf8) {
  std::string out;
  ByteWriter writer(out);
  for (char16_t unit : to_utf16(utf8)) writer.integer(static_cast<uint16_t>(unit));
  return out;
}

std::string text(ByteReader& reader) {
  return std::string(reader.take(reader.integer<uint16_t>()));
}

std::string blob(ByteReader& reader) {
  auto size = reader.integer<int32_t>();
  if (size < 0) throw DecodeError("a length is negative");
  return std::string(reader.take(static_cast<size_t>(size)));
}

std::string certificate(ByteReader& reader, int32_t version) {
  if (version == 2) text(reader);  // "X.509", its type
  return blob(reader);
}

JksEntry entry(ByteReader& reader, int32_t version) {
  auto tag = reader.integer<int32_t>();
  JksEntry made;
  made.alias = text(reader);
  reader.integer<int64_t>();  // when it was made
  int32_t certificates = 1;
  if (tag == kKey) {
    made.protected_key = blob(reader);
    certificates = reader.integer<int32_t>();
  } else if (tag != kTrusted) {
    throw DecodeError("an entry is neither a key nor a certificate");
  }
  for (int32_t i = 0; i < certificates; ++i)
    made.certificates.push_back(certificate(reader, version));
  return made;
}

}  // namespace

bool is_jks(std::string_view bytes) {
  return bytes.size() >= 4 && load_big_endian<uint32_t>(bytes.data()) == kMagic;
}

std::vector<JksEntry> parse_jks(std::string_view bytes, const std::string& password) {
  if (!is_jks(bytes) || bytes.size() < 12 + kDigestBytes) throw Error("it is cut off");
  auto body = bytes.substr(0, bytes.size() - kDigestBytes);
  if (!password.empty() && digest(Digest::sha1, utf16(password) + "Mighty Aphrodite" +
                                                    std::string(body)) != bytes.substr(body.size()))
    throw Error("the store cannot be opened with that password, or is damaged");
  ByteReader reader(body);
  reader.integer<uint32_t>();
  auto version = reader.integer<int32_t>();
  if (version != 1 && version != 2) throw Error("it is of an unknown version");
  std::vector<JksEntry> entries;
  try {
    for (auto count = reader.integer<int32_t>(); count > 0; --count)
      entries.push_back(entry(reader, version));
  } catch (const DecodeError& error) {
    throw Error("it is damaged: " + error.message());
  }
  return entries;
}

std::string open_jks_key(std::string_view wrapped, const std::string& password) {
  if (wrapped.size() < 2 * kDigestBytes) throw Error("the key in it is damaged");
  auto secret = utf16(password);
  auto hidden = wrapped.substr(kDigestBytes, wrapped.size() - 2 * kDigestBytes);
  std::string chained(wrapped.substr(0, kDigestBytes)), key;
  for (size_t done = 0; done < hidden.size(); done += kDigestBytes) {
    chained = digest(Digest::sha1, secret + chained);
    for (size_t i = 0; i < std::min(kDigestBytes, hidden.size() - done); ++i)
      key += static_cast<char>(hidden[done + i] ^ chained[i]);
  }
  if (digest(Digest::sha1, secret + key) != wrapped.substr(wrapped.size() - kDigestBytes))
    throw Error("the key in it cannot be opened with that password", Exit::usage,
                "ssl.key.password");
  return key;
}

}  // namespace kt::net
