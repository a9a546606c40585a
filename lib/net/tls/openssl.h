// OpenSSL's libraries, loaded with their first use and not with kt: see lib/CMakeLists.txt.
#pragma once

#include <string>

namespace kt::net {

/// To be called before anything of OpenSSL. Throws where it cannot be loaded.
void load_openssl();

/// What OpenSSL says of its latest failure in this thread, in its words; forgets it.
std::string openssl_reason();

/// Algorithms that only old files use (RC2-40, 3DES with SHA-1); false where this machine has none.
bool load_legacy_algorithms();

}  // namespace kt::net
