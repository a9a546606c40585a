// Why a peer could not be talked to. Every failure ends a command with exit code 4 and a sentence
// of its own.
#pragma once

#include <string>
#include <utility>

#include "base/error.h"

namespace kt::net {

enum class Failure {
  unknown_host,
  refused,      ///< nobody listens there
  unreachable,  ///< no route, no such network
  timed_out,
  closed,           ///< the peer ended the connection, at whatever byte
  tls,              ///< no TLS came about, or a TLS port was spoken to in plain text
  unauthenticated,  ///< who we are was not accepted, or not said
  not_kafka,        ///< HTTP, SSH, or a length that no Kafka frame has
  too_large,        ///< a frame above the limit
};

class NetError : public Error {
 public:
  NetError(Failure failure, const std::string& message, std::string hint = {})
      : Error(message, Exit::unreachable, std::move(hint)), failure_(failure) {}

  Failure failure() const { return failure_; }

 private:
  Failure failure_;
};

}  // namespace kt::net
