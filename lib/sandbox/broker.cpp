#include "sandbox/broker.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/error.h"
#include "sandbox/cluster.h"
#include "sandbox/dispatch.h"

namespace kt::sandbox {
namespace {

constexpr int32_t kMaxRequestBytes = 100 << 20;  // Kafka's socket.request.max.bytes

struct Address {
  sockaddr_storage bytes{};
  socklen_t size = 0;
  bool is_loopback() const {
    if (bytes.ss_family == AF_INET6)
      return IN6_IS_ADDR_LOOPBACK(&reinterpret_cast<const sockaddr_in6&>(bytes).sin6_addr);
    return (ntohl(reinterpret_cast<const sockaddr_in&>(bytes).sin_addr.s_addr) >> 24) == 127;
  }
};

Address resolve(const std::string& host, int port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  int failure = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (failure != 0)
    throw Error("cannot listen on \"" + host + "\": " + gai_strerror(failure), Exit::usage);
  Address address;
  std::memcpy(&address.bytes, found->ai_addr, found->ai_addrlen);
  address.size = found->ai_addrlen;
  freeaddrinfo(found);
  return address;
}

int32_t port_of(int socket) {
  Address address;
  address.size = sizeof address.bytes;
  getsockname(socket, reinterpret_cast<sockaddr*>(&address.bytes), &address.size);
  // The port lies at the same place in both families.
  return ntohs(reinterpret_cast<const sockaddr_in&>(address.bytes).sin_port);
}

std::string host_of(const sockaddr_storage& bytes, socklen_t size) {
  char host[NI_MAXHOST] = "";
  getnameinfo(reinterpret_cast<const sockaddr*>(&bytes), size, host, sizeof host, nullptr, 0,
              NI_NUMERICHOST);
  return host;
}

std::string machine_name() {
  char name[256] = "localhost";
  gethostname(name, sizeof name - 1);
  return name;
}

}  // namespace

Broker::Broker(Cluster& cluster, int32_t id) : cluster_(cluster), id_(id) {
  const Options& options = cluster.options();
  host_ = options.advertise.empty() ? options.listen : options.advertise;
  if (host_ == "0.0.0.0" || host_ == "::") host_ = machine_name();
  if (options.port != 0) port_ = options.port + id - 1;
}

Broker::~Broker() { stop(); }

void Broker::start() {
  if (is_running()) return;
  const Options& options = cluster_.options();
  Address address = resolve(options.listen, port_);
  if (!address.is_loopback() && !options.allow_remote)
    throw Error("\"" + options.listen +
                    "\" can be reached from other machines, and the sandbox obeys everybody",
                Exit::usage, "add --allow-remote if that is wanted");
  int listener = socket(address.bytes.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  int on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(listener, reinterpret_cast<sockaddr*>(&address.bytes), address.size) != 0 ||
      listen(listener, SOMAXCONN) != 0) {
    std::string reason = std::strerror(errno);
    close(listener);
    throw Error("cannot listen on " + options.listen + ":" + std::to_string(port_) + ": " + reason);
  }
  port_ = port_of(listener);
  listener_ = listener;
  cluster_.loop().watch(listener_, EPOLLIN, [this](uint32_t) { accept_all(); });
}

void Broker::stop() {
  if (!is_running()) return;
  cluster_.loop().unwatch(listener_);
  close(std::exchange(listener_, -1));
  for (auto& connection : std::exchange(connections_, {})) connection->close();
}

void Broker::accept_all() {
  while (is_running()) {
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    int fd =
        accept4(listener_, reinterpret_cast<sockaddr*>(&peer), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0 && (errno == EMFILE || errno == ENFILE)) return pause_accepting();
    if (fd < 0) return;
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    auto connection = std::make_shared<Connection>(
        cluster_.loop(), fd, host_of(peer, size), kMaxRequestBytes, cluster_.tls(),
        [this](const std::shared_ptr<Connection>& from, std::string_view frame) {
          dispatch(*this, from, frame);
        });
    connections_.insert(connection);
    connection->on_close([this, weak = std::weak_ptr(connection)] {
      if (auto closed = weak.lock()) connections_.erase(closed);
    });
    connection->start();
  }
}

/// Out of descriptors: the waiting client stays in the backlog instead of waking us again and
/// again.
void Broker::pause_accepting() {
  cluster_.loop().change(listener_, 0);
  cluster_.loop().after(100, [this] {
    if (is_running()) cluster_.loop().change(listener_, EPOLLIN);
  });
}

}  // namespace kt::sandbox
