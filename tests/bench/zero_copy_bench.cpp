// What `make bench-zero-copy` runs: the sandbox's way of sending a range of a file (sendfile)
// beside copying it through user space, over loopback TCP, for the sizes of the measurement that
// made Kafka's zero copy known, in milliseconds beside the ones it gave. Then, for the short ranges
// of everyday fetches, both ways of one answer (a head and a range), which is where the sandbox's
// own limit between the two comes from.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "sandbox/output.h"
#include "storage/file.h"

namespace {

constexpr int kRuns = 5;
constexpr size_t kReaderBytes = size_t{1} << 20;

struct Row {
  int64_t megabytes;
  int copy_then_ms, zero_copy_then_ms;
};
constexpr Row kRows[] = {{7, 156, 45},       {21, 337, 128},     {63, 843, 387},
                         {98, 1320, 617},    {200, 2124, 1150},  {350, 3631, 1762},
                         {700, 13498, 4422}, {1024, 18399, 8537}};

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

/// Both ends of a connection over loopback.
std::pair<int, int> connect_ends() {
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* any = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener, any, size) != 0 || listen(listener, 1) != 0 ||
      getsockname(listener, any, &size) != 0)
    fail("listen");
  int reader = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect(reader, any, size) != 0) fail("connect");
  int writer = accept(listener, nullptr, nullptr);
  if (writer < 0) fail("accept");
  close(listener);
  return {writer, reader};
}

/// Milliseconds until the other side has read `size` bytes.
double time_of(size_t size, const std::function<void(int socket)>& send_all) {
  auto [writer, reader] = connect_ends();
  auto began = std::chrono::steady_clock::now();
  std::thread receiving([reader = reader, size] {
    std::vector<char> bytes(kReaderBytes);
    for (size_t done = 0; done < size;) {
      ssize_t got = recv(reader, bytes.data(), bytes.size(), 0);
      if (got <= 0) fail("recv");
      done += static_cast<size_t>(got);
    }
  });
  send_all(writer);
  receiving.join();
  std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - began;
  close(writer);
  close(reader);
  return took.count();
}

void send_copied(int socket, const kt::SharedFile& file, size_t size, size_t buffer_bytes) {
  std::vector<char> buffer(buffer_bytes);
  for (size_t done = 0; done < size;) {
    size_t got = file.read_at(static_cast<int64_t>(done), buffer.data(),
                              std::min(buffer_bytes, size - done));
    for (size_t sent = 0; sent < got;) {
      ssize_t now = send(socket, buffer.data() + sent, got - sent, MSG_NOSIGNAL);
      if (now <= 0) fail("send");
      sent += static_cast<size_t>(now);
    }
    done += got;
  }
}

void send_from_file(int socket, const std::shared_ptr<const kt::SharedFile>& file, size_t size) {
  kt::sandbox::Output output;
  output.add(file, 0, size);
  while (!output.empty())
    if (output.send_some(socket, nullptr, size) < 0) fail("sendfile");
}

constexpr size_t kHeadBytes = 64;
constexpr int kAnswers = 2000;

using SendRange = std::function<void(int socket, off_t offset, std::string& buffer)>;

/// Microseconds for an answer of a head and a range, until the reader has asked for the next.
double time_of_answer(size_t range, const SendRange& send_range) {
  auto [writer, reader] = connect_ends();
  int on = 1;
  setsockopt(writer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(reader, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  std::thread receiving([reader = reader, range] {
    std::vector<char> bytes(kReaderBytes);
    for (int i = 0; i < kAnswers; ++i) {
      for (size_t done = 0; done < kHeadBytes + range;) {
        ssize_t got = recv(reader, bytes.data(), bytes.size(), 0);
        if (got <= 0) fail("recv");
        done += static_cast<size_t>(got);
      }
      if (send(reader, "?", 1, MSG_NOSIGNAL) != 1) fail("send");
    }
  });
  std::string buffer(kHeadBytes + range, 'h');
  auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < kAnswers; ++i) {
    send_range(writer, static_cast<off_t>(range) * i, buffer);
    char asked = 0;
    if (recv(writer, &asked, 1, 0) != 1) fail("recv");
  }
  std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - began;
  receiving.join();
  close(writer);
  close(reader);
  return took.count() / kAnswers;
}

void send_head_and_file(int socket, const kt::SharedFile& file, off_t offset, std::string& buffer) {
  if (send(socket, buffer.data(), kHeadBytes, MSG_NOSIGNAL | MSG_MORE) < 0) fail("send");
  for (size_t left = buffer.size() - kHeadBytes; left > 0;) {
    ssize_t now = sendfile(socket, file.fd(), &offset, left);
    if (now <= 0) fail("sendfile");
    left -= static_cast<size_t>(now);
  }
}

void send_together(int socket, const kt::SharedFile& file, off_t offset, std::string& buffer) {
  file.read_at(offset, buffer.data() + kHeadBytes, buffer.size() - kHeadBytes);
  for (size_t sent = 0; sent < buffer.size();) {
    ssize_t now = send(socket, buffer.data() + sent, buffer.size() - sent, MSG_NOSIGNAL);
    if (now <= 0) fail("send");
    sent += static_cast<size_t>(now);
  }
}

double best_of(std::vector<double> times) { return *std::min_element(times.begin(), times.end()); }

}  // namespace

int main(int argc, char** argv) {
  int64_t most_megabytes = argc > 1 ? std::atoll(argv[1]) : 1024;
  std::string path = "/tmp/kt-zero-copy-XXXXXX";
  int fd = mkstemp(path.data());
  if (fd < 0) fail("mkstemp");
  unlink(path.c_str());
  auto file = std::make_shared<kt::SharedFile>(fd, path);
  std::string megabyte(size_t{1} << 20, 'x');
  std::printf("%8s %12s %12s %12s %9s   %s\n", "MB", "sendfile/ms", "8 KiB/ms", "64 KiB/ms",
              "8K/zero", "then: copy/ms zero/ms ratio");
  int64_t written = 0;
  for (const auto& row : kRows) {
    if (row.megabytes > most_megabytes) break;
    for (; written < row.megabytes; ++written) file->write_at(written << 20, megabyte);
    auto size = static_cast<size_t>(row.megabytes) << 20;
    std::vector<double> zero, small, large;
    for (int run = 0; run < kRuns; ++run) {
      zero.push_back(time_of(size, [&](int socket) { send_from_file(socket, file, size); }));
      small.push_back(
          time_of(size, [&](int socket) { send_copied(socket, *file, size, 8 << 10); }));
      large.push_back(
          time_of(size, [&](int socket) { send_copied(socket, *file, size, 64 << 10); }));
    }
    std::printf("%8lld %12.1f %12.1f %12.1f %9.2f   %d %d %.2f\n",
                static_cast<long long>(row.megabytes), best_of(zero), best_of(small),
                best_of(large), best_of(small) / best_of(zero), row.copy_then_ms,
                row.zero_copy_then_ms,
                static_cast<double>(row.copy_then_ms) / row.zero_copy_then_ms);
    std::fflush(stdout);
  }
  std::printf("\n%8s %12s %12s %12s\n", "range/B", "sendfile/us", "copied/us", "the sandbox");
  for (size_t range : {256, 1024, 4096, 8192, 16384, 32768, 65536}) {
    std::vector<double> zero, copied;
    for (int run = 0; run < kRuns; ++run) {
      zero.push_back(time_of_answer(range, [&](int socket, off_t offset, std::string& buffer) {
        send_head_and_file(socket, *file, offset % (written << 19), buffer);
      }));
      copied.push_back(time_of_answer(range, [&](int socket, off_t offset, std::string& buffer) {
        send_together(socket, *file, offset % (written << 19), buffer);
      }));
    }
    std::printf("%8zu %12.1f %12.1f %12s\n", range, best_of(zero), best_of(copied),
                range <= kt::sandbox::Output::kCopiedBytes ? "copies" : "sendfile");
  }
}
