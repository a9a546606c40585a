#include "http/library.h"

#include "base/error.h"

#ifndef KT_PORTABLE
#include <dlfcn.h>

#include <cstdlib>
#endif

namespace kt::http {

#ifdef KT_PORTABLE

void load_library() {
  throw Error("this kt was built without HTTP", Exit::usage, "that of make build has it");
}

#else

void load_library() {
  if (std::getenv("LD_BIND_NOW") != nullptr)
    throw Error("HTTP cannot be loaded where LD_BIND_NOW is set", Exit::usage, "unset it");
  if (dlopen(KT_HTTPLIB, RTLD_LAZY | RTLD_GLOBAL) == nullptr)
    throw Error(std::string("HTTP cannot be loaded: ") + dlerror(), Exit::failed,
                "Debian has it in the package libcpp-httplib0.11");
}

#endif

}  // namespace kt::http
