// OAUTHBEARER as RFC 7628 has it: the token at once, and where it is refused an answer of one byte
// to hear why.
#include "base/error.h"
#include "client/sasl/sasl.h"

namespace kt {
namespace {

class BearerClient final : public SaslClient {
 public:
  explicit BearerClient(std::string first) : first_(std::move(first)) {}

  std::string first() override { return first_; }
  std::string answer(std::string_view challenge) override {
    if (!challenge.empty() && !done_) {
      done_ = true;
      return "\x01";
    }
    done_ = true;
    return {};
  }
  bool is_done() const override { return done_; }

 private:
  std::string first_;
  bool done_ = false;
};

}  // namespace

std::unique_ptr<SaslClient> bearer_client(const std::string& token,
                                          const std::map<std::string, std::string>& extensions) {
  if (token.find_first_of("\x01\r\n ") != std::string::npos || token.empty())
    throw Error("a bearer token is one word", Exit::usage);
  auto first =
      "n,,\x01"
      "auth=Bearer " +
      token;
  for (const auto& [key, value] : extensions) first += '\x01' + key + '=' + value;
  return std::make_unique<BearerClient>(first + "\x01\x01");
}

}  // namespace kt
