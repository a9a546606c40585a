// SCRAM as RFC 5802 has it, without channel binding. The broker too proves that it knows the
// password.
#include <fmt/format.h>

#include <map>

#include "base/base64.h"
#include "base/error.h"
#include "base/text.h"
#include "client/sasl/sasl.h"
#include "net/digest.h"

namespace kt {
namespace {

/// Fewer tell too much of a password to who listens; more would keep us busy for seconds.
constexpr int64_t kLeastIterations = 4096, kMostIterations = 2'000'000;

Error refuse(const std::string& why) {
  return Error("the broker's answer in SCRAM is wrong: " + why, Exit::unreachable);
}

/// `r=...,s=...,i=...` by its letters.
std::map<char, std::string> attributes_of(std::string_view message) {
  std::map<char, std::string> found;
  for (auto piece : split(message, ','))
    if (piece.size() >= 2 && piece[1] == '=') found[piece[0]] = piece.substr(2);
  return found;
}

std::string escaped(const std::string& user) {
  std::string out;
  for (char c : user) out += c == '=' ? "=3D" : c == ',' ? "=2C" : std::string(1, c);
  return out;
}

std::string exclusive_or(std::string left, const std::string& right) {
  for (size_t i = 0; i < left.size(); ++i) left[i] = static_cast<char>(left[i] ^ right[i]);
  return left;
}

class ScramClient final : public SaslClient {
 public:
  ScramClient(net::Digest kind, const std::string& user, std::string password, bool is_token,
              std::string nonce)
      : kind_(kind),
        password_(std::move(password)),
        nonce_(std::move(nonce)),
        first_("n=" + escaped(user) + ",r=" + nonce_ + (is_token ? ",tokenauth=true" : "")) {}

  std::string first() override { return "n,," + first_; }

  std::string answer(std::string_view challenge) override {
    if (!proof_sent_) return prove(challenge);
    check(challenge);
    return {};
  }

  bool is_done() const override { return done_; }

 private:
  std::string prove(std::string_view challenge) {
    auto said = attributes_of(challenge);
    auto salt = parse_base64(said['s']);
    int64_t iterations = 0;
    if (!said['r'].starts_with(nonce_) || said['r'] == nonce_) throw refuse("another's nonce");
    if (!salt || salt->empty()) throw refuse("no salt");
    if (!parse_int64(said['i'], iterations) || iterations < kLeastIterations ||
        iterations > kMostIterations)
      throw refuse(fmt::format("{} iterations, of {} to {} that are taken", in_quotes(said['i']),
                               kLeastIterations, kMostIterations));
    auto salted = net::stretched(kind_, password_, *salt, static_cast<int>(iterations));
    auto client_key = net::hmac(kind_, salted, "Client Key");
    auto without_proof = "c=biws,r=" + said['r'];
    auto all = first_ + ',' + std::string(challenge) + ',' + without_proof;
    auto signature = net::hmac(kind_, net::digest(kind_, client_key), all);
    expected_ = net::hmac(kind_, net::hmac(kind_, salted, "Server Key"), all);
    proof_sent_ = true;
    return without_proof + ",p=" + base64(exclusive_or(client_key, signature));
  }

  void check(std::string_view challenge) {
    auto said = attributes_of(challenge);
    if (said.contains('e')) throw Error(said['e'], Exit::unreachable);
    if (parse_base64(said['v']) != expected_) throw refuse("it does not know the password");
    done_ = true;
  }

  net::Digest kind_;
  std::string password_, nonce_, first_, expected_;
  bool proof_sent_ = false, done_ = false;
};

}  // namespace

std::unique_ptr<SaslClient> scram_client(const std::string& mechanism, const std::string& user,
                                         const std::string& password, bool is_token,
                                         const std::string& nonce) {
  auto kind = mechanism == "SCRAM-SHA-512" ? net::Digest::sha512 : net::Digest::sha256;
  return std::make_unique<ScramClient>(kind, user, password, is_token, nonce);
}

}  // namespace kt
