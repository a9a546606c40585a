#include "client/sasl/sasl.h"

namespace kt {
namespace {

class PlainClient final : public SaslClient {
 public:
  PlainClient(const std::string& user, const std::string& password)
      : token_(std::string(1, '\0') + user + '\0' + password) {}

  std::string first() override { return token_; }
  std::string answer(std::string_view) override { return {}; }
  bool is_done() const override { return true; }

 private:
  std::string token_;
};

}  // namespace

std::unique_ptr<SaslClient> plain_client(const std::string& user, const std::string& password) {
  return std::make_unique<PlainClient>(user, password);
}

}  // namespace kt
