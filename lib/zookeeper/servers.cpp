#include "zookeeper/servers.h"

#include <algorithm>
#include <future>
#include <optional>

#include "base/error.h"
#include "base/text.h"
#include "net/error.h"
#include "net/transport.h"

namespace kt::zk {
namespace {

constexpr uint16_t kDefaultPort = 2181;

/// What `ask` gives for each address, all at once; what failed is left out. Throws where nothing is
/// left.
template <class Ask>
auto of_each(const std::vector<net::HostPort>& addresses, const Ask& ask) {
  using Answer = decltype(ask(addresses.front()));
  std::vector<std::future<Answer>> pending;
  for (const auto& address : addresses)
    pending.push_back(std::async(std::launch::async, [&ask, &address] { return ask(address); }));
  std::vector<Answer> answers;
  std::optional<Error> first;
  std::string all;
  for (auto& one : pending) try {
      answers.push_back(one.get());
    } catch (const Error& error) {
      if (!first) first = error;
      all += (all.empty() ? "" : "; ") + error.message();
    }
  if (answers.empty() && addresses.size() == 1)
    throw Error("ZooKeeper: " + first->message(), Exit::unreachable,
                "-z names ZooKeeper's servers, not brokers; is one running there?");
  if (answers.empty())
    throw Error("none of " + std::to_string(addresses.size()) +
                    " servers of ZooKeeper can be reached: " + all,
                Exit::unreachable);
  return answers;
}

}  // namespace

std::string Servers::to_string() const {
  std::vector<std::string> texts;
  for (const auto& address : addresses) texts.push_back(address.to_string());
  return join(texts, ",") + chroot;
}

Servers parse_servers(std::string_view text) {
  Servers servers;
  auto slash = text.find('/');
  servers.addresses = net::parse_host_ports(text.substr(0, slash), kDefaultPort);
  if (servers.addresses.empty())
    throw Error("ZooKeeper " + in_quotes(text) + " names no server", Exit::usage,
                "-z HOST:PORT,HOST:PORT/CHROOT");
  if (slash == std::string_view::npos) return servers;
  auto chroot = trim(text.substr(slash));
  while (chroot.ends_with('/')) chroot.remove_suffix(1);
  if (chroot.find_first_of(",:") != std::string_view::npos ||
      chroot.find("//") != std::string_view::npos)
    throw Error("ZooKeeper " + in_quotes(text) + ": " + in_quotes(chroot) + " is no path in it",
                Exit::usage,
                "the path stands once, after the last server: HOST:PORT,HOST:PORT/CHROOT");
  servers.chroot = chroot;
  return servers;
}

std::string resolved(const std::vector<net::HostPort>& addresses, Deadline deadline) {
  std::string list;
  auto resolve = [deadline](const net::HostPort& address) {
    std::vector<std::string> numeric;
    for (const auto& found : net::resolve(address, deadline))
      numeric.push_back(found.to_string() + ":" + std::to_string(address.port));
    return numeric;
  };
  std::vector<std::string> all;
  for (const auto& numeric : of_each(addresses, resolve))
    for (const auto& one : numeric)
      if (std::find(all.begin(), all.end(), one) == all.end()) all.push_back(one);
  return join(all, ",");
}

std::vector<net::HostPort> reachable(const std::vector<net::HostPort>& addresses,
                                     Deadline deadline) {
  return of_each(addresses, [deadline](const net::HostPort& address) {
    net::connect_tcp(address, deadline);
    return address;
  });
}

}  // namespace kt::zk
