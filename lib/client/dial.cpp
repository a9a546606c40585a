#include "client/dial.h"

#include "net/error.h"
#include "net/tls/tls.h"
#include "protocol/msg/api_versions.h"

namespace kt {
namespace {

constexpr Milliseconds kProbe{2'000};

const net::HostPort& target_of(const ClientOptions& options, const net::HostPort& address) {
  auto mapped = options.address_map.find(address);
  return mapped == options.address_map.end() ? address : mapped->second;
}

/// Whether a Kafka broker answers there in plain text; those before 0.10 tell nobody.
bool answers_in_plain_text(const std::shared_ptr<const ClientOptions>& options,
                           const net::HostPort& address, Deadline deadline) {
  try {
    Connection connection(options, net::connect_tcp(target_of(*options, address), deadline), -1);
    connection.send(any_request(msg::ApiVersionsRequest{}), 0, deadline);
    connection.receive(deadline);
    return true;
  } catch (const net::NetError&) {
    return false;
  }
}

[[noreturn]] void explain_silence(const std::shared_ptr<const ClientOptions>& options,
                                  const net::HostPort& address, Deadline deadline) {
  constexpr const char* kHint =
      "security.protocol=PLAINTEXT or SASL_PLAINTEXT, or the port of a TLS listener";
  if (answers_in_plain_text(options, address, deadline.sooner(kProbe)))
    throw net::NetError(net::Failure::tls,
                        address.to_string() + " speaks plain text, and was spoken to in TLS",
                        kHint);
  throw net::NetError(
      net::Failure::tls,
      address.to_string() + " ended the connection without a word when it was spoken to in TLS",
      kHint);
}

}  // namespace

std::unique_ptr<Connection> dial(const std::shared_ptr<const ClientOptions>& options,
                                 const net::HostPort& address, int32_t broker_id,
                                 Deadline deadline) {
  auto transport = net::connect_tcp(target_of(*options, address), deadline);
  if (options->tls) try {
      transport = options->tls->secure(std::move(transport), address.host, deadline);
    } catch (const net::NetError& error) {
      if (error.failure() != net::Failure::closed) throw;
      explain_silence(options, address, deadline);
    }
  auto connection = std::make_unique<Connection>(options, std::move(transport), broker_id);
  connection->set_address(address);
  return connection;
}

void refuse_if_tls(const ClientOptions& options, const net::HostPort& address, Deadline deadline) {
  if (options.tls) return;
  auto plain = net::connect_tcp(target_of(options, address), deadline);
  if (net::speaks_tls(*plain, deadline.sooner(kProbe)))
    throw net::NetError(net::Failure::tls,
                        address.to_string() + " speaks TLS, and was spoken to in plain text",
                        "security.protocol=SSL or SASL_SSL, or the port of a plain-text listener");
}

}  // namespace kt
