#include "base/secret.h"

#include <cstdio>
#include <cstdlib>
#include <memory>

#include "base/error.h"
#include "base/text.h"

namespace kt {
namespace {

constexpr size_t kMostBytes = 1 << 20;

std::string read_all(FILE* stream) {
  std::string text;
  char piece[4096];
  while (size_t count = std::fread(piece, 1, sizeof piece, stream)) {
    text.append(piece, count);
    if (text.size() > kMostBytes) break;
  }
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  return text;
}

}  // namespace

std::string secret_value(std::string_view key, const std::string& value) {
  auto fail = [&](const std::string& what) -> Error {
    return Error(std::string(key) + ": " + what, Exit::usage);
  };
  if (value.starts_with("env:")) {
    const char* found = std::getenv(value.c_str() + 4);
    if (!found) throw fail("the variable " + in_quotes(value.substr(4)) + " is not set");
    return found;
  }
  if (value.starts_with("file:")) {
    std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(value.c_str() + 5, "re"), &std::fclose);
    if (!file) throw fail("cannot read " + in_quotes(value.substr(5)));
    return read_all(file.get());
  }
  if (!value.starts_with("exec:")) return value;
  FILE* command = ::popen(value.c_str() + 5, "re");
  if (!command) throw fail("cannot run the command");
  auto text = read_all(command);
  if (::pclose(command) != 0) throw fail("the command failed");
  return text;
}

bool is_indirect(std::string_view value) {
  return value.starts_with("file:") || value.starts_with("exec:") || value.starts_with("env:") ||
         value.starts_with("${");
}

bool is_secret(std::string_view key) {
  auto name = lower(key);
  if (name.ends_with(".url")) return false;
  for (auto word : {"password", "secret", "jaas", "token", "keystore.key", "key.pem"})
    if (name.find(word) != std::string::npos) return true;
  return false;
}

}  // namespace kt
