// A JMX port that replays what a real broker said: a file of lines `> HEX` (what the client sent)
// and `< HEX` (what came back), without the handshake. A request that was not recorded ends the
// connection. It may stand in for several brokers, each with its own values, and speak TLS.
#pragma once

#include <atomic>
#include <cstdint>
#include <fstream>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>

#include "support/hex.h"
#include "support/scripted_peer.h"
#include "support/tls_peer.h"

namespace kt::test {

class RecordedSession {
 public:
  explicit RecordedSession(const std::string& path)
      : answers_(load(path)),
        peer_(std::make_unique<ScriptedPeer>(
            [this](PeerConnection& connection) { serve(connection); })) {}
  RecordedSession(const std::string& path, const net::TlsServerOptions& options)
      : answers_(load(path)),
        tls_peer_(std::make_unique<TlsPeer>(
            options, [this](TlsPeerConnection& connection) { serve(connection); })) {}

  uint16_t port() const { return peer_ ? peer_->port() : tls_peer_->port(); }
  int connections() const { return peer_->connections(); }
  /// Connections are closed at once.
  std::atomic<bool> is_down = false;

  /// Bytes of answers become others, as many.
  void replace(const std::string& from, const std::string& to) {
    std::lock_guard lock(mutex_);
    bool found = false;
    for (auto& [request, answer] : answers_)
      for (size_t at = 0; (at = answer.find(from, at)) != std::string::npos; at += to.size()) {
        answer.replace(at, from.size(), to);
        found = true;
      }
    if (!found) throw std::runtime_error("nothing to replace");
  }
  /// Stubs name this port, not the one that the broker had.
  void name_port(uint16_t recorded, uint16_t port) { replace(port_in(recorded), port_in(port)); }
  /// Stubs are of objects that are served by TLS: as OpenJDK writes them with
  /// SslRMIClientSocketFactory, the id behind it.
  void name_tls() {
    const auto plain = from_hex("7734000b556e69636173745265663200"),
               host = from_hex("0009") + "127.0.0.1";
    constexpr size_t kPort = 4, kId = 23;
    std::lock_guard lock(mutex_);
    for (auto& [request, answer] : answers_) {
      auto at = answer.find(plain + host);
      if (at == std::string::npos) continue;
      auto port = answer.substr(at + plain.size() + host.size(), kPort);
      auto id = answer.substr(at + plain.size() + host.size() + kPort, kId);
      answer.replace(
          at, plain.size() + host.size() + kPort + kId,
          from_hex("771d000b556e69636173745265663201") + host + port +
              from_hex(
                  "737200276a617661782e726d692e73736c2e53736c524d49436c69656e74536f636b6574466163"
                  "746f7279"
                  "8caab4bb8185250f02000078707717") +
              id);
    }
  }
  /// The next request that another recording has is answered as it was there.
  void answer_once(const std::string& path) {
    std::lock_guard lock(mutex_);
    once_ = load(path);
  }

 private:
  static std::map<std::string, std::string> load(const std::string& path) {
    std::ifstream in(path);
    std::map<std::string, std::string> answers;
    std::string request;
    for (std::string line; std::getline(in, line);) {
      if (line.starts_with("> ")) request = from_hex(line.substr(2));
      if (line.starts_with("< ")) answers[request] = from_hex(line.substr(2));
    }
    if (answers.empty()) throw std::runtime_error("no session in " + path);
    return answers;
  }

  std::string answer(const std::pair<const std::string, std::string>& recorded) {
    std::lock_guard lock(mutex_);
    auto once = once_.extract(recorded.first);
    return once ? once.mapped() : recorded.second;
  }

  static std::string port_in(uint16_t port) {
    std::string bytes;
    ByteWriter(bytes).integer(int32_t{port});
    return bytes;
  }

  template <class Connection>
  void serve(Connection& connection) {
    if (is_down || connection.read(7) != std::string("JRMI\0\2\x4B", 7)) return;
    std::string host = "127.0.0.1", hello = "\x4E";
    ByteWriter out(hello);
    out.integer(static_cast<uint16_t>(host.size()));
    out.bytes(host);
    out.integer(int32_t{4711});
    connection.write(hello);
    auto echoed = connection.read(hello.size() - 1);
    std::string request;
    while (true) {
      auto byte = connection.read(1);
      if (byte.empty() || is_down) return;
      request += byte;
      auto known = answers_.lower_bound(request);
      if (known == answers_.end() || !known->first.starts_with(request)) return;
      if (known->first != request) continue;
      connection.write(answer(*known));
      request.clear();
    }
  }

  std::map<std::string, std::string> answers_, once_;
  std::mutex mutex_;
  std::unique_ptr<ScriptedPeer> peer_;  ///< or the other
  std::unique_ptr<TlsPeer> tls_peer_;
};

}  // namespace kt::test
