#include "client/sasl/gssapi_library.h"

#include <dlfcn.h>

#include <string>

#include "base/error.h"

namespace kt::gss {

const Oid kKerberos{9, "\x2a\x86\x48\x86\xf7\x12\x01\x02\x02"};
const Oid kHostService{10, "\x2a\x86\x48\x86\xf7\x12\x01\x02\x01\x04"};
const Oid kUserName{10, "\x2a\x86\x48\x86\xf7\x12\x01\x02\x01\x01"};

namespace {

Error not_loaded() {
  return Error(std::string("Kerberos cannot be loaded: ") + dlerror(), Exit::usage,
               "Debian has it in the package libgssapi-krb5-2");
}

template <class Function>
void find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  if (function == nullptr) throw not_loaded();
}

}  // namespace

Library open_library(const char* file) {
  void* library = dlopen(file, RTLD_LAZY | RTLD_LOCAL);
  if (library == nullptr) throw not_loaded();
  Library found{};
  find(library, "gss_import_name", found.import_name);
  find(library, "gss_release_name", found.release_name);
  find(library, "gss_acquire_cred_from", found.acquire_cred_from);
  find(library, "gss_release_cred", found.release_cred);
  find(library, "gss_init_sec_context", found.init_sec_context);
  find(library, "gss_delete_sec_context", found.delete_sec_context);
  find(library, "gss_wrap", found.wrap);
  find(library, "gss_unwrap", found.unwrap);
  find(library, "gss_display_status", found.display_status);
  find(library, "gss_release_buffer", found.release_buffer);
  return found;
}

const Library& system_library() {
  static const Library opened = open_library("libgssapi_krb5.so.2");
  return opened;
}

}  // namespace kt::gss
