#include "net/address.h"

#include <netdb.h>
#include <netinet/in.h>

#include <charconv>
#include <condition_variable>
#include <cstring>
#include <memory>
#include <mutex>

#include "base/background.h"
#include "net/error.h"

namespace kt::net {
namespace {

std::string_view trim(std::string_view text) {
  auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

[[noreturn]] void reject(std::string_view text, const char* why) {
  throw Error("\"" + std::string(text) + "\" is not an address: " + why, Exit::usage,
              "write HOST:PORT, an IPv6 address in brackets");
}

/// What a look-up and the one who waits for it share; the helper may outlive the waiter.
struct Lookup {
  std::mutex mutex;
  std::condition_variable done;
  bool finished = false;
  int status = 0;
  std::vector<SocketAddress> addresses;
};

int look_up(const HostPort& target, int flags, std::vector<SocketAddress>& out) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  int status =
      ::getaddrinfo(target.host.c_str(), std::to_string(target.port).c_str(), &hints, &found);
  if (status != 0) return status;
  std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
  for (auto* entry = found; entry != nullptr; entry = entry->ai_next) {
    SocketAddress address;
    std::memcpy(&address.storage, entry->ai_addr, entry->ai_addrlen);
    address.length = entry->ai_addrlen;
    out.push_back(address);
  }
  return 0;
}

}  // namespace

std::string HostPort::to_string() const {
  bool is_v6 = host.find(':') != std::string::npos;
  return (is_v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

HostPort parse_host_port(std::string_view text, uint16_t default_port) {
  std::string_view rest = trim(text);
  if (auto scheme = rest.find("://"); scheme != std::string_view::npos)
    rest.remove_prefix(scheme + 3);
  HostPort result;
  std::string_view port;
  if (rest.starts_with('[')) {
    auto end = rest.find(']');
    if (end == std::string_view::npos) reject(text, "the bracket is not closed");
    result.host = rest.substr(1, end - 1);
    rest.remove_prefix(end + 1);
    if (!rest.empty() && rest[0] != ':') reject(text, "something stands after the bracket");
    port = rest;
  } else if (rest.find(':') != rest.rfind(':')) {
    result.host = rest;
  } else {
    result.host = rest.substr(0, rest.find(':'));
    port = rest.substr(result.host.size());
  }
  if (result.host.empty()) reject(text, "there is no host");
  if (result.host.find_first_of(" \t/@") != std::string::npos)
    reject(text, "the host has a character that no name has");
  result.port = default_port;
  if (port.empty()) return result;
  port.remove_prefix(1);
  auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), result.port);
  if (error != std::errc() || end != port.data() + port.size() || result.port == 0)
    reject(text, "the port is not a number from 1 to 65535");
  return result;
}

std::vector<HostPort> parse_host_ports(std::string_view text, uint16_t default_port) {
  std::vector<HostPort> result;
  while (!text.empty()) {
    auto comma = text.find(',');
    auto item = text.substr(0, comma);
    if (!trim(item).empty()) result.push_back(parse_host_port(item, default_port));
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
  }
  return result;
}

std::string SocketAddress::to_string() const {
  char host[NI_MAXHOST];
  auto* address = reinterpret_cast<const sockaddr*>(&storage);
  if (::getnameinfo(address, length, host, sizeof host, nullptr, 0, NI_NUMERICHOST) != 0)
    return "?";
  return host;
}

std::vector<SocketAddress> resolve(const HostPort& target, Deadline deadline) {
  std::vector<SocketAddress> numeric;
  if (look_up(target, AI_NUMERICHOST, numeric) == 0) return numeric;

  auto lookup = std::make_shared<Lookup>();
  run_in_background([lookup, target] {
    std::vector<SocketAddress> addresses;
    int status = look_up(target, AI_ADDRCONFIG, addresses);
    // A machine with loopback alone has no "configured" family: ask again without that filter.
    if (status != 0) status = look_up(target, 0, addresses);
    std::lock_guard lock(lookup->mutex);
    lookup->status = status;
    lookup->addresses = std::move(addresses);
    lookup->finished = true;
    lookup->done.notify_one();
  });

  std::unique_lock lock(lookup->mutex);
  auto finished = [&] { return lookup->finished; };
  if (deadline.is_never())
    lookup->done.wait(lock, finished);
  else if (!lookup->done.wait_until(lock, deadline.time(), finished))
    throw NetError(Failure::timed_out, "looking up the name " + target.host + " took too long",
                   "is the name server reachable?");
  if (lookup->status != 0)
    throw NetError(Failure::unknown_host,
                   "unknown host " + target.host + ": " + ::gai_strerror(lookup->status),
                   "check the spelling, or try the address in numbers");
  return std::move(lookup->addresses);
}

}  // namespace kt::net
