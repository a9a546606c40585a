// OAUTHBEARER as RFC 7628 has it: the token at once, and where it is refused an answer of one byte
// to hear why.
#include <algorithm>

#include "base/error.h"
#include "base/text.h"
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

/// As RFC 7628 and Java have them: a name of letters, which is not that of the token itself.
void check_extension(const std::string& key, const std::string& value) {
  auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  auto is_text = [](char c) {
    return (c >= ' ' && c <= '~') || c == '\t' || c == '\r' || c == '\n';
  };
  if (key.empty() || key == "auth" || !std::all_of(key.begin(), key.end(), is_letter))
    throw Error("OAUTHBEARER has no extension of the name " + in_quotes(key), Exit::usage,
                "letters alone, and not auth");
  if (value.empty() || !std::all_of(value.begin(), value.end(), is_text))
    throw Error("the extension " + in_quotes(key) + " of OAUTHBEARER is no text", Exit::usage);
}

}  // namespace

std::unique_ptr<SaslClient> bearer_client(const std::string& token,
                                          const std::map<std::string, std::string>& extensions) {
  auto is_visible = [](char c) { return c > ' ' && c <= '~'; };
  if (token.empty() || !std::all_of(token.begin(), token.end(), is_visible))
    throw Error("a bearer token is one word", Exit::usage);
  auto first =
      "n,,\x01"
      "auth=Bearer " +
      token;
  for (const auto& [key, value] : extensions) {
    check_extension(key, value);
    first += '\x01' + key + '=' + value;
  }
  return std::make_unique<BearerClient>(first + "\x01\x01");
}

}  // namespace kt
