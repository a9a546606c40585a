// The first steps to a broker: TCP to the address or what --map puts in its place, then TLS, where
// the name in the certificate is the advertised one all the same.
#pragma once

#include <memory>
#include <string>

#include "client/connection.h"

namespace kt {

/// A connection before any request. Throws net::NetError; never `closed` where TLS did not come
/// about.
std::unique_ptr<Connection> dial(const std::shared_ptr<const ClientOptions>& options,
                                 const net::HostPort& address, int32_t broker_id,
                                 Deadline deadline);

/// Where an address leads: to itself, or by --map elsewhere.
const net::HostPort& target_of(const ClientOptions& options, const net::HostPort& address);

/// Shakes hands in TLS and says what came of it, as TlsContext::try_out does. Throws net::NetError.
std::string try_tls(const std::shared_ptr<const ClientOptions>& options,
                    const net::HostPort& address, Deadline deadline);

/// Throws the sentence for a peer that was spoken to in plain text and speaks TLS.
void refuse_if_tls(const ClientOptions& options, const net::HostPort& address, Deadline deadline);

/// Throws the sentence for a broker that wants to know who we are, and was not told.
void refuse_if_sasl(const std::shared_ptr<const ClientOptions>& options,
                    const net::HostPort& address, const BrokerApis& apis, Deadline deadline);

}  // namespace kt
