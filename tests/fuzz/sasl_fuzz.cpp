// What brokers answer in SCRAM and token endpoints to who asks, and texts of sasl.jaas.config and
// properties: taken or refused. The first byte says which.
#include <cstdint>
#include <string>

#include "base/error.h"
#include "base/properties.h"
#include "client/sasl/jaas.h"
#include "client/sasl/sasl.h"
#include "client/sasl/token_endpoint.h"

using namespace kt;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  try {
    if (data[0] % 4 == 0) {
      parse_jaas(text);
    } else if (data[0] % 4 == 1) {
      parse_properties(text);
    } else if (data[0] % 4 == 2) {
      token_refusal(text);
      if (parse_token_answer(text, 0).lifetime.count() < 0) __builtin_trap();
    } else {
      auto client = scram_client("SCRAM-SHA-256", "user", "password", false, "nonce");
      auto half = text.find('\n');
      client->answer(text.substr(0, half));
      if (half != std::string::npos) client->answer(text.substr(half + 1));
    }
  } catch (const Error&) {
  }
  return 0;
}
