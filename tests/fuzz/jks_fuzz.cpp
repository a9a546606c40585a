// Java's key stores: they are taken or refused, with and without a password.
#include <cstdint>
#include <string>

#include "base/error.h"
#include "net/tls/jks.h"

using namespace kt;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (auto password : {"", "changeit"}) try {
      for (const auto& entry : net::parse_jks(bytes, password))
        net::open_jks_key(entry.protected_key, password);
    } catch (const Error&) {
    }
  try {
    net::open_jks_key(bytes, "secret");
  } catch (const Error&) {
  }
  return 0;
}
