// From the shared flags to a cluster: addresses, limits and client settings, with the Java client's
// keys and librdkafka's. Where only ZooKeeper is named, the brokers are found there. Its own
// settings are zookeeper.connect (in place of -z), zookeeper.session.timeout.ms and, for nodes with
// digest rights, zookeeper.digest.user and zookeeper.digest.password.
#pragma once

#include <memory>
#include <string>

#include "base/properties.h"
#include "cli/context.h"
#include "client/cluster.h"
#include "net/tls/tls.h"
#include "zookeeper/session.h"

namespace kt {

/// The client settings of --config and -X, -X last, so that it wins; each key as typed.
Properties client_properties(const Context& context);

/// How to reach the cluster that the flags name. Throws a usage error where they name none.
ClientOptions client_options(const Context& context);

/// TLS as the settings want it: whom to trust, and who we are. Throws a usage error.
std::shared_ptr<const net::TlsContext> tls_context(const Context& context,
                                                   const Properties& properties);

/// The ZooKeeper that the flags name; a connection is made when something is asked. Where they name
/// none, throws a usage error that says what it is needed for: `what` is kept there.
std::unique_ptr<zk::Session> zookeeper_of(const Context& context, std::string_view what);

/// Whether the flags name a ZooKeeper.
bool names_zookeeper(const Context& context);

/// Another cluster, as --from or --to names it; without a name the one that the flags name.
std::unique_ptr<Cluster> connect_to(const Context& context, const std::string& cluster);

/// The cluster that the flags name; connections are made when something is asked.
std::unique_ptr<Cluster> connect(const Context& context);

}  // namespace kt
