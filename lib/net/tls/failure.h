// Why no TLS came about, as a sentence that names thing, cause and way out.
#pragma once

#include <optional>
#include <string>

#include "net/error.h"
#include "net/tls/certificate.h"

namespace kt::net {

/// What one connection has learned of its peer until it failed.
struct Handshake {
  std::string peer;                          ///< as the user knows it
  std::string host;                          ///< whom the certificate must name
  std::optional<CertificateFacts> leaf;      ///< the peer's own certificate
  std::optional<CertificateFacts> at_fault;  ///< the one of its chain that was refused
  int verify_code = 0;                       ///< X509_V_..., 0 where none was refused
  bool certificate_asked = false;            ///< the peer asks for a client certificate
  std::optional<int> stray_alert;            ///< what stood at the end of what cannot be read
  std::string own_subject;                   ///< of the one that we have; empty: none
  std::string trusted;                       ///< what was trusted, in words
};

/// Whether OpenSSL could not read what came, says its error queue.
bool is_unreadable();

/// The failure that OpenSSL's error queue holds, which is empty after it.
NetError tls_error(const Handshake& handshake);

/// The peer ended the connection where it asked for a client certificate.
NetError refused_certificate(const Handshake& handshake, const std::string& how);

}  // namespace kt::net
