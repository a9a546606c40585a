// A small HTTP server for who watches a command that runs long: each path has a function that
// answers GET. A build without HTTP (make portable) says so when one is made.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

namespace kt::http {

struct Answer {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

class Server {
 public:
  /// Called from the server's own threads.
  using Handler = std::function<Answer()>;

  /// Answers from now on; port 0 is any that is free. Throws where it cannot listen there.
  Server(const std::string& host, int port, std::map<std::string, Handler> handlers);
  ~Server();
  Server(const Server&) = delete;

  int port() const;

 private:
  struct Running;
  std::unique_ptr<Running> running_;
};

}  // namespace kt::http
