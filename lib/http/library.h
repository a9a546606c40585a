// cpp-httplib, which is loaded before its first use: see lib/CMakeLists.txt.
#pragma once

namespace kt::http {

/// Throws where it cannot be loaded, and always in a build without HTTP (make portable).
void load_library();

}  // namespace kt::http
