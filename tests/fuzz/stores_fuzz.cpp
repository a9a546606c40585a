// Key stores as settings name them, for trust and as our own identity: they are taken or refused.
#include <cstdint>
#include <string>

#include "base/error.h"
#include "net/tls/tls.h"

using namespace kt;

/// The provider of old algorithms stays loaded, and what it holds passes for a leak at the end.
extern "C" const char* __asan_default_options() { return "detect_leaks=0"; }

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  net::KeyStore store;
  store.type = data[0] % 2 == 0 ? net::KeyStore::Type::pkcs12 : net::KeyStore::Type::pem;
  store.origin = "store";
  store.bytes.assign(reinterpret_cast<const char*>(data) + 1, size - 1);
  store.password = "changeit";
  for (auto list : {&net::TlsOptions::trust, &net::TlsOptions::identity}) try {
      net::TlsOptions options;
      options.trust_directory = "/";  // the system's own takes long to read
      (options.*list).push_back(store);
      net::TlsContext context(std::move(options));
    } catch (const Error&) {
    }
  return 0;
}
