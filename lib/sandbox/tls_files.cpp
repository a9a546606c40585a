#include "sandbox/tls_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/error.h"
#include "base/whole_file.h"
#include "net/tls/authority.h"

namespace kt::sandbox {
namespace fs = std::filesystem;
namespace {

std::string read_file(const fs::path& path) {
  auto text = read_whole_file(path.string());
  if (!text) throw Error("cannot read \"" + path.string() + '"', Exit::usage);
  return std::move(*text);
}

/// Keys are in most of them: for the owner alone.
void write_file(const fs::path& path, const std::string& text) {
  int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  bool good = fd >= 0 && ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (fd >= 0) good = ::close(fd) == 0 && good;
  if (!good) throw Error("cannot write \"" + path.string() + "\": " + std::strerror(errno));
}

void make_files(const fs::path& directory, const std::vector<std::string>& hosts) {
  net::Authority authority("kt sandbox CA");
  auto server = authority.issue({.common_name = hosts.front(), .names = hosts});
  auto client = authority.issue({.common_name = "client"});
  write_file(directory / "server.pem", server.certificate + server.key);
  write_file(directory / "client.pem", client.certificate + client.key);
  auto place = fs::absolute(directory).string();
  write_file(directory / "client.properties",
             "security.protocol=SSL\nssl.truststore.type=PEM\nssl.truststore.location=" + place +
                 "/ca.pem\nssl.keystore.type=PEM\nssl.keystore.location=" + place +
                 "/client.pem\n");
  write_file(directory / "ca.pem", authority.certificate());
}

}  // namespace

net::TlsServerOptions tls_files(const std::string& directory,
                                const std::vector<std::string>& hosts) {
  fs::path place(directory);
  std::error_code failed;
  fs::create_directories(place, failed);
  if (!fs::exists(place / "ca.pem")) make_files(place, hosts);
  net::TlsServerOptions options;
  options.identity = read_file(place / "server.pem");
  options.client_ca = read_file(place / "ca.pem");
  return options;
}

}  // namespace kt::sandbox
