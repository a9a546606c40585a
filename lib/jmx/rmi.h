// Java's remote method invocation as far as JMX needs it: one connection in the stream protocol,
// calls on remote objects by number and hash, answers in order. Calls may be sent ahead of answers.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "jmx/feed.h"
#include "jmx/java_object.h"
#include "net/tls/tls.h"

namespace kt::jmx {

/// A remote object: where it is served and its number there, 22 bytes.
struct RemoteObject {
  net::HostPort address;
  std::string id;
  /// Its server names a factory of sockets: that of TLS, the one that JVMs have.
  bool tls = false;
};

struct Call {
  int32_t operation = -1;
  uint64_t hash = 0;
  std::string arguments;
};

struct Reply {
  std::unique_ptr<JavaMessage> message;  ///< of a value or an exception
  bool failed = false;                   ///< the value is an exception that the method threw
};

/// Arguments of calls, in the stream's own form.
std::string null_argument();
std::string text_argument(std::string_view utf8);
std::string texts_argument(const std::vector<std::string>& texts);
std::string object_name_argument(std::string_view name);

/// The object that a stub inside of the message stands for. Throws DecodeError where there is none.
RemoteObject remote_object_of(const JavaMessage& message);

/// The number of the registry itself.
std::string registry_id();

class RmiConnection {
 public:
  /// By TLS where a context is given. Throws NetError: tls, or closed, where plain bytes were sent
  /// to a port that speaks TLS.
  RmiConnection(const net::HostPort& target, const net::TlsContext* tls, Deadline deadline);

  /// Calls methods of one object and returns their answers in order. Throws NetError, DecodeError.
  std::vector<Reply> call(const std::string& object_id, const std::vector<Call>& calls,
                          Deadline deadline);
  /// Sends a call whose answer nobody waits for; the connection is of no use afterwards.
  void call_and_leave(const std::string& object_id, const Call& call, Deadline deadline);

 private:
  Reply receive();
  std::string write(const std::string& object_id, const Call& call) const;

  std::unique_ptr<net::Transport> transport_;
  Deadline deadline_;
  Feed feed_;
};

}  // namespace kt::jmx
