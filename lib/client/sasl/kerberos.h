// GSSAPI: who we are by a Kerberos ticket, from a keytab or from a cache that kinit has filled.
#pragma once

#include <string>

#include "base/properties.h"
#include "client/sasl/gssapi_library.h"
#include "client/sasl/sasl.h"

namespace kt {

struct KerberosLogin {
  std::string service = "kafka";  ///< the first part of the brokers' principals
  std::string principal{};        ///< empty: the keytab's first, or whose ticket is there
  std::string keytab{};           ///< a file; empty: a cache of tickets
  std::string cache{};            ///< of tickets; empty: the user's own, as KRB5CCNAME has it

  /// For messages: `principal "alice@SHOP.EXAMPLE"`.
  std::string who() const;
};

/// Of sasl.jaas.config and sasl.kerberos.*. Throws usage errors.
KerberosLogin kerberos_login(const Properties& properties);

/// Exchanges as that login, each with a broker. What a keytab gives is kept in memory between
/// them. Throws a usage error where the keytab cannot be read.
SaslBegin kerberos_clients(const gss::Library& library, const KerberosLogin& login);

}  // namespace kt
