// Key stores of every kind brought into an OpenSSL context.
#pragma once

#include <optional>

#include "net/tls/certificate.h"
#include "net/tls/tls.h"

namespace kt::net {

/// Throws a usage error that names the store.
void add_trust(ssl_ctx_st* context, const KeyStore& store);

/// Takes certificate, chain and key, which may stand in several PEM files, and says what the
/// certificate is. Throws a usage error that names the store.
CertificateFacts set_identity(ssl_ctx_st* context, const std::vector<KeyStore>& stores);

}  // namespace kt::net
