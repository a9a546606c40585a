// Java's own key stores (JKS): certificates as DER, keys under Sun's own cipher, which is SHA-1
// chained. Newer JDKs write PKCS#12, older ones wrote these.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kt::net {

struct JksEntry {
  std::string alias;
  std::string protected_key;  ///< EncryptedPrivateKeyInfo as DER; empty for trusted certificates
  std::vector<std::string> certificates;  ///< DER; of a key its chain, its own first
};

/// Whether the bytes begin as a JKS store does.
bool is_jks(std::string_view bytes);

/// The entries. With a password the store's digest is checked. Throws Error with the reason, which
/// names no file.
std::vector<JksEntry> parse_jks(std::string_view bytes, const std::string& password);

/// The key as PKCS#8, of the bytes that EncryptedPrivateKeyInfo wraps. Throws where it is another
/// password.
std::string open_jks_key(std::string_view wrapped, const std::string& password);

}  // namespace kt::net
