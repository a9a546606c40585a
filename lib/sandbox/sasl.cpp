#include "sandbox/sasl.h"

#include "base/base64.h"
#include "base/text.h"
#include "net/digest.h"

namespace kt::sandbox {
namespace {

constexpr int kIterations = 4096;  // the least that clients take

net::Digest digest_of(const std::string& mechanism) {
  return mechanism == "SCRAM-SHA-512" ? net::Digest::sha512 : net::Digest::sha256;
}

std::string attribute(std::string_view message, char name) {
  for (auto piece : split(message, ','))
    if (piece.size() >= 2 && piece[0] == name && piece[1] == '=')
      return std::string(piece.substr(2));
  return {};
}

std::string unescaped(std::string user) {
  for (std::string_view code : {"=2C", "=3D"})
    for (size_t at = 0; (at = user.find(code, at)) != std::string::npos; ++at)
      user.replace(at, code.size(), code == "=2C" ? "," : "=");
  return user;
}

}  // namespace

const std::vector<std::string>& SaslSession::mechanisms() {
  static const std::vector<std::string> all = {"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"};
  return all;
}

std::string SaslSession::step(std::string_view token) {
  if (mechanism_ == "PLAIN") return plain(token);
  return nonce_.empty() ? scram_first(token) : scram_final(token);
}

std::string SaslSession::plain(std::string_view token) {
  state_ = State::refused;
  auto parts = split(token, '\0');
  if (parts.size() != 3) return {};
  user_ = parts[1];
  auto known = users_.find(user_);
  if (known != users_.end() && known->second == parts[2]) state_ = State::accepted;
  return {};
}

std::string SaslSession::scram_first(std::string_view token) {
  state_ = State::refused;
  auto bare = token.substr(std::min(token.size(), std::string_view("n,,").size()));
  user_ = unescaped(attribute(bare, 'n'));
  auto client_nonce = attribute(bare, 'r');
  if (!token.starts_with("n,,") || client_nonce.empty() || !users_.contains(user_)) return {};
  nonce_ = client_nonce + base64url(net::random_bytes(16));
  salt_ = net::random_bytes(16);
  auto answer = "r=" + nonce_ + ",s=" + base64(salt_) + ",i=" + std::to_string(kIterations);
  first_messages_ = std::string(bare) + ',' + answer;
  state_ = State::going_on;
  return answer;
}

std::string SaslSession::scram_final(std::string_view token) {
  state_ = State::refused;
  auto kind = digest_of(mechanism_);
  auto salted = net::stretched(kind, users_.at(user_), salt_, kIterations);
  auto without_proof = token.substr(0, token.rfind(",p="));
  auto all = first_messages_ + ',' + std::string(without_proof);
  auto client_key = net::hmac(kind, salted, "Client Key");
  auto signature = net::hmac(kind, net::digest(kind, client_key), all);
  for (size_t i = 0; i < client_key.size(); ++i)
    client_key[i] = static_cast<char>(client_key[i] ^ signature[i]);
  if (attribute(token, 'r') != nonce_ || attribute(token, 'p') != base64(client_key))
    return "e=invalid-proof";
  state_ = State::accepted;
  return "v=" + base64(net::hmac(kind, net::hmac(kind, salted, "Server Key"), all));
}

}  // namespace kt::sandbox
