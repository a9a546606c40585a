#include "http/server.h"

#include "base/error.h"
#include "http/library.h"

#ifdef KT_PORTABLE

namespace kt::http {

struct Server::Running {};

Server::Server(const std::string&, int, std::map<std::string, Handler>) { load_library(); }
Server::~Server() = default;
int Server::port() const { return 0; }

}  // namespace kt::http

#else

#include <httplib.h>
#include <sys/socket.h>

#include <thread>

namespace kt::http {
namespace {

/// A watcher asks a few times a minute; one that is slow must not keep the others out.
constexpr size_t kThreads = 4, kMostBody = 1024;
constexpr time_t kPatienceS = 5;

}  // namespace

struct Server::Running {
  httplib::Server server;
  int port = 0;
  std::thread thread;
};

Server::Server(const std::string& host, int port, std::map<std::string, Handler> handlers) {
  load_library();
  running_ = std::make_unique<Running>();
  auto& server = running_->server;
  server.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
  server.set_payload_max_length(kMostBody);
  server.set_read_timeout(kPatienceS);
  server.set_write_timeout(kPatienceS);
  // Without SO_REUSEPORT, by which two would share a port and each hear half of the questions.
  server.set_socket_options([](socket_t socket) {
    int yes = 1;
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  });
  server.set_exception_handler([](const auto&, auto& response, std::exception_ptr) {
    response.status = 500;
    response.set_content("failed\n", "text/plain");
  });
  for (auto& [path, handler] : handlers)
    server.Get(
        path, [answers = std::move(handler)](const httplib::Request&, httplib::Response& response) {
          auto answer = answers();
          response.status = answer.status;
          response.set_content(answer.body, answer.content_type);
        });
  if (port == 0)
    running_->port = server.bind_to_any_port(host);
  else
    running_->port = server.bind_to_port(host, port) ? port : -1;
  if (running_->port <= 0)
    throw Error("cannot listen on " + host + ":" + std::to_string(port), Exit::failed,
                "is the port taken, and the address one of this machine?");
  running_->thread = std::thread([&server] { server.listen_after_bind(); });
}

Server::~Server() {
  // A stop that comes before the thread listens would be lost.
  while (!running_->server.is_running()) std::this_thread::yield();
  running_->server.stop();
  running_->thread.join();
}

int Server::port() const { return running_->port; }

}  // namespace kt::http

#endif
