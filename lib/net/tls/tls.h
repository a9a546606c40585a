// TLS around any transport, with every way to fail in a sentence of its own. Whom to trust and who
// we are is read once and shared by all connections.
//
// Unlike plain transports, one of TLS is for one thread at a time; shut_down() may come from any.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "net/transport.h"

struct ssl_ctx_st;
struct x509_store_st;

namespace kt::net {

/// Certificates or keys as they are kept, with what opens them.
struct KeyStore {
  enum class Type { pem, pkcs12, jks };
  Type type = Type::pem;
  std::string origin;  ///< the file, or the setting that holds the text: for messages
  std::string bytes;
  std::string password;
  std::string key_password{};  ///< of the key in a store; empty: the store's
};

struct TlsOptions {
  std::vector<KeyStore> trust;     ///< with trust_directory empty too: the system's own
  std::string trust_directory;     ///< of certificates named by their hashes, as OpenSSL wants them
  std::vector<KeyStore> identity;  ///< our certificate, its chain and key; empty: none
  bool verify = true;              ///< whether the peer's certificate must be one that is trusted
  bool check_host_name = true;
  std::string lowest_version, highest_version;  ///< "TLSv1.2", "TLSv1.3"; empty: as OpenSSL has it
  std::string ciphers;  ///< by their names in the standard or in OpenSSL; empty: OpenSSL's choice
  /// Called at most once for each certificate that expires soon, from any thread.
  std::function<void(const std::string&)> warn;
};

class TlsStream;

class TlsContext {
 public:
  /// Throws a usage error that names the store that cannot be used, and why.
  explicit TlsContext(TlsOptions options);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;

  /// Shakes hands with `host`, which the certificate must name. Throws NetError: tls, timed_out;
  /// closed where the peer ended the connection without a word, as what speaks no TLS may do.
  std::unique_ptr<Transport> secure(std::unique_ptr<Transport> plain, const std::string& host,
                                    Deadline deadline) const;

  /// The same for who wants to know what came of it: `TLSv1.3, certificate "CN=kafka" until
  /// 2027-01-31`.
  std::string try_out(std::unique_ptr<Transport> plain, const std::string& host,
                      Deadline deadline) const;

  /// Whom peers know us as: the subject of our certificate, as Java spells it, once one has asked
  /// for a certificate; else empty.
  std::string known_as() const;

 private:
  std::unique_ptr<TlsStream> shake_hands(std::unique_ptr<Transport> plain, const std::string& host,
                                         Deadline deadline) const;
  void warn_once(const std::string& text) const;

  struct Shared;
  TlsOptions options_;
  std::unique_ptr<Shared> shared_;
};

/// Who is trusted by the options, for another that speaks TLS by OpenSSL; the caller's. Throws
/// usage errors.
x509_store_st* new_trust_store(const TlsOptions& options);

/// Whether the peer answers to TLS with TLS.
bool speaks_tls(Transport& plain, Deadline deadline);

}  // namespace kt::net
