// One connection to one broker: correlation ids, requests in flight, answers in order, and at its
// start the negotiation of versions. One thread at a time.
#pragma once

#include <deque>
#include <memory>
#include <string>

#include "client/broker_apis.h"
#include "client/options.h"
#include "client/request.h"
#include "net/transport.h"

namespace kt {

class Connection {
 public:
  /// Connects to `address` and learns what the broker speaks. Brokers without ApiVersions (0.8,
  /// 0.9) are recognised by what they answer and what they close on; where the broker `may_be_old`,
  /// that costs a request more. Throws net::NetError.
  static std::unique_ptr<Connection> open(std::shared_ptr<const ClientOptions> options,
                                          const net::HostPort& address, int32_t broker_id,
                                          Deadline deadline, bool may_be_old = true);

  /// A connection over `transport` before any negotiation.
  Connection(std::shared_ptr<const ClientOptions> options,
             std::unique_ptr<net::Transport> transport, int32_t broker_id);

  /// The highest version of the API that both sides have. Throws an error that names the release
  /// needed where there is none.
  int16_t version_for(const Api& api, int16_t at_least = 0, int16_t at_most = 0x7fff) const;

  /// Writes a request; its answer is the one that receive() returns after those sent before it. An
  /// answer larger than 100 MiB is taken only where `max_response_bytes` says so.
  void send(const AnyRequest& request, int16_t version, Deadline deadline,
            size_t max_response_bytes = 0);
  /// Writes a request that gets no answer (Produce with acks=0).
  void send_without_answer(const AnyRequest& request, int16_t version, Deadline deadline);

  /// The answer to the oldest request in flight, in `recycled` where it has room.
  ResponseFrame receive(Deadline deadline, Buffer recycled = {});

  size_t in_flight() const { return in_flight_.size() + ready_.size(); }
  /// Whether receive() would find something without waiting.
  bool readable() const { return !ready_.empty() || transport_->readable(); }
  /// False after any failure: bytes may be missing on either side.
  bool usable() const { return usable_; }
  /// Whether the broker ended this connection while nothing was asked.
  bool ended_while_idle() const { return in_flight() == 0 && transport_->readable(); }

  /// Says who we are, as the options have it; nothing where they say nothing. The broker may set a
  /// term, before whose end the same is done again between requests. Throws net::NetError:
  /// unauthenticated.
  void authenticate(Deadline deadline);

  /// The broker asked for no requests until then.
  void throttle(Milliseconds duration);

  const BrokerApis& apis() const { return apis_; }
  void set_apis(BrokerApis apis) { apis_ = std::move(apis); }
  void set_options(std::shared_ptr<const ClientOptions> options) { options_ = std::move(options); }
  int32_t broker_id() const { return broker_id_; }
  void set_broker_id(int32_t broker_id) { broker_id_ = broker_id; }
  net::Transport& transport() { return *transport_; }
  const net::HostPort& address() const { return address_; }
  void set_address(net::HostPort address) { address_ = std::move(address); }

 private:
  struct InFlight {
    const Api* api;
    int16_t version;
    int32_t correlation_id;
    size_t request_bytes;
    size_t max_response_bytes;
    Clock::Time sent_at;
  };

  int32_t write(const AnyRequest& request, int16_t version, Deadline deadline);
  ResponseFrame read(Deadline deadline, Buffer recycled);
  void authenticate_again(Deadline deadline);
  ResponseFrame ask(const AnyRequest& request, int16_t version, Deadline deadline);

  std::shared_ptr<const ClientOptions> options_;
  std::unique_ptr<net::Transport> transport_;
  net::HostPort address_;
  int32_t broker_id_;
  BrokerApis apis_;
  std::deque<InFlight> in_flight_;
  std::string out_;
  size_t written_bytes_ = 0;  ///< of the latest request
  int32_t next_correlation_id_ = 0;
  Clock::Time throttled_until_{};
  bool usable_ = true;
  bool fresh_ = false;               ///< negotiated, and nothing was answered since
  std::deque<ResponseFrame> ready_;  ///< answers that came before who we are was said again
  Clock::Time authenticate_at_ = Clock::Time::max();
};

}  // namespace kt
