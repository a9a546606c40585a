#include "net/tls/openssl.h"

#include <dlfcn.h>
#include <openssl/err.h>
#include <openssl/provider.h>

#include <cstdlib>
#include <memory>

#include "base/error.h"

namespace kt::net {

void load_openssl() {
#ifndef KT_PORTABLE
  if (std::getenv("LD_BIND_NOW") != nullptr)
    throw Error("OpenSSL cannot be loaded where LD_BIND_NOW is set", Exit::usage, "unset it");
  static void* const loaded = dlopen("libssl.so.3", RTLD_LAZY | RTLD_GLOBAL);
  if (loaded == nullptr)
    throw Error(std::string("OpenSSL cannot be loaded: ") + dlerror(), Exit::failed,
                "Debian has it in the package libssl3");
#endif
}

std::string openssl_reason() {
  auto code = ERR_peek_last_error();
  ERR_clear_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason == nullptr ? "no reason given" : reason;
}

bool load_legacy_algorithms() {
  struct Unload {
    void operator()(OSSL_PROVIDER* provider) const { OSSL_PROVIDER_unload(provider); }
  };
  using Provider = std::unique_ptr<OSSL_PROVIDER, Unload>;
  auto load = [](const char* name) { return Provider(OSSL_PROVIDER_load(nullptr, name)); };
  // With one provider named, the others are no longer there by default.
  static const Provider usual = load("default"), legacy = load("legacy");
  return usual && legacy;
}

}  // namespace kt::net
