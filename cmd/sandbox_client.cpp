#include "sandbox_client.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/error.h"
#include "base/text.h"
#include "base/whole_file.h"

namespace kt {
namespace {

/// With a backslash before each of those characters.
std::string escaped(const std::string& text, std::string_view which) {
  std::string out;
  for (char c : text) {
    if (which.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

/// PLAIN, which every release with SASL has, unless the brokers are set to take others.
std::string mechanism_of(const sandbox::Options& options) {
  auto set = options.configs.find("sasl.enabled.mechanisms");
  if (set == options.configs.end() || set->second.find("PLAIN") != std::string::npos)
    return "PLAIN";
  return std::string(trim(split(set->second, ',').front()));
}

std::string text_for(const sandbox::Options& options, const std::string& user) {
  auto mechanism = mechanism_of(options);
  auto module = mechanism == "PLAIN" ? "plain.PlainLoginModule" : "scram.ScramLoginModule";
  auto word = [](const std::string& text) { return '"' + escaped(text, "\"\\") + '"'; };
  auto login = fmt::format("org.apache.kafka.common.security.{} required username={} password={};",
                           module, word(user), word(options.users.at(user)));
  // What comes last wins, as it does in Java.
  auto tls = options.tls_dir.empty()
                 ? std::string()
                 : read_whole_file(options.tls_dir + "/client.properties").value_or("");
  return fmt::format("{}security.protocol={}\nsasl.mechanism={}\nsasl.jaas.config={}\n", tls,
                     options.tls_dir.empty() ? "SASL_PLAINTEXT" : "SASL_SSL", mechanism,
                     escaped(login, "\\"));
}

}  // namespace

SandboxClientFile::SandboxClientFile(const sandbox::Options& options, const std::string& user)
    : path_((std::filesystem::temp_directory_path() /
             fmt::format("kt-sandbox-{}.properties", ::getpid()))
                .string()) {
  auto text = text_for(options, user);
  int fd = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  bool good = fd >= 0 && ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (fd >= 0) good = ::close(fd) == 0 && good;
  if (!good) throw Error("cannot write \"" + path_ + "\": " + std::strerror(errno));
}

SandboxClientFile::~SandboxClientFile() { ::unlink(path_.c_str()); }

}  // namespace kt
