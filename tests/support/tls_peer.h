// A peer that speaks TLS: a scripted one whose connection goes through the server's side of it.
#pragma once

#include <fcntl.h>
#include <poll.h>

#include <cerrno>
#include <functional>
#include <string>

#include "net/tls/authority.h"
#include "net/tls/server.h"
#include "support/scripted_peer.h"

namespace kt::test {

/// One connection in TLS, waited on as long as it takes. Ends quietly when the client has gone.
class TlsPeerConnection {
 public:
  TlsPeerConnection(const net::TlsServerContext& context, int descriptor)
      : descriptor_(descriptor), stream_(context, descriptor) {
    ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) | O_NONBLOCK);
  }

  /// As many bytes; fewer where the client has gone.
  std::string read(size_t size) {
    std::string bytes(size, '\0');
    size_t done = 0;
    while (done < size) {
      ssize_t count = again(POLLIN, [&] { return stream_.read(&bytes[done], size - done); });
      if (count <= 0) break;
      done += static_cast<size_t>(count);
    }
    bytes.resize(done);
    return bytes;
  }

  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      ssize_t count =
          again(POLLIN | POLLOUT, [&] { return stream_.write(bytes.data(), bytes.size()); });
      if (count <= 0) return;
      bytes.remove_prefix(static_cast<size_t>(count));
    }
  }

  void end() { stream_.end(); }
  std::string client_subject() const { return stream_.client_subject(); }

 private:
  template <class Try>
  ssize_t again(short events, const Try& attempt) {
    while (true) {
      ssize_t count = attempt();
      if (count >= 0 || errno != EAGAIN) return count;
      pollfd entry{descriptor_, events, 0};
      ::poll(&entry, 1, 1'000);
    }
  }

  int descriptor_;
  net::TlsServerStream stream_;
};

class TlsPeer {
 public:
  using Script = std::function<void(TlsPeerConnection&)>;

  TlsPeer(const net::TlsServerOptions& options, Script script)
      : context_(options), script_(std::move(script)), peer_([this](PeerConnection& connection) {
          TlsPeerConnection secured(context_, connection.descriptor());
          script_(secured);
        }) {}

  uint16_t port() const { return peer_.port(); }

 private:
  net::TlsServerContext context_;
  Script script_;
  ScriptedPeer peer_;
};

}  // namespace kt::test
