#include "sandbox/faults.h"

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include "base/error.h"
#include "protocol/errors.h"
#include "sandbox/call.h"

namespace kt::sandbox {
namespace {

bool answers_with_one_code(const MessageTable& response, int16_t version) {
  return std::ranges::any_of(response.root->fields, [version](const FieldTable& field) {
    return field.name == "errorCode" && field.versions.contains(version);
  });
}

void set_codes(const StructTable& structure, char* value, int16_t code) {
  for (const FieldTable& field : structure.fields) {
    char* member = value + field.offset;
    if (field.type == FieldType::int16 && !field.array && field.name.ends_with("rrorCode"))
      *reinterpret_cast<int16_t*>(member) = code;
    if (field.type != FieldType::structure) continue;
    if (!field.holder) {
      set_codes(*field.structure, member, code);
      continue;
    }
    Elements elements = field.holder->view(member);
    auto* first =
        static_cast<char*>(const_cast<void*>(elements.first));  // of a response that we own
    for (size_t i = 0; i < elements.count; ++i)
      set_codes(*field.structure, first + i * field.structure->size, code);
  }
}

[[noreturn]] void refuse(const std::string& text, const std::string& reason) {
  throw Error("fault \"" + text + "\": " + reason, Exit::usage,
              "write API[@BROKER]:EFFECT[:COUNT], as in Produce@1:NOT_LEADER_OR_FOLLOWER:3, "
              "Fetch:delay=500ms, "
              "Metadata:drop or Fetch:cut=100");
}

int64_t to_number(const std::string& text, const std::string& part) {
  int64_t number = 0;
  auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), number);
  if (error != std::errc() || end != part.data() + part.size())
    refuse(text, "\"" + part + "\" is no number");
  return number;
}

std::optional<int16_t> find_error(const std::string& name) {
  constexpr int16_t kMostCodes = 1000;
  for (int16_t code = -1; code < kMostCodes; ++code)
    if (error_name(code) == name) return code;
  return std::nullopt;
}

void read_effect(Fault& fault, const std::string& text, const std::string& effect) {
  if (effect == "drop") {
    fault.drop = true;
  } else if (effect == "stop") {
    fault.stop = true;
  } else if (effect.starts_with("delay=")) {
    std::string delay = effect.substr(6);
    bool in_ms = delay.ends_with("ms");
    if (!in_ms && !delay.ends_with("s")) refuse(text, "a delay is 500ms or 2s");
    fault.delay_ms =
        to_number(text, delay.substr(0, delay.size() - (in_ms ? 2 : 1))) * (in_ms ? 1 : 1000);
  } else if (effect.starts_with("cut=")) {
    fault.cut_after_bytes = static_cast<size_t>(to_number(text, effect.substr(4)));
  } else if (auto code = find_error(effect)) {
    fault.error_code = *code;
  } else {
    fault.error_code = static_cast<int16_t>(to_number(text, effect));
  }
}

}  // namespace

Faults::Faults() = default;
Faults::~Faults() = default;

void Faults::add(Fault fault) { rules_.push_back(fault); }
void Faults::clear() { rules_.clear(); }

void set_error_codes(const MessageTable& table, void* response, int16_t code) {
  set_codes(*table.root, static_cast<char*>(response), code);
}

bool fail_as_a_whole(Call& call) {
  const MessageTable& table = *call.api->response;
  if (call.injected_error == 0 || !answers_with_one_code(table, call.version)) return false;
  std::unique_ptr<void, void (*)(void*)> response(table.create(), table.destroy);
  send_response(call, table, response.get());
  return true;
}

void Faults::apply(Call& call, std::function<void(Call&)> serve) {
  auto fault = take(call);
  if (!fault) return serve(call);
  if (fault->drop) return call.connection->close();
  if (fault->stop) {  // not from within what serves one of its connections
    call.cluster.loop().after(
        0, [&cluster = call.cluster, id = call.broker.id()] { cluster.stop_broker(id); });
    return;
  }
  if (fault->cut_after_bytes) call.connection->cut_after(*fault->cut_after_bytes);
  call.injected_error = fault->error_code.value_or(0);
  auto proceed = [call, serve = std::move(serve)]() mutable {
    if (call.connection->is_open()) serve(call);
  };
  if (fault->delay_ms == 0) return proceed();
  call.cluster.loop().after(fault->delay_ms, std::move(proceed));
}

std::optional<Fault> Faults::take(const Call& call) {
  auto fits = [&](const Fault& rule) {
    return (rule.api_key < 0 || rule.api_key == call.api->key) &&
           (rule.broker_id < 0 || rule.broker_id == call.broker.id());
  };
  auto found = std::ranges::find_if(rules_, fits);
  if (found == rules_.end()) return std::nullopt;
  Fault fault = *found;
  if (found->count > 0 && --found->count == 0) rules_.erase(found);
  return fault;
}

Fault parse_fault(const std::string& text) {
  std::vector<std::string> parts(1);
  for (char c : text) {
    if (c == ':')
      parts.emplace_back();
    else
      parts.back().push_back(c);
  }
  if (parts.size() < 2 || parts.size() > 3) refuse(text, "needs an API and an effect");
  Fault fault;
  if (auto at = parts[0].find('@'); at != std::string::npos) {
    fault.broker_id = static_cast<int32_t>(to_number(text, parts[0].substr(at + 1)));
    parts[0].resize(at);
  }
  if (parts[0] != "any") {
    const Api* api = find_api(parts[0]);
    if (!api) refuse(text, "there is no API \"" + parts[0] + "\"");
    fault.api_key = api->key;
  }
  read_effect(fault, text, parts[1]);
  if (parts.size() == 3)
    fault.count = parts[2] == "always" ? -1 : static_cast<int>(to_number(text, parts[2]));
  return fault;
}

}  // namespace kt::sandbox
