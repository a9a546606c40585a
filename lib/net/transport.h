// A connected byte stream with deadlines: the one seam between framing and what carries it (TCP
// now; anything that encrypts wraps one of these). One reader and one writer may work at the same
// time; shut_down() may come from any thread.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "net/address.h"

namespace kt::net {

class Transport {
 public:
  virtual ~Transport() = default;

  /// Reads what is there, at least one byte, at most `size`. Throws NetError: closed, timed_out.
  virtual size_t read_some(char* out, size_t size, Deadline deadline) = 0;

  /// Writes all of the pieces, in order. Throws NetError: closed, timed_out.
  virtual void write_all(std::span<const std::string_view> pieces, Deadline deadline) = 0;

  /// Whether a read would find a byte, or the end, without waiting.
  virtual bool readable() const = 0;

  /// The same, after waiting for it until the deadline.
  virtual bool wait_readable(Deadline deadline) const = 0;

  /// The descriptor to poll for reading where readable() is false.
  virtual int descriptor() const = 0;

  /// Ends the connection: a read or write that waits in another thread throws `closed`.
  virtual void shut_down() = 0;

  /// The peer as the user knows it, for error sentences.
  virtual const std::string& peer() const = 0;
};

/// Connects by TCP. The addresses of a name are raced: a further one is tried every 250 ms, or as
/// soon as one fails, and the first that connects wins. Throws NetError.
std::unique_ptr<Transport> connect_tcp(const HostPort& target, Deadline deadline);

/// A transport over a connected socket, which it closes in the end.
std::unique_ptr<Transport> adopt_socket(int descriptor, std::string peer);

}  // namespace kt::net
