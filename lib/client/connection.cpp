#include "client/connection.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "client/dial.h"
#include "net/error.h"
#include "net/frame.h"
#include "protocol/header.h"

namespace kt {

void throw_unreadable(const ResponseFrame& frame, const std::string& why) {
  throw net::NetError(
      net::Failure::not_kafka,
      fmt::format("broker {} sent an answer that cannot be read: {}", frame.broker_id, why));
}

Connection::Connection(std::shared_ptr<const ClientOptions> options,
                       std::unique_ptr<net::Transport> transport, int32_t broker_id)
    : options_(std::move(options)), transport_(std::move(transport)), broker_id_(broker_id) {}

int32_t Connection::write(const AnyRequest& request, int16_t version, Deadline deadline) {
  auto wait = throttled_until_ - Clock::system().now();
  if (wait > wait.zero())
    Clock::system().sleep(std::min(std::chrono::ceil<Milliseconds>(wait), deadline.remaining()));
  out_.clear();
  int32_t correlation_id = next_correlation_id_++;
  encode_header(out_, *request.api,
                {request.api->key, version, correlation_id, options_->client_id});
  std::vector<size_t> gaps;
  request.encode_body(out_, version, gaps);
  std::vector<std::string_view> pieces;
  size_t done = 0;
  written_bytes_ = out_.size();
  for (size_t i = 0; i < gaps.size(); ++i) {
    pieces.push_back(std::string_view(out_).substr(done, gaps[i] - done));
    pieces.push_back(request.records[i]);
    written_bytes_ += request.records[i].size();
    done = gaps[i];
  }
  pieces.push_back(std::string_view(out_).substr(done));
  usable_ = false;
  net::write_frame(*transport_, pieces, deadline);
  usable_ = true;
  return correlation_id;
}

void Connection::send(const AnyRequest& request, int16_t version, Deadline deadline,
                      size_t max_response_bytes) {
  authenticate_again(deadline);
  auto sent_at = Clock::system().now();
  int32_t correlation_id = write(request, version, deadline);
  in_flight_.push_back({request.api, version, correlation_id, written_bytes_,
                        std::max(max_response_bytes, net::kMaxFrameBytes), sent_at});
}

void Connection::send_without_answer(const AnyRequest& request, int16_t version,
                                     Deadline deadline) {
  authenticate_again(deadline);
  write(request, version, deadline);
}

ResponseFrame Connection::receive(Deadline deadline, Buffer recycled) {
  if (!ready_.empty()) {
    auto frame = std::move(ready_.front());
    ready_.pop_front();
    return frame;
  }
  try {
    auto frame = read(deadline, std::move(recycled));
    fresh_ = false;
    return frame;
  } catch (const net::NetError& error) {
    if (std::exchange(fresh_, false) && error.failure() == net::Failure::closed)
      refuse_if_sasl(options_, address_, apis_, deadline);
    throw;
  }
}

ResponseFrame Connection::read(Deadline deadline, Buffer recycled) {
  InFlight oldest = in_flight_.front();
  usable_ = false;
  ResponseFrame frame{std::move(recycled), 0, oldest.api, oldest.version, broker_id_};
  net::read_frame(*transport_, frame.bytes, deadline, oldest.max_response_bytes);
  ByteReader reader(frame.bytes.view());
  auto header = decode_response_header(reader, *oldest.api, oldest.version);
  if (header.correlation_id != oldest.correlation_id)
    throw net::NetError(net::Failure::not_kafka,
                        fmt::format("{} answered request {} where {} was asked", transport_->peer(),
                                    header.correlation_id, oldest.correlation_id));
  frame.body_offset = reader.position();
  in_flight_.pop_front();
  usable_ = true;
  if (options_->log) {
    std::chrono::duration<double, std::milli> elapsed = Clock::system().now() - oldest.sent_at;
    options_->log({oldest.api->name, oldest.version, broker_id_, transport_->peer(),
                   elapsed.count(), oldest.request_bytes, frame.bytes.size()});
  }
  return frame;
}

void Connection::throttle(Milliseconds duration) {
  throttled_until_ = std::max(throttled_until_, Clock::system().now() + duration);
}

}  // namespace kt
