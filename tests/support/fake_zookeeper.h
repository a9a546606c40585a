// A small ZooKeeper on a free port of 127.0.0.1: connect, get, exists, children, create (ephemeral
// and sequential), conditional set and delete, sync, watches of data, digest, and on demand a
// connection cut before or after an operation, or the end of all sessions. One server, no disk.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "support/scripted_peer.h"

namespace kt::test {

class FakeZooKeeper {
 public:
  enum Op {
    create = 1,
    remove = 2,
    exists = 3,
    get = 4,
    set = 5,
    rights = 6,
    children = 8,
    sync = 9,
    ping = 11,
    auth = 100,
    watches = 101,
    close = -11
  };
  struct Node {
    std::string data;
    int32_t version = 0;
    int64_t created = 0;
    int64_t owner = 0;   ///< session of an ephemeral node
    int32_t next = 0;    ///< number of the next sequential child
    std::string digest;  ///< `user:password` that may do anything here; empty: everybody
  };

  FakeZooKeeper() : peer_([this](PeerConnection& connection) { serve(connection); }) {
    nodes_["/"] = {};
  }

  std::string address() const { return "127.0.0.1:" + std::to_string(peer_.port()); }
  int connections() const { return peer_.connections(); }

  /// Puts a node there as if somebody else had written it; what is missing above it too.
  void put(const std::string& path, const std::string& data) {
    std::lock_guard lock(mutex_);
    for (size_t slash = path.find('/', 1); slash != std::string::npos;
         slash = path.find('/', slash + 1))
      nodes_.try_emplace(path.substr(0, slash));
    auto [node, made] = nodes_.try_emplace(path);
    node->second.data = data;
    if (made) node->second.created = ++transaction_;
    if (!made) ++node->second.version;
    notify(path, made ? 1 : 3);
  }
  void erase(const std::string& path) {
    std::lock_guard lock(mutex_);
    nodes_.erase(path);
    notify(path, 2);
  }
  std::optional<Node> node(const std::string& path) const {
    std::lock_guard lock(mutex_);
    auto found = nodes_.find(path);
    return found == nodes_.end() ? std::nullopt : std::optional(found->second);
  }
  void protect(const std::string& path, const std::string& digest) {
    std::lock_guard lock(mutex_);
    nodes_.at(path).digest = digest;
  }
  /// How often an operation was asked for.
  int count(Op op) const {
    std::lock_guard lock(mutex_);
    auto found = counts_.find(op);
    return found == counts_.end() ? 0 : found->second;
  }

  /// The next `op` gets no answer but the end of its connection, and is done all the same or not.
  void cut(Op op, bool done) {
    std::lock_guard lock(mutex_);
    cuts_[op] = done;
  }
  /// Called once, after the next `op` was done and before anything else is.
  void then(Op op, std::function<void()> act) {
    std::lock_guard lock(mutex_);
    acts_[op] = std::move(act);
  }
  /// Every session ends: its ephemeral nodes go, and a client that comes back is told so.
  void expire_sessions() {
    std::lock_guard lock(mutex_);
    for (auto session : sessions_) drop_ephemeral(session);
    sessions_.clear();
    for (auto* connection : living_) connection->shut_down();
  }

 private:
  /// Jute's reading side.
  struct Input : ByteReader {
    using ByteReader::ByteReader;
    std::string text() {
      auto size = integer<int32_t>();
      return size < 0 ? std::string() : std::string(take(static_cast<size_t>(size)));
    }
  };
  static void put_text(std::string& out, const std::string& text) {
    ByteWriter(out).integer(static_cast<int32_t>(text.size()));
    out += text;
  }
  struct Living {
    PeerConnection& peer;
    int64_t session = 0;
    std::set<std::string> watched, digests;
    bool over = false;
    void shut_down() { peer.shut_down(); }
  };

  void serve(PeerConnection& peer) {
    Living self{peer, 0, {}, {}, false};
    auto greeting = peer.read_frame();
    if (greeting.size() < 28) return;
    if (!welcome(self, greeting)) return;
    while (!self.over) {
      auto frame = peer.read_frame();
      if (frame.size() < 8) break;
      answer(self, frame);
    }
    std::lock_guard lock(mutex_);
    living_.erase(&self);
  }

  bool welcome(Living& self, const std::string& greeting) {
    Input in(greeting);
    in.integer<int32_t>();
    in.integer<int64_t>();
    auto timeout = in.integer<int32_t>();
    auto session = in.integer<int64_t>();
    std::lock_guard lock(mutex_);
    bool expired = session != 0 && !sessions_.contains(session);
    if (session == 0) session = ++last_session_;
    if (!expired) sessions_.insert(session);
    self.session = session;
    std::string out;
    ByteWriter writer(out);
    writer.integer<int32_t>(0);
    writer.integer<int32_t>(expired ? 0 : timeout);
    writer.integer<int64_t>(expired ? 0 : session);
    put_text(out, std::string(16, '\0'));
    out += '\0';
    self.peer.write_frame(out);
    if (!expired) living_.insert(&self);
    return !expired;
  }

  void answer(Living& self, const std::string& frame) {
    Input in(frame);
    auto xid = in.integer<int32_t>();
    auto op = static_cast<Op>(in.integer<int32_t>());
    std::unique_lock lock(mutex_);
    ++counts_[op];
    auto cut = cuts_.find(op);
    std::optional<bool> ends;
    if (cut != cuts_.end()) {
      ends = cut->second;
      cuts_.erase(cut);
    }
    std::string body;
    int32_t code = ends == false ? 0 : perform(self, op, in, body);
    auto act = acts_.extract(op);
    if (ends || op == close) {
      self.over = true;
    } else {
      std::string out;
      ByteWriter writer(out);
      writer.integer<int32_t>(xid);
      writer.integer<int64_t>(transaction_);
      writer.integer<int32_t>(code);
      if (code == 0) out += body;
      self.peer.write_frame(out);
    }
    lock.unlock();
    if (act) act.mapped()();
  }

  int32_t perform(Living& self, Op op, Input& in, std::string& out) {
    constexpr int32_t kNoNode = -101, kNoAuth = -102, kBadVersion = -103, kExists = -110,
                      kNotEmpty = -111;
    if (op == ping) return 0;
    if (op == close) {
      drop_ephemeral(self.session);
      sessions_.erase(self.session);
      return 0;
    }
    if (op == auth) {
      in.integer<int32_t>();
      in.text();
      self.digests.insert(in.text());
      return 0;
    }
    if (op == watches) {
      in.integer<int64_t>();
      for (int list = 0; list < 3; ++list)
        for (auto left = in.integer<int32_t>(); left > 0; --left) self.watched.insert(in.text());
      return 0;
    }
    auto path = in.text();
    auto found = nodes_.find(path);
    bool there = found != nodes_.end();
    auto allowed = [&](const std::string& at) {
      auto node = nodes_.find(at);
      return node == nodes_.end() || node->second.digest.empty() ||
             self.digests.contains(node->second.digest);
    };
    if (op != exists && !allowed(path)) return kNoAuth;
    switch (op) {
      case exists:
        if (in.integer<int8_t>() != 0) self.watched.insert(path);
        if (!there) return kNoNode;
        put_stat(out, path);
        return 0;
      case get:
        if (!there) return kNoNode;
        if (in.integer<int8_t>() != 0) self.watched.insert(path);
        put_text(out, found->second.data);
        put_stat(out, path);
        return 0;
      case children: {
        if (!there) return kNoNode;
        auto names = names_below(path);
        ByteWriter(out).integer(static_cast<int32_t>(names.size()));
        for (const auto& name : names) put_text(out, name);
        return 0;
      }
      case create: {
        auto data = in.text();
        std::string digest;
        for (auto left = in.integer<int32_t>(); left > 0; --left) {
          in.integer<int32_t>();
          bool by_digest = in.text() == "digest";
          auto id = in.text();
          if (by_digest) digest = id;
        }
        auto flags = in.integer<int32_t>();
        auto parent = path.substr(0, std::max<size_t>(1, path.rfind('/')));
        if (!nodes_.contains(parent)) return kNoNode;
        if (!allowed(parent)) return kNoAuth;
        if (flags & 2) {
          char number[16];
          std::snprintf(number, sizeof number, "%010d", nodes_[parent].next++);
          path += number;
        }
        if (nodes_.contains(path)) return kExists;
        nodes_[path] = {data, 0, ++transaction_, flags & 1 ? self.session : 0, 0, digest};
        put_text(out, path);
        notify(path, 1);
        return 0;
      }
      case set: {
        if (!there) return kNoNode;
        auto data = in.text();
        auto version = in.integer<int32_t>();
        if (version >= 0 && version != found->second.version) return kBadVersion;
        found->second.data = data;
        ++found->second.version;
        ++transaction_;
        put_stat(out, path);
        notify(path, 3);
        return 0;
      }
      case remove: {
        if (!there) return kNoNode;
        auto version = in.integer<int32_t>();
        if (version >= 0 && version != found->second.version) return kBadVersion;
        if (!names_below(path).empty()) return kNotEmpty;
        nodes_.erase(path);
        ++transaction_;
        notify(path, 2);
        return 0;
      }
      case rights:
        if (!there) return kNoNode;
        ByteWriter(out).integer<int32_t>(1);
        ByteWriter(out).integer<int32_t>(31);
        put_text(out, found->second.digest.empty() ? "world" : "digest");
        put_text(out, found->second.digest.empty() ? "anyone" : found->second.digest);
        put_stat(out, path);
        return 0;
      case sync:
        put_text(out, path);
        return 0;
      default:
        return -6;  // unimplemented
    }
  }

  std::vector<std::string> names_below(const std::string& path) const {
    std::string prefix = path == "/" ? path : path + "/";
    std::vector<std::string> names;
    for (auto next = nodes_.lower_bound(prefix);
         next != nodes_.end() && next->first.starts_with(prefix); ++next) {
      auto name = next->first.substr(prefix.size());
      if (!name.empty() && name.find('/') == std::string::npos) names.push_back(name);
    }
    return names;
  }

  void put_stat(std::string& out, const std::string& path) const {
    const auto& node = nodes_.at(path);
    ByteWriter writer(out);
    writer.integer<int64_t>(node.created);
    for (int i = 0; i < 3; ++i) writer.integer<int64_t>(0);
    writer.integer<int32_t>(node.version);
    writer.integer<int32_t>(0);
    writer.integer<int32_t>(0);
    writer.integer<int64_t>(node.owner);
    writer.integer<int32_t>(static_cast<int32_t>(node.data.size()));
    writer.integer<int32_t>(static_cast<int32_t>(names_below(path).size()));
    writer.integer<int64_t>(0);
  }

  void drop_ephemeral(int64_t session) {
    std::vector<std::string> gone;
    for (const auto& [path, node] : nodes_)
      if (node.owner == session) gone.push_back(path);
    for (const auto& path : gone) {
      nodes_.erase(path);
      notify(path, 2);
    }
  }

  /// Event 1 created, 2 deleted, 3 changed. Under mutex_.
  void notify(const std::string& path, int32_t event) {
    for (auto* connection : living_) {
      if (connection->watched.erase(path) == 0) continue;
      std::string out;
      ByteWriter writer(out);
      writer.integer<int32_t>(-1);
      writer.integer<int64_t>(-1);
      writer.integer<int32_t>(0);
      writer.integer<int32_t>(event);
      writer.integer<int32_t>(3);
      put_text(out, path);
      connection->peer.write_frame(out);
    }
  }

  mutable std::mutex mutex_;
  std::map<std::string, Node> nodes_;
  std::map<Op, int> counts_;
  std::map<Op, bool> cuts_;
  std::map<Op, std::function<void()>> acts_;
  std::set<int64_t> sessions_;
  std::set<Living*> living_;
  int64_t last_session_ = 1000;
  int64_t transaction_ = 0;
  ScriptedPeer peer_;  ///< last: its threads end before what they use
};

}  // namespace kt::test
