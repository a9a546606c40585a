// One connection in TLS over another transport: OpenSSL reads and writes through two functions of
// ours, whose exceptions are carried past it.
#pragma once

#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "net/tls/failure.h"
#include "net/tls/tls.h"

struct ssl_st;
struct bio_st;

namespace kt::net {

class TlsStream final : public Transport {
 public:
  TlsStream(ssl_ctx_st* context, std::unique_ptr<Transport> plain, Handshake known,
            bool check_host_name);
  ~TlsStream() override;

  void shake_hands(Deadline deadline);
  const Handshake& handshake() const { return handshake_; }
  /// `TLSv1.3`
  std::string version() const;

  size_t read_some(char* out, size_t size, Deadline deadline) override;
  void write_all(std::span<const std::string_view> pieces, Deadline deadline) override;
  bool readable() const override;
  bool wait_readable(Deadline deadline) const override;
  int descriptor() const override { return plain_->descriptor(); }
  void shut_down() override { plain_->shut_down(); }
  const std::string& peer() const override { return plain_->peer(); }

  /// For OpenSSL: see its BIO_METHOD. A callback returns -1 after an exception, or where it would
  /// have to wait and must not.
  int feed(char* out, int size);
  int take(const char* bytes, int size);
  bool flush();

  /// What the callbacks of OpenSSL find of this connection.
  Handshake& observed() { return handshake_; }

 private:
  [[noreturn]] void fail();
  void keep_latest(std::string_view bytes);
  std::optional<int> alert_at_end();
  void write(std::string_view bytes);

  std::unique_ptr<Transport> plain_;
  Handshake handshake_;
  ssl_st* ssl_ = nullptr;
  std::string out_;  ///< records that wait to leave together
  mutable Deadline deadline_ = Deadline::never();
  mutable bool may_wait_ = true;
  std::string latest_;          ///< bytes that came, as many as an alert has, until heard_
  std::exception_ptr failure_;  ///< of the transport below
  bool heard_ = false;          ///< whether the peer has sent anything inside TLS
};

}  // namespace kt::net
