// The PEM files by which the sandbox speaks TLS: ca.pem, server.pem and client.pem (certificate and
// key each), and client.properties, which kt and Java's tools take as they are. Those that are
// there are used; in a directory without them they are made, signed by a CA whose key nobody keeps.
#pragma once

#include <string>
#include <vector>

#include "net/tls/server.h"

namespace kt::sandbox {

/// `hosts` are those that a server certificate made now is for. Throws where a file cannot be read
/// or written.
net::TlsServerOptions tls_files(const std::string& directory,
                                const std::vector<std::string>& hosts);

}  // namespace kt::sandbox
