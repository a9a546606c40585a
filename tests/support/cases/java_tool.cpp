#include "support/cases/java_tool.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <stdexcept>

namespace kt::test {

const std::vector<std::string> kJavaTools = {"kafka-acls",
                                             "kafka-broker-api-versions",
                                             "kafka-configs",
                                             "kafka-console-consumer",
                                             "kafka-console-producer",
                                             "kafka-consumer-groups",
                                             "kafka-delete-records",
                                             "kafka-dump-log",
                                             "kafka-features",
                                             "kafka-get-offsets",
                                             "kafka-leader-election",
                                             "kafka-log-dirs",
                                             "kafka-metadata-quorum",
                                             "kafka-reassign-partitions",
                                             "kafka-topics",
                                             "kafka-transactions",
                                             "java-tool"};

namespace {

void write_all(int descriptor, const char* bytes, size_t size) {
  while (size > 0) {
    ssize_t count = ::write(descriptor, bytes, size);
    if (count <= 0) throw std::runtime_error("the JVM of the Java tools has gone");
    bytes += count;
    size -= static_cast<size_t>(count);
  }
}

std::string read_all(int descriptor, size_t size) {
  std::string bytes(size, '\0');
  for (size_t done = 0; done < size;) {
    ssize_t count = ::read(descriptor, bytes.data() + done, size - done);
    if (count <= 0) throw std::runtime_error("the JVM of the Java tools has gone");
    done += static_cast<size_t>(count);
  }
  return bytes;
}

// Strings travel as their size in four bytes, most significant first, and their bytes.
void write_string(int descriptor, const std::string& text) {
  uint32_t size = htonl(static_cast<uint32_t>(text.size()));
  write_all(descriptor, reinterpret_cast<const char*>(&size), sizeof size);
  write_all(descriptor, text.data(), text.size());
}

uint32_t read_number(int descriptor) {
  auto bytes = read_all(descriptor, 4);
  return ntohl(*reinterpret_cast<const uint32_t*>(bytes.data()));
}

}  // namespace

int run_java_tool(int port, const std::vector<std::string>& words) {
  std::string input;
  char bytes[65536];
  for (ssize_t count; (count = ::read(0, bytes, sizeof bytes)) > 0;)
    input.append(bytes, static_cast<size_t>(count));

  int connection = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(static_cast<uint16_t>(port));
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(connection, reinterpret_cast<sockaddr*>(&where), sizeof where) != 0)
    throw std::runtime_error("no JVM runs the Java tools");
  write_string(connection, std::to_string(words.size()));
  for (const auto& word : words) write_string(connection, word);
  write_string(connection, input);

  auto exit = static_cast<int>(read_number(connection));
  auto output = read_all(connection, read_number(connection));
  auto errors = read_all(connection, read_number(connection));
  ::close(connection);
  write_all(1, output.data(), output.size());
  write_all(2, errors.data(), errors.size());
  return exit;
}

}  // namespace kt::test
