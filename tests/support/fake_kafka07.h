// A 0.7 broker on a free port that serves the log directories of a real one, as that one did: its
// recorded answers (tests/data/kafka07/wire.jsonl) are held against this in tests/legacy.
#pragma once

#include <algorithm>
#include <atomic>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "legacy/log.h"
#include "support/scripted_peer.h"

namespace kt::test {

class FakeKafka07 {
 public:
  /// On a free port, or on the one that another had.
  explicit FakeKafka07(const std::string& directory, uint16_t port = 0)
      : partitions_(legacy::find_files(directory, 0)),
        peer_([this](PeerConnection& connection) { serve(connection); }, "127.0.0.1", port) {}

  uint16_t port() const { return peer_.port(); }
  net::HostPort address() const { return {"127.0.0.1", port()}; }

  /// The next so many fetches: the connection is closed instead of an answer, or within it.
  std::atomic<int> to_close = 0, to_cut = 0;
  /// Fetches that came, and what each waits for before it is answered; set before the first.
  std::atomic<int> fetches = 0;
  std::function<void()> before_fetch = [] {};

 private:
  struct Close {};

  void serve(PeerConnection& connection) {
    for (;;) {
      auto frame = connection.read_frame();
      if (frame.empty()) return;
      try {
        if (frame[1] == 1) {
          ++fetches;
          before_fetch();
        }
        auto answer = answer_to(frame);
        if (frame[1] == 1 && to_close > 0 && to_close-- > 0) return connection.shut_down();
        if (frame[1] == 1 && to_cut > 0 && to_cut-- > 0) {
          connection.write(answer.substr(0, answer.size() / 2));
          return connection.shut_down();
        }
        connection.write(answer);
      } catch (const Close&) {
        return connection.shut_down();
      }
    }
  }

  static std::string framed(int16_t error, std::string_view body) {
    std::string out;
    ByteWriter writer(out);
    writer.integer(static_cast<int32_t>(body.size() + 2));
    writer.integer(error);
    writer.bytes(body);
    return out;
  }

  std::string answer_to(std::string_view request) {
    ByteReader reader(request);
    switch (reader.integer<int16_t>()) {
      case 1:
        return fetch(reader);
      case 2: {
        std::string all;
        for (auto left = reader.integer<int16_t>(); left > 0; --left) all += fetch(reader);
        return framed(0, all);
      }
      case 4:
        return framed(0, offsets(reader));
      default:
        throw Close();
    }
  }

  /// Null for a topic that is not there; closes for a partition that is not.
  const legacy::PartitionFiles* find(ByteReader& reader) {
    auto length = reader.integer<int16_t>();
    auto topic = reader.take(static_cast<size_t>(length));
    auto number = reader.integer<int32_t>();
    bool has_topic = false;
    for (const auto& one : partitions_) {
      if (one.id.topic != topic) continue;
      has_topic = true;
      if (one.id.partition == number) return &one;
    }
    if (has_topic) throw Close();
    return nullptr;
  }

  std::string fetch(ByteReader& reader) {
    const auto* partition = find(reader);
    auto position = reader.integer<int64_t>();
    auto most = reader.integer<int32_t>();
    if (partition == nullptr) return framed(0, "");
    legacy::FileLog log(partition->segments);
    if (position == log.end()) return framed(0, "");
    if (position < log.start() || position > log.end()) return framed(1, "");
    std::string bytes;
    log.read(position, static_cast<size_t>(most), bytes);
    return framed(0, bytes);
  }

  std::string offsets(ByteReader& reader) {
    const auto* partition = find(reader);
    auto time = reader.integer<int64_t>();
    auto most = reader.integer<int32_t>();
    std::vector<int64_t> list;
    if (partition == nullptr) {
      list.push_back(0);
    } else {
      for (const auto& segment : partition->segments) list.push_back(segment.start);
      legacy::FileLog log(partition->segments);
      if (time == -2) list = {log.start()};
      if (time == -1) list.push_back(log.end());
      std::reverse(list.begin(), list.end());
      if (list.size() > static_cast<size_t>(most)) list.resize(static_cast<size_t>(most));
    }
    std::string out;
    ByteWriter writer(out);
    writer.integer(static_cast<int32_t>(list.size()));
    for (auto one : list) writer.integer(one);
    return out;
  }

  std::vector<legacy::PartitionFiles> partitions_;
  ScriptedPeer peer_;
};

}  // namespace kt::test
