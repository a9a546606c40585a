#include "client/sasl/token_endpoint.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/base64.h"
#include "base/json.h"
#include "base/text.h"
#include "http/client.h"
#include "net/error.h"

namespace kt {
namespace {

constexpr size_t kMostBytes = 1 << 20;  ///< of an answer
constexpr size_t kMostShown = 200;      ///< of what it says
constexpr int64_t kLongestS = 365 * 86'400;
constexpr int64_t kRenewPercent = 80;     ///< of a token's life
constexpr Milliseconds kPatience{5'000};  ///< where a token is still good
constexpr int kOk = 200;

net::NetError no_token(const std::string& message, const std::string& hint = {}) {
  return {net::Failure::unauthenticated, message, hint};
}

/// For a form, and for credentials in a header.
std::string form_escaped(std::string_view text) {
  std::string out;
  for (char c : text) {
    bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                 c == '-' || c == '_' || c == '.' || c == '~';
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

std::string member_text(const Json& json, std::string_view key) {
  const auto* member = json.find(key);
  const auto* text = member == nullptr ? nullptr : member->get<std::string>();
  return text == nullptr ? "" : *text;
}

/// Seconds, which some servers write as text.
std::optional<int64_t> seconds_of(const Json& json, std::string_view key) {
  const auto* member = json.find(key);
  if (member == nullptr) return std::nullopt;
  if (const auto* number = member->get<int64_t>()) return *number;
  int64_t parsed = 0;
  const auto* text = member->get<std::string>();
  if (text == nullptr || !parse_int64(*text, parsed)) return std::nullopt;
  return parsed;
}

/// When a JWT says that it ends; nothing where it is none or does not.
std::optional<int64_t> end_of_jwt(std::string_view token) {
  auto parts = split(token, '.');
  if (parts.size() != 3) return std::nullopt;
  auto claims = parse_base64(parts[1]);
  if (!claims) return std::nullopt;
  try {
    return seconds_of(Json::parse(*claims, "claims"), "exp");
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace

IssuedToken parse_token_answer(std::string_view body, int64_t now_ms) {
  auto answer = Json::parse(body, "the answer");
  IssuedToken token{member_text(answer, "access_token")};
  if (token.text.empty()) throw Error("there is no access_token in the answer");
  auto lifetime_s = seconds_of(answer, "expires_in");
  if (!lifetime_s)
    if (auto end = end_of_jwt(token.text))
      lifetime_s = std::clamp<int64_t>(*end, 0, INT64_MAX / 1000) - now_ms / 1000;
  token.lifetime = Milliseconds(std::clamp<int64_t>(lifetime_s.value_or(0), 0, kLongestS) * 1000);
  return token;
}

std::string token_refusal(std::string_view body) {
  try {
    auto answer = Json::parse(body, "the answer");
    auto code = member_text(answer, "error").substr(0, kMostShown);
    auto why = member_text(answer, "error_description").substr(0, kMostShown);
    if (code.empty()) return {};
    return in_quotes(code) + (why.empty() ? "" : ": " + in_quotes(why));
  } catch (const Error&) {
    return {};
  }
}

TokenEndpoint::TokenEndpoint(TokenRequest request, Clock& clock)
    : request_(std::move(request)), clock_(clock) {
  const auto& url = request_.url;
  auto host = url.starts_with("https://") ? 8U : url.starts_with("http://") ? 7U : 0U;
  auto slash = url.find('/', host);
  origin_ = url.substr(0, slash);
  path_ = slash == std::string::npos ? "/" : url.substr(slash);
  auto is_visible = [](char c) { return c > ' ' && c <= '~'; };
  if (host == 0 || origin_.size() == host || origin_.find('@') != std::string::npos ||
      !std::all_of(url.begin(), url.end(), is_visible))
    throw Error(
        "sasl.oauthbearer.token.endpoint.url=" + in_quotes(url) + " is no URL of an endpoint",
        Exit::usage, "https://HOST[:PORT]/PATH, or file:///PATH");
}

std::string TokenEndpoint::token(Deadline deadline) {
  std::lock_guard lock(mutex_);
  if (clock_.now() < renew_at_) return token_;
  bool is_good = clock_.now() < expires_at_;
  try {
    auto issued = ask(is_good ? deadline.sooner(kPatience) : deadline);
    token_ = std::move(issued.text);
    expires_at_ = clock_.now() + issued.lifetime;
    renew_at_ = clock_.now() + issued.lifetime * kRenewPercent / 100;
  } catch (const net::NetError&) {
    if (!is_good) throw;
    renew_at_ = std::min(clock_.now() + kPatience, expires_at_);
  }
  return token_;
}

IssuedToken TokenEndpoint::ask(Deadline deadline) const {
  auto form = [&](const std::string& text) {
    return request_.escape_credentials ? form_escaped(text) : text;
  };
  std::string body = "grant_type=client_credentials";
  if (!request_.scope.empty()) body += "&scope=" + form_escaped(request_.scope);
  auto where = "the token endpoint " + origin_ + path_;
  http::Response response;
  try {
    http::ClientOptions options{.origin = origin_,
                                .user = form(request_.client_id),
                                .password = form(request_.client_secret)};
    options.most_bytes = kMostBytes;
    if (origin_.starts_with("https")) options.trust = net::new_trust_store(request_.trust);
    response = http::Client(std::move(options))
                   .post(path_, "application/x-www-form-urlencoded", std::move(body), deadline);
  } catch (const Error& error) {
    throw no_token("there is no token: " + error.message(), error.hint());
  }
  if (response.status != kOk) {
    auto why = token_refusal(response.body);
    throw no_token(fmt::format("{} gives no token, but {}{}", where, response.status,
                               why.empty() ? "" : ", " + why),
                   response.status < 500
                       ? "clientId, clientSecret and scope in sasl.jaas.config, or "
                         "sasl.oauthbearer.client.credentials.* and sasl.oauthbearer.scope"
                       : "");
  }
  try {
    return parse_token_answer(response.body, clock_.wall_ms());
  } catch (const Error& error) {
    throw no_token(where + " gives no token: " + error.message());
  }
}

}  // namespace kt
