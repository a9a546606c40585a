// An agent of Jolokia that knows its answers by heart: each request of a question is found by what
// it asks, and what nobody taught is answered as an MBean that is not there.
#pragma once

#include <algorithm>
#include <map>
#include <mutex>
#include <string>

#include "base/json.h"
#include "support/scripted_peer.h"

namespace kt::test {

class FakeJolokia {
 public:
  /// `answers`: `read MBEAN ATTRIBUTE,...`, `list PATH` or `search MBEAN` → the agent's JSON.
  explicit FakeJolokia(std::map<std::string, std::string> answers)
      : answers_(std::move(answers)),
        peer_([this](PeerConnection& connection) { serve(connection); }) {}

  uint16_t port() const { return peer_.port(); }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port()) + "/jolokia"; }
  int connections() const { return peer_.connections(); }
  /// Questions so far, and the head of the last one.
  int questions() const { return locked(questions_); }
  std::string head() const { return locked(head_); }
  /// From now on it knows this answer too.
  void teach(const std::string& question, std::string answer) {
    std::lock_guard lock(mutex_);
    answers_[question] = std::move(answer);
  }
  /// All that is answered from now on, head and body, in place of what is known.
  void answer_with(std::string raw) {
    std::lock_guard lock(mutex_);
    raw_ = std::move(raw);
  }

 private:
  template <class T>
  T locked(const T& value) const {
    std::lock_guard lock(mutex_);
    return value;
  }

  static std::string key_of(const Json& request) {
    std::string key = *request.find("type")->get<std::string>();
    for (auto part : {"mbean", "path"})
      if (const auto* text = request.find(part)) key += ' ' + *text->get<std::string>();
    const auto* attribute = request.find("attribute");
    if (!attribute) return key;
    if (const auto* one = attribute->get<std::string>()) return key + ' ' + *one;
    char separator = ' ';
    for (const auto& one : *attribute->get<Json::Array>()) {
      key += separator + *one.get<std::string>();
      separator = ',';
    }
    return key;
  }

  std::string answer(const std::string& body) {
    std::string text = "[";
    auto requests = Json::parse(body, "a question");
    for (const auto& request : *requests.get<Json::Array>()) {
      auto known = answers_.find(key_of(request));
      if (text.size() > 1) text += ',';
      text += known != answers_.end()
                  ? known->second
                  : R"({"error_type":"javax.management.InstanceNotFoundException",)"
                    R"("error":"javax.management.InstanceNotFoundException : gone","status":404})";
    }
    return text + ']';
  }

  void serve(PeerConnection& connection) {
    while (true) {
      std::string head;
      while (!head.ends_with("\r\n\r\n")) {
        auto byte = connection.read(1);
        if (byte.empty()) return;
        head += byte;
      }
      auto at = head.find("Content-Length: ");
      auto body = connection.read(at == std::string::npos ? 0 : std::stoul(head.substr(at + 16)));
      std::lock_guard lock(mutex_);
      ++questions_;
      head_ = head;
      if (!raw_.empty()) return connection.write(raw_);
      auto text = answer(body);
      connection.write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
                       std::to_string(text.size()) + "\r\n\r\n" + text);
    }
  }

  mutable std::mutex mutex_;
  std::map<std::string, std::string> answers_;
  int questions_ = 0;
  std::string head_, raw_;
  ScriptedPeer peer_;
};

}  // namespace kt::test
