// Digests as protocols and key stores ask for them, by OpenSSL, which is loaded with the first use.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kt::net {

enum class Digest { sha1, sha256, sha512 };

std::string digest(Digest kind, std::string_view bytes);
std::string hmac(Digest kind, std::string_view key, std::string_view bytes);
/// PBKDF2, as long as the digest.
std::string stretched(Digest kind, std::string_view password, std::string_view salt,
                      int iterations);
/// Nobody can guess them.
std::string random_bytes(size_t size);

}  // namespace kt::net
