#include "http/client.h"

#include "base/error.h"
#include "http/library.h"

#ifdef KT_PORTABLE

namespace kt::http {

struct Client::Connected {};

Client::Client(ClientOptions) { load_library(); }
Client::~Client() = default;
Response Client::post(const std::string&, const std::string&, std::string, Deadline) { return {}; }

}  // namespace kt::http

#else

#include <fmt/format.h>
#include <httplib.h>

#include "base/base64.h"

namespace kt::http {
namespace {

constexpr Milliseconds kLongest = std::chrono::hours(24);

[[noreturn]] void fail(const std::string& origin, httplib::Error error, bool expired) {
  if (expired || error == httplib::Error::ConnectionTimeout)
    throw Error(origin + ": no answer in time", Exit::unreachable, "--timeout gives it longer");
  switch (error) {
    case httplib::Error::Connection:
      throw Error(origin + " cannot be reached", Exit::unreachable,
                  "is the host's name right, and does something listen there?");
    case httplib::Error::SSLServerVerification:
      throw Error(origin + ": its certificate is not of that name, or nobody trusted signed it",
                  Exit::unreachable, "-X ssl.ca.location=FILE says whose signature is trusted");
    case httplib::Error::SSLLoadingCerts:
      throw Error(origin + ": the certificates of ssl.ca.location cannot be read", Exit::usage);
    case httplib::Error::SSLConnection:
      throw Error(origin + " does not speak TLS as kt does", Exit::unreachable,
                  "http:// is without TLS");
    default:
      throw Error(origin + " ended the connection without an answer of HTTP", Exit::unreachable,
                  "https:// is with TLS");
  }
}

}  // namespace

struct Client::Connected {
  Connected(std::string at, std::string header, size_t most)
      : origin(std::move(at)), authorization(std::move(header)), most_bytes(most), client(origin) {}

  std::string origin, authorization;
  size_t most_bytes;
  httplib::Client client;
};

Client::Client(ClientOptions options) {
  load_library();
  std::string authorization;
  if (!options.user.empty() || !options.password.empty())
    authorization = "Basic " + base64(options.user + ':' + options.password);
  connected_ = std::make_unique<Connected>(std::move(options.origin), std::move(authorization),
                                           options.most_bytes);
  connected_->client.set_keep_alive(true);
  if (!options.ca_file.empty()) connected_->client.set_ca_cert_path(options.ca_file);
  if (options.trust != nullptr) connected_->client.set_ca_cert_store(options.trust);
}

Client::~Client() = default;

Response Client::post(const std::string& path, const std::string& content_type, std::string body,
                      Deadline deadline) {
  auto& client = connected_->client;
  auto left = std::min(deadline.remaining(), kLongest);
  client.set_connection_timeout(left);
  client.set_read_timeout(left);
  client.set_write_timeout(left);
  httplib::Request request;
  request.method = "POST";
  request.path = path;
  request.body = std::move(body);
  request.set_header("Content-Type", content_type);
  if (!connected_->authorization.empty())
    request.set_header("Authorization", connected_->authorization);
  Response response;
  bool too_much = false;
  request.content_receiver = [&](const char* data, size_t size, uint64_t, uint64_t) {
    too_much = response.body.size() + size > connected_->most_bytes;
    if (too_much || deadline.expired()) return false;
    response.body.append(data, size);
    return true;
  };
  auto result = client.send(request);
  if (too_much)
    throw Error(fmt::format("{}: an answer of more than {} bytes", connected_->origin,
                            connected_->most_bytes),
                Exit::unreachable);
  if (!result) fail(connected_->origin, result.error(), deadline.expired());
  response.status = result->status;
  return response;
}

}  // namespace kt::http

#endif
