// The server's side of TLS on a non-blocking socket, read and written as the socket itself is: for
// the sandbox and for tests.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>

struct ssl_ctx_st;
struct ssl_st;

namespace kt::net {

struct TlsServerOptions {
  std::string identity;   ///< PEM: certificate, chain and key
  std::string client_ca;  ///< PEM; what clients' certificates must be signed by
  enum class ClientCertificate { none, requested, required };
  ClientCertificate client_certificate = ClientCertificate::none;
  std::string highest_version{};  ///< "TLSv1.2"; empty: the newest
};

class TlsServerContext {
 public:
  /// Throws a usage error where the PEM cannot be used.
  explicit TlsServerContext(const TlsServerOptions& options);
  ~TlsServerContext();
  TlsServerContext(const TlsServerContext&) = delete;

 private:
  friend class TlsServerStream;
  ssl_ctx_st* context_;
};

class TlsServerStream {
 public:
  /// The descriptor stays the caller's.
  TlsServerStream(const TlsServerContext& context, int descriptor);
  ~TlsServerStream();
  TlsServerStream(const TlsServerStream&) = delete;

  /// As recv(2) and send(2): 0 at the end, -1 with errno, EAGAIN where it must wait to read. The
  /// handshake happens on the way. After EAGAIN, the same bytes are to be written again.
  ssize_t read(char* out, size_t size);
  ssize_t write(const char* bytes, size_t size);
  /// The subject of the client's certificate as Java spells it, `CN=alice,O=shop`; empty without
  /// one.
  std::string client_subject() const;
  /// Says that nothing more comes.
  void end();

 private:
  ssize_t result(bool done, size_t count);

  ssl_st* ssl_;
};

}  // namespace kt::net
