// Questions to a server over HTTP or HTTPS, one connection that is kept between them. A build
// without HTTP (make portable) says so when a client is made.
#pragma once

#include <memory>
#include <string>

#include "base/clock.h"

struct x509_store_st;

namespace kt::http {

struct ClientOptions {
  std::string origin;              ///< `https://host:8443`
  std::string user{}, password{};  ///< basic authentication; both empty: none
  /// PEM of who may sign the server's certificate; empty: those that the system trusts.
  std::string ca_file{};
  /// OpenSSL's store of who may sign it besides those that the system trusts; taken over.
  x509_store_st* trust = nullptr;
  size_t most_bytes = size_t{256} << 20;  ///< of an answer
};

struct Response {
  int status = 0;
  std::string body;
};

class Client {
 public:
  explicit Client(ClientOptions options);
  ~Client();
  Client(const Client&) = delete;

  /// Whatever status the server answers with. Throws Error, exit code 4, where none came in time.
  Response post(const std::string& path, const std::string& content_type, std::string body,
                Deadline deadline);

 private:
  struct Connected;
  std::unique_ptr<Connected> connected_;
};

}  // namespace kt::http
