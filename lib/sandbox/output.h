// What is to be sent to one client: bytes in memory and ranges of files, in order. A range goes out
// by sendfile and never passes through this process, unless it is so short that a copy, sent
// together with what stands around it, is faster: `make bench-zero-copy` shows where that ends.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <deque>
#include <memory>
#include <string>

#include "net/tls/server.h"
#include "storage/file.h"

namespace kt::sandbox {

class Output {
 public:
  static constexpr size_t kCopiedBytes = 8192;  ///< the longest range that is copied

  void add(std::string bytes);
  void add(std::shared_ptr<const SharedFile> file, off_t offset, size_t size_bytes);
  void add(Output other);

  bool empty() const { return chunks_.empty(); }
  size_t size_bytes() const { return size_bytes_; }

  /// Sends at most `limit` bytes without blocking; how many went out, or -1 where the peer is gone.
  /// Through `tls` where there is one.
  ssize_t send_some(int socket, net::TlsServerStream* tls, size_t limit);

 private:
  struct Chunk {
    std::string bytes;
    std::shared_ptr<const SharedFile> file;  // null: `bytes` from `offset` on
    off_t offset = 0;
    size_t size = 0;
  };

  ssize_t send_front(int socket, size_t limit);
  ssize_t encrypt_front(net::TlsServerStream& tls, size_t limit);

  std::deque<Chunk> chunks_;
  size_t size_bytes_ = 0;
};

}  // namespace kt::sandbox
