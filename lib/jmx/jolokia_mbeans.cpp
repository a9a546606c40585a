// MBeans by Jolokia, an agent in the JVM that answers JSON over HTTP: several requests in each
// question, as its protocol has them from 6.0 on (agents 1.0 to 2.x).
#include <algorithm>
#include <charconv>
#include <iterator>

#include "base/json.h"
#include "base/text.h"
#include "http/client.h"
#include "jmx/mbeans.h"

namespace kt::jmx {
namespace {

constexpr uint16_t kAgentPort = 8778;
/// Requests in one question.
constexpr size_t kBulk = 250;
constexpr std::string_view kNoInstance = "javax.management.InstanceNotFoundException";

/// `domain/properties` with what stands for itself marked, as paths of requests have it.
std::string path_of(const std::string& mbean) {
  auto colon = mbean.find(':');
  std::string path;
  for (size_t i = 0; i < mbean.size(); ++i) {
    if (i == colon) {
      path += '/';
      continue;
    }
    if (mbean[i] == '/' || mbean[i] == '!') path += '!';
    path += mbean[i];
  }
  return path;
}

Datum datum_in(const Json& json) {
  if (const auto* flag = json.get<bool>()) return {"", *flag};
  if (const auto* number = json.get<int64_t>()) return {"", *number};
  if (const auto* number = json.get<Json::Number>()) {
    const auto& digits = number->digits;
    double value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return {"", value};
  }
  if (const auto* text = json.get<std::string>()) return {"", *text};
  if (const auto* array = json.get<Json::Array>()) {
    Datum::List list;
    for (const auto& one : *array) list.push_back(datum_in(one));
    return {"", std::move(list)};
  }
  if (const auto* object = json.get<Json::Object>()) {
    // The name of an MBean, which has no other members.
    if (object->size() == 1 && object->front().first == "objectName")
      return datum_in(object->front().second);
    Datum::Members members;
    for (const auto& [name, value] : *object) members.push_back({name, datum_in(value)});
    return {"", std::move(members)};
  }
  return {};
}

std::string text_in(const Json& json, std::string_view key) {
  const auto* member = json.find(key);
  const auto* text = member ? member->get<std::string>() : nullptr;
  return text ? *text : std::string();
}

/// The exception's class and text as RMI has them; empty of an answer that is none.
std::string error_in(const Json& answer) {
  const auto* status = answer.find("status");
  const auto* code = status ? status->get<int64_t>() : nullptr;
  if (code && *code == 200 && answer.find("value")) return {};
  auto type = text_in(answer, "error_type"), text = text_in(answer, "error");
  if (text.starts_with(type + " : ")) text.replace(0, type.size() + 3, type + ": ");
  return text.empty() ? "an answer without a value" : text;
}

class JolokiaMBeans : public MBeans {
 public:
  JolokiaMBeans(JolokiaOptions options, Deadline deadline)
      : where_(options.url.text() + ": "),
        path_(options.url.path),
        client_({options.url.origin(), std::move(options.user), std::move(options.password),
                 std::move(options.ca_file)}),
        deadline_(deadline) {}

  void set_deadline(Deadline deadline) override { deadline_ = deadline; }

  std::vector<std::string> names() override {
    auto answer = ask({request("search", {{"mbean", "*:*"}})}).at(0);
    if (auto error = error_in(answer); !error.empty()) throw Error(where_ + error);
    std::vector<std::string> names;
    for (const auto& name : JsonPlace(answer, where_ + "search")["value"].items())
      names.push_back(name.text());
    std::sort(names.begin(), names.end());
    return names;
  }

  std::vector<MBeanInfo> describe(const std::vector<std::string>& names) override {
    std::vector<Json> requests;
    for (const auto& name : names) requests.push_back(request("list", {{"path", path_of(name)}}));
    auto answers = ask(std::move(requests));
    std::vector<MBeanInfo> all;
    for (size_t i = 0; i < names.size(); ++i) all.push_back(described(names[i], answers[i]));
    return all;
  }

  std::vector<std::vector<Reading>> read(const std::vector<Wanted>& wanted) override {
    std::vector<std::vector<Reading>> all(wanted.size());
    std::vector<Json> requests;
    std::vector<size_t> asked;
    for (size_t i = 0; i < wanted.size(); ++i) {
      // None would mean all.
      if (wanted[i].attributes.empty()) continue;
      asked.push_back(i);
      requests.push_back(read_request(wanted[i].mbean, wanted[i].attributes));
    }
    auto answers = ask(std::move(requests));
    // One that throws takes its neighbours along: asked alone, each says why.
    std::vector<std::pair<Reading*, Json>> again;
    for (size_t k = 0; k < asked.size(); ++k) {
      const auto& [mbean, attributes] = wanted[asked[k]];
      auto error = error_in(answers[k]);
      auto& readings = all[asked[k]];
      bool one_by_one = !error.empty() && attributes.size() > 1 && !error.starts_with(kNoInstance);
      for (const auto& name : attributes) readings.push_back({name, {}, error});
      for (auto& reading : readings) {
        if (one_by_one)
          again.emplace_back(&reading, read_request(mbean, {reading.attribute}));
        else if (error.empty())
          take(reading, *answers[k].find("value"), attributes.size() == 1);
      }
    }
    requests.clear();
    for (auto& [reading, single] : again) requests.push_back(std::move(single));
    answers = ask(std::move(requests));
    for (size_t i = 0; i < again.size(); ++i) {
      auto& reading = *again[i].first;
      reading.error = error_in(answers[i]);
      if (reading.error.empty()) take(reading, *answers[i].find("value"), true);
    }
    return all;
  }

 private:
  static Json request(const char* type, Json::Object members) {
    members.emplace_back("type", type);
    // Names in the order in which the JVM has them; errors without their kilobytes of stack.
    members.emplace_back(
        "config", Json::Object{{"canonicalNaming", "false"}, {"includeStackTrace", "false"}});
    return members;
  }

  static Json read_request(const std::string& mbean, const std::vector<std::string>& attributes) {
    Json which = attributes.front();
    if (attributes.size() > 1) which = Json::Array(attributes.begin(), attributes.end());
    return request("read", {{"mbean", mbean}, {"attribute", std::move(which)}});
  }

  /// `alone`: the value is that of the one attribute that was asked for.
  static void take(Reading& reading, const Json& value, bool alone) {
    const auto* own = alone ? &value : value.find(reading.attribute);
    if (own)
      reading.value = datum_in(*own);
    else
      reading.error = "the agent keeps it back";
  }

  static MBeanInfo described(const std::string& name, const Json& answer) {
    MBeanInfo info;
    info.error = error_in(answer);
    if (info.error.find("No MBean '") != std::string::npos)
      info.error = std::string(kNoInstance) + ": " + name;
    if (!info.error.empty()) return info;
    const auto& value = *answer.find("value");
    info.class_name = text_in(value, "class");
    const auto* attributes = value.find("attr");
    const auto* members = attributes ? attributes->get<Json::Object>() : nullptr;
    if (!members) return info;
    for (const auto& [attribute, about] : *members)
      info.attributes.push_back({attribute, text_in(about, "type"), true});
    return info;
  }

  /// An answer for each request, in order.
  std::vector<Json> ask(std::vector<Json> requests) {
    std::vector<Json> answers;
    for (size_t from = 0; from < requests.size(); from += kBulk) {
      auto end = requests.begin() + static_cast<ptrdiff_t>(std::min(from + kBulk, requests.size()));
      auto begin = requests.begin() + static_cast<ptrdiff_t>(from);
      auto count = static_cast<size_t>(end - begin);
      Json::Array bulk(std::make_move_iterator(begin), std::make_move_iterator(end));
      auto response =
          client_.post(path_, "application/json", Json(std::move(bulk)).text(), deadline_);
      refuse(response);
      auto json = Json::parse(response.body, where_ + "no answer of Jolokia");
      auto* several = json.get<Json::Array>();
      if (!several) throw Error(where_ + error_in(json));
      if (several->size() != count)
        throw Error(where_ + "as many answers as requests were expected", Exit::unreachable);
      answers.insert(answers.end(), several->begin(), several->end());
    }
    return answers;
  }

  void refuse(const http::Response& response) const {
    if (response.status == 200) return;
    auto text = where_ + "HTTP " + std::to_string(response.status);
    if (response.status == 401 || response.status == 403)
      throw Error(text + ", the agent refuses", Exit::unreachable,
                  "-X jmx.user=NAME -X jmx.password=file:PATH say who asks");
    throw Error(text + " instead of an answer of Jolokia", Exit::unreachable,
                "its own path is /jolokia/, of Spring's /actuator/jolokia/");
  }

  std::string where_, path_;
  http::Client client_;
  Deadline deadline_;
};

}  // namespace

std::string JolokiaUrl::origin() const {
  return (tls ? "https://" : "http://") + address.to_string();
}

JolokiaUrl JolokiaUrl::parse(std::string_view text) {
  auto quoted = in_quotes(text);
  JolokiaUrl url;
  auto rest = text;
  uint16_t port = kAgentPort;
  if (auto scheme = text.find("://"); scheme != std::string_view::npos) {
    url.tls = text.substr(0, scheme) == "https";
    if (!url.tls && text.substr(0, scheme) != "http")
      throw Error(quoted + " is no URL of http or https", Exit::usage);
    port = url.tls ? 443 : 80;
    rest.remove_prefix(scheme + 3);
  }
  auto slash = rest.find('/');
  auto host = rest.substr(0, slash);
  if (host.find('@') != std::string_view::npos)
    throw Error("a password in a URL is for everyone to see", Exit::usage,
                "-X jmx.user=NAME -X jmx.password=file:PATH say who asks");
  url.address = net::parse_host_port(host, port);
  url.path = slash == std::string_view::npos ? "/" : rest.substr(slash);
  if (url.path == "/") url.path = "/jolokia/";
  if (!url.path.ends_with('/')) url.path += '/';
  return url;
}

std::unique_ptr<MBeans> connect_jolokia(JolokiaOptions options, Deadline deadline) {
  return std::make_unique<JolokiaMBeans>(std::move(options), deadline);
}

}  // namespace kt::jmx
