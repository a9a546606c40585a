// How a cluster wants to be spoken to, from the Java client's settings and librdkafka's: TLS, and
// who we are.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/properties.h"
#include "net/tls/tls.h"

namespace kt {

struct SaslOptions;

/// security.protocol.
struct SecurityProtocol {
  bool tls = false;
  bool sasl = false;

  /// `SASL_SSL`
  std::string_view name() const;
};

/// PLAINTEXT where nothing says otherwise. Throws a usage error for what is no protocol.
SecurityProtocol security_protocol(const Properties& properties);

/// The keys and trust that the settings name; files are read now. Throws usage errors.
net::TlsOptions tls_options(const Properties& properties);

/// Whom to trust alone, as they name it.
net::TlsOptions trust_options(const Properties& properties);

/// Who the settings say we are. Throws usage errors.
std::shared_ptr<const SaslOptions> sasl_options(const Properties& properties);

}  // namespace kt
