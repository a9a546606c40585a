#include "net/tls/server.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <cerrno>

#include "base/error.h"
#include "net/tls/certificate.h"
#include "net/tls/openssl.h"
#include "net/tls/stores.h"

namespace kt::net {
namespace {

int descriptor_of(BIO* bio) {
  return static_cast<int>(reinterpret_cast<intptr_t>(BIO_get_data(bio)));
}

int settled(BIO* bio, ssize_t count, bool reading) {
  BIO_clear_retry_flags(bio);
  bool again = count < 0 && (errno == EAGAIN || errno == EINTR);
  if (again && reading) BIO_set_retry_read(bio);
  if (again && !reading) BIO_set_retry_write(bio);
  return static_cast<int>(count);
}

int on_read(BIO* bio, char* out, int size) {
  return settled(bio, ::recv(descriptor_of(bio), out, static_cast<size_t>(size), 0), true);
}

int on_write(BIO* bio, const char* bytes, int size) {
  ssize_t sent = ::send(descriptor_of(bio), bytes, static_cast<size_t>(size), MSG_NOSIGNAL);
  return settled(bio, sent, false);
}

long on_control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

/// OpenSSL's own for sockets writes without MSG_NOSIGNAL.
BIO_METHOD* socket_method() {
  static BIO_METHOD* const method = [] {
    auto* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
    BIO_meth_set_read(made, on_read);
    BIO_meth_set_write(made, on_write);
    BIO_meth_set_ctrl(made, on_control);
    return made;
  }();
  return method;
}

int verification(TlsServerOptions::ClientCertificate wanted) {
  using Wanted = TlsServerOptions::ClientCertificate;
  if (wanted == Wanted::none) return SSL_VERIFY_NONE;
  if (wanted == Wanted::requested) return SSL_VERIFY_PEER;
  return SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
}

}  // namespace

TlsServerContext::TlsServerContext(const TlsServerOptions& options) {
  load_openssl();
  context_ = SSL_CTX_new(TLS_server_method());
  set_identity(context_, {{KeyStore::Type::pem, "the server's certificate", options.identity, ""}});
  if (!options.client_ca.empty())
    add_trust(context_, {KeyStore::Type::pem, "the clients' CA", options.client_ca, ""});
  SSL_CTX_set_verify(context_, verification(options.client_certificate), nullptr);
  if (options.highest_version == "TLSv1.2") SSL_CTX_set_max_proto_version(context_, TLS1_2_VERSION);
  SSL_CTX_set_mode(context_, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                 SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(context_, SSL_SESS_CACHE_OFF);
}

TlsServerContext::~TlsServerContext() { SSL_CTX_free(context_); }

TlsServerStream::TlsServerStream(const TlsServerContext& context, int descriptor)
    : ssl_(SSL_new(context.context_)) {
  BIO* bio = BIO_new(socket_method());
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<intptr_t>(descriptor)));
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_, bio, bio);
  SSL_set_accept_state(ssl_);
}

TlsServerStream::~TlsServerStream() { SSL_free(ssl_); }

ssize_t TlsServerStream::result(bool done, size_t count) {
  if (done) return static_cast<ssize_t>(count);
  int why = SSL_get_error(ssl_, 0);
  ERR_clear_error();
  if (why == SSL_ERROR_ZERO_RETURN) return 0;
  errno = why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE ? EAGAIN : EPROTO;
  return -1;
}

ssize_t TlsServerStream::read(char* out, size_t size) {
  size_t count = 0;
  bool done = SSL_read_ex(ssl_, out, size, &count) == 1;
  return result(done, count);
}

ssize_t TlsServerStream::write(const char* bytes, size_t size) {
  size_t count = 0;
  bool done = SSL_write_ex(ssl_, bytes, size, &count) == 1;
  return result(done, count);
}

std::string TlsServerStream::client_subject() const {
  X509* certificate = SSL_get0_peer_certificate(ssl_);
  return certificate ? facts_of(certificate).java_subject : "";
}

void TlsServerStream::end() {
  SSL_shutdown(ssl_);
  ERR_clear_error();
}

}  // namespace kt::net
