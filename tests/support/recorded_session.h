// A JMX port that replays what a real broker said: a file of lines `> HEX` (what the client sent)
// and `< HEX` (what came back), without the handshake. A request that was not recorded ends the
// connection.
#pragma once

#include <cstdint>
#include <fstream>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>

#include "support/hex.h"
#include "support/scripted_peer.h"

namespace kt::test {

class RecordedSession {
 public:
  explicit RecordedSession(const std::string& path)
      : answers_(load(path)), peer_([this](PeerConnection& connection) { serve(connection); }) {}

  uint16_t port() const { return peer_.port(); }
  int connections() const { return peer_.connections(); }
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

  void serve(PeerConnection& connection) {
    if (connection.read(7) != std::string("JRMI\0\2\x4B", 7)) return;
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
      if (byte.empty()) return;
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
  ScriptedPeer peer_;
};

}  // namespace kt::test
