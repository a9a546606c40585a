#include "sandbox/output.h"

#include <sys/sendfile.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace kt::sandbox {
namespace {

constexpr size_t kEncryptedBytes = 64 << 10;  // at a time

}  // namespace

void Output::add(std::string bytes) {
  if (bytes.empty()) return;
  size_t size = bytes.size();
  size_bytes_ += size;
  if (size <= kCopiedBytes && !chunks_.empty() && !chunks_.back().file) {
    chunks_.back().bytes += bytes;
    chunks_.back().size += size;
    return;
  }
  chunks_.push_back({std::move(bytes), nullptr, 0, size});
}

void Output::add(std::shared_ptr<const SharedFile> file, off_t offset, size_t size_bytes) {
  if (size_bytes == 0) return;
  if (size_bytes <= kCopiedBytes) {
    std::string bytes(size_bytes, '\0');
    bytes.resize(file->read_at(offset, bytes.data(), size_bytes));
    if (bytes.size() == size_bytes) return add(std::move(bytes));
  }
  size_bytes_ += size_bytes;
  chunks_.push_back({{}, std::move(file), offset, size_bytes});
}

void Output::add(Output other) {
  size_bytes_ += other.size_bytes_;
  for (auto& chunk : other.chunks_) chunks_.push_back(std::move(chunk));
}

ssize_t Output::send_some(int socket, net::TlsServerStream* tls, size_t limit) {
  size_t sent = 0;
  while (!chunks_.empty() && sent < limit) {
    ssize_t now = tls ? encrypt_front(*tls, limit - sent) : send_front(socket, limit - sent);
    if (now < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN || errno == EWOULDBLOCK) break;
      return -1;
    }
    if (now == 0)
      return -1;  // a file that became shorter than the reply promised: the peer can't be served
    auto& front = chunks_.front();
    front.offset += now;
    front.size -= static_cast<size_t>(now);
    size_bytes_ -= static_cast<size_t>(now);
    sent += static_cast<size_t>(now);
    if (front.size == 0) chunks_.pop_front();
  }
  return static_cast<ssize_t>(sent);
}

/// What comes from a file passes through this process after all. What could not leave is read
/// again the next time, the same bytes.
ssize_t Output::encrypt_front(net::TlsServerStream& tls, size_t limit) {
  auto& front = chunks_.front();
  size_t size = std::min({front.size, limit, kEncryptedBytes});
  if (!front.file) return tls.write(front.bytes.data() + front.offset, size);
  std::string bytes(size, '\0');
  bytes.resize(front.file->read_at(front.offset, bytes.data(), size));
  return bytes.empty() ? 0 : tls.write(bytes.data(), bytes.size());
}

ssize_t Output::send_front(int socket, size_t limit) {
  auto& front = chunks_.front();
  size_t size = std::min(front.size, limit);
  if (front.file) {
    off_t offset = front.offset;
    return sendfile(socket, front.file->fd(), &offset, size);
  }
  // More follows: let the kernel join the head of a fetch reply with the records behind it.
  int more = chunks_.size() > 1 ? MSG_MORE : 0;
  return send(socket, front.bytes.data() + front.offset, size, MSG_NOSIGNAL | more);
}

}  // namespace kt::sandbox
