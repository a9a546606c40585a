#include "net/tls/stream.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <utility>

#include "net/tls/openssl.h"

namespace kt::net {
namespace {

constexpr size_t kFlushBytes = 128 << 10;
constexpr size_t kAlertBytes = 7;             ///< as a record that is not encrypted
constexpr size_t kSmallPieceBytes = 4 << 10;  ///< such pieces are joined, to be one record

TlsStream& stream_of(BIO* bio) { return *static_cast<TlsStream*>(BIO_get_data(bio)); }

int on_read(BIO* bio, char* out, int size) {
  BIO_clear_retry_flags(bio);
  int got = stream_of(bio).feed(out, size);
  if (got < 0) BIO_set_retry_read(bio);
  return got;
}

int on_write(BIO* bio, const char* bytes, int size) { return stream_of(bio).take(bytes, size); }

long on_control(BIO* bio, int command, long, void*) {
  return command == BIO_CTRL_FLUSH && stream_of(bio).flush() ? 1 : 0;
}

BIO_METHOD* transport_method() {
  static BIO_METHOD* const method = [] {
    auto* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "transport");
    BIO_meth_set_read(made, on_read);
    BIO_meth_set_write(made, on_write);
    BIO_meth_set_ctrl(made, on_control);
    return made;
  }();
  return method;
}

}  // namespace

TlsStream::TlsStream(ssl_ctx_st* context, std::unique_ptr<Transport> plain, Handshake known,
                     bool check_host_name)
    : plain_(std::move(plain)), handshake_(std::move(known)), ssl_(SSL_new(context)) {
  BIO* bio = BIO_new(transport_method());
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_, bio, bio);
  SSL_set_app_data(ssl_, this);
  SSL_set_connect_state(ssl_);
  const auto& host = handshake_.host;
  auto* wanted = SSL_get0_param(ssl_);
  bool is_address = X509_VERIFY_PARAM_set1_ip_asc(wanted, host.c_str()) == 1;
  if (is_address && !check_host_name) X509_VERIFY_PARAM_set1_ip(wanted, nullptr, 0);
  if (!is_address) {
    SSL_set_tlsext_host_name(ssl_, host.c_str());
    if (check_host_name) X509_VERIFY_PARAM_set1_host(wanted, host.c_str(), 0);
  }
  openssl_reason();
}

TlsStream::~TlsStream() {
  // Said where it can be said at once: a peer that is told does not log a connection as broken.
  deadline_ = Deadline(Milliseconds(0));
  if (!failure_ && SSL_is_init_finished(ssl_)) SSL_shutdown(ssl_);
  flush();
  SSL_free(ssl_);
  ERR_clear_error();
}

int TlsStream::feed(char* out, int size) {
  try {
    if (!flush()) return -1;
    if (!may_wait_ && !plain_->readable()) return -1;
    auto got = plain_->read_some(out, static_cast<size_t>(size), deadline_);
    if (!heard_) keep_latest({out, got});
    return static_cast<int>(got);
  } catch (...) {
    failure_ = std::current_exception();
    return -1;
  }
}

int TlsStream::take(const char* bytes, int size) {
  out_.append(bytes, static_cast<size_t>(size));
  return out_.size() < kFlushBytes || flush() ? size : -1;
}

bool TlsStream::flush() {
  if (out_.empty()) return true;
  try {
    std::string_view all = out_;
    plain_->write_all({&all, 1}, deadline_);
    out_.clear();
    return true;
  } catch (...) {
    failure_ = std::current_exception();
    out_.clear();
    return false;
  }
}

void TlsStream::keep_latest(std::string_view bytes) {
  latest_ += bytes;
  if (latest_.size() > kAlertBytes) latest_.erase(0, latest_.size() - kAlertBytes);
}

/// Brokers of old releases send all of the buffer in which their alert is the last: what it held
/// before, or zeros. Nothing but the end of that can be read.
std::optional<int> TlsStream::alert_at_end() {
  constexpr Milliseconds kPatience{1'000};
  constexpr size_t kMostBytes = 64 << 10;
  constexpr std::string_view kFatalAlert("\x15\x03\x03\0\x02\x02", kAlertBytes - 1);
  std::string piece(kMostBytes, '\0');
  auto soon = deadline_.sooner(kPatience);
  try {
    for (size_t total = 0, got = 1; got > 0 && total < kMostBytes; total += got) {
      got = plain_->read_some(piece.data(), piece.size(), soon);
      keep_latest({piece.data(), got});
    }
  } catch (const NetError&) {  // it has ended, or says no more
  }
  if (!latest_.starts_with(kFatalAlert)) return std::nullopt;
  return static_cast<unsigned char>(latest_.back());
}

void TlsStream::fail() {
  constexpr const char* kEnded = "it ended the connection";
  bool waits_for_certificate = handshake_.certificate_asked && !heard_ &&
                               (!SSL_is_init_finished(ssl_) || SSL_version(ssl_) >= TLS1_3_VERSION);
  if (!failure_) {
    bool ended = ERR_peek_error() == 0;
    if (ended && waits_for_certificate) throw refused_certificate(handshake_, kEnded);
    if (ended) throw NetError(Failure::closed, peer() + ": closed the connection");
    if (!heard_ && is_unreadable()) handshake_.stray_alert = alert_at_end();
    throw tls_error(handshake_);
  }
  openssl_reason();
  try {
    std::rethrow_exception(failure_);
  } catch (const NetError& error) {
    if (error.failure() == Failure::closed && waits_for_certificate)
      throw refused_certificate(handshake_, kEnded);
    throw;
  }
}

void TlsStream::shake_hands(Deadline deadline) {
  deadline_ = deadline;
  if (SSL_do_handshake(ssl_) != 1 || !flush()) fail();
}

std::string TlsStream::version() const { return SSL_get_version(ssl_); }

size_t TlsStream::read_some(char* out, size_t size, Deadline deadline) {
  deadline_ = deadline;
  size_t got = 0;
  while (SSL_read_ex(ssl_, out, size, &got) != 1)
    // Nothing for us was in what came, a ticket for example.
    if (failure_ || SSL_get_error(ssl_, 0) != SSL_ERROR_WANT_READ) fail();
  heard_ = true;
  return got;
}

void TlsStream::write(std::string_view bytes) {
  size_t done = 0;
  if (!bytes.empty() && (SSL_write_ex(ssl_, bytes.data(), bytes.size(), &done) != 1 || failure_))
    fail();
}

void TlsStream::write_all(std::span<const std::string_view> pieces, Deadline deadline) {
  deadline_ = deadline;
  std::string small;
  for (auto piece : pieces) {
    if (piece.size() <= kSmallPieceBytes) {
      small += piece;
      continue;
    }
    write(std::exchange(small, {}));
    write(piece);
  }
  write(small);
  if (!flush()) fail();
}

/// The descriptor tells of records that may hold nothing for us; only OpenSSL knows.
bool TlsStream::readable() const {
  if (!SSL_has_pending(ssl_) && !plain_->readable()) return false;
  may_wait_ = false;
  char byte = 0;
  size_t got = 0;
  bool found = SSL_peek_ex(ssl_, &byte, 1, &got) == 1;
  bool nothing_yet = !found && !failure_ && SSL_get_error(ssl_, 0) == SSL_ERROR_WANT_READ;
  may_wait_ = true;
  return !nothing_yet;
}

bool TlsStream::wait_readable(Deadline deadline) const {
  while (!readable())
    if (!plain_->wait_readable(deadline)) return false;
  return true;
}

}  // namespace kt::net
