#include "client/dial.h"

#include "net/error.h"
#include "net/tls/tls.h"
#include "protocol/msg/metadata.h"

namespace kt {
namespace {

constexpr Milliseconds kProbe{2'000};

/// Whether a Kafka broker answers there in plain text.
bool answers_in_plain_text(const std::shared_ptr<const ClientOptions>& options,
                           const net::HostPort& address, Deadline deadline) {
  try {
    Connection connection(options, net::connect_tcp(target_of(*options, address), deadline), -1);
    msg::MetadataRequest of_no_topics;
    of_no_topics.topics.emplace();
    connection.send(any_request(of_no_topics), 1, deadline);
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

/// One step with the context of TLS and a connection, of which a peer's silence is no end.
template <class Step>
auto in_tls(const std::shared_ptr<const ClientOptions>& options, const net::HostPort& address,
            Deadline deadline, Step&& step) {
  auto plain = net::connect_tcp(target_of(*options, address), deadline);
  try {
    return step(*options->tls, std::move(plain));
  } catch (const net::NetError& error) {
    if (error.failure() != net::Failure::closed) throw;
    explain_silence(options, address, deadline);
  }
}

}  // namespace

const net::HostPort& target_of(const ClientOptions& options, const net::HostPort& address) {
  auto mapped = options.address_map.find(address);
  return mapped == options.address_map.end() ? address : mapped->second;
}

std::string try_tls(const std::shared_ptr<const ClientOptions>& options,
                    const net::HostPort& address, Deadline deadline) {
  return in_tls(options, address, deadline, [&](const net::TlsContext& tls, auto plain) {
    return tls.try_out(std::move(plain), address.host, deadline);
  });
}

std::unique_ptr<Connection> dial(const std::shared_ptr<const ClientOptions>& options,
                                 const net::HostPort& address, int32_t broker_id,
                                 Deadline deadline) {
  auto transport = options->tls
                       ? in_tls(options, address, deadline,
                                [&](const net::TlsContext& tls, auto plain) {
                                  return tls.secure(std::move(plain), address.host, deadline);
                                })
                       : net::connect_tcp(target_of(*options, address), deadline);
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
