// Reads record batches: at once where there are enough bytes or something to report, else when
// there are or the time is up. Records go from their files to the socket without passing through
// memory.
#include "protocol/msg/fetch.h"

#include <algorithm>
#include <list>
#include <memory>
#include <optional>

#include "sandbox/down_conversion.h"
#include "sandbox/fetch_sessions.h"
#include "sandbox/handlers/common.h"
#include "sandbox/handlers/handlers.h"

namespace kt::sandbox {
namespace {

constexpr int8_t kReadCommitted = 1;
constexpr int16_t kFirstWithTopicIds = 13, kFirstFromFollowers = 11;
constexpr int32_t kDebuggingConsumer = -2;

using Response = msg::FetchResponse;

/// A fetch that is being answered, perhaps while it waits.
class Fetch : public std::enable_shared_from_this<Fetch> {
 public:
  Fetch(Call& call, const msg::FetchRequest& request)
      : call_(call),
        isolation_(request.isolation_level),
        max_bytes_(call.version >= 3 ? std::max(request.max_bytes, 0) : INT32_MAX),
        min_bytes_(static_cast<size_t>(std::max(request.min_bytes, 0))),
        max_wait_ms_(request.max_wait_ms),
        followers_too_(
            request.replica_id == kDebuggingConsumer ||
            (call.version >= kFirstFromFollowers && call.cluster.release().at_least(2, 4))) {}

  void start(std::list<FetchPart> parts, FetchSessions::Opened opened) {
    parts_ = std::move(parts);
    session_id_ = opened.session ? opened.session->id : 0;
    incremental_ = opened.incremental;
    if (max_wait_ms_ <= 0 || is_ready()) return finish();
    timer_ =
        call_.cluster.loop().after(max_wait_ms_, [self = shared_from_this()] { self->finish(); });
    wait();
  }

 private:
  struct Read {
    const FetchPart* part;
    Response::Response::Partition answer;
    LogSlice slice;
    std::string converted;  // where the client can't read what is stored
  };

  Topic* topic_of(const FetchPart& part) const {
    return call_.version >= kFirstWithTopicIds ? call_.cluster.topic(part.topic_id)
                                               : call_.cluster.topic(part.topic);
  }

  Found find(const FetchPart& part) const {
    Topic* topic = topic_of(part);
    if (!topic && call_.version >= kFirstWithTopicIds && call_.injected_error == 0)
      return {nullptr, ErrorCode::unknown_topic_id};
    Found found = topic ? find_led(call_, topic, part.index, part.leader_epoch, followers_too_)
                        : find_led(call_, part.topic, part.index);
    if (!found.partition) return found;
    const PartitionLog& log = found.partition->log();
    if (part.offset < log.start_offset() || part.offset > log.end_offset())
      return {found.partition, ErrorCode::offset_out_of_range};
    return found;
  }

  int64_t readable_end(const Partition& partition) const {
    return isolation_ == kReadCommitted ? partition.last_stable_offset()
                                        : partition.high_watermark();
  }

  /// Whether there is enough to send, or an error to report.
  bool is_ready() const {
    size_t bytes = 0;
    for (const auto& part : parts_) {
      Found found = find(part);
      if (found.error != ErrorCode::none) return true;
      if (bytes < min_bytes_)
        bytes += found.partition->log().available(part.offset, readable_end(*found.partition),
                                                  min_bytes_ - bytes);
    }
    return bytes >= min_bytes_;
  }

  void wait() {
    std::weak_ptr<Fetch> weak = weak_from_this();
    wake_ = std::make_shared<std::function<void()>>([weak] {
      if (auto self = weak.lock()) self->check_soon();
    });
    for (const auto& part : parts_)
      if (Found found = find(part); found.partition) found.partition->wait_for_change(wake_);
  }

  /// One look per round of the loop, however many appends there are in it.
  void check_soon() {
    wake_ = nullptr;
    call_.cluster.loop().after(0, [self = shared_from_this()] {
      if (self->finished_) return;
      if (!self->call_.connection->is_open() || self->is_ready()) return self->finish();
      self->wait();
    });
  }

  void finish() {
    if (finished_) return;
    finished_ = true;
    wake_ = nullptr;
    if (timer_) call_.cluster.loop().cancel(*timer_);
    if (call_.connection->is_open()) send(read_all());
  }

  std::vector<Read> read_all() {
    std::vector<Read> reads;
    auto bytes_left = static_cast<size_t>(max_bytes_);
    bool nothing_yet = true;
    for (const auto& part : parts_) {
      Read read = read_part(part, bytes_left, nothing_yet);
      bytes_left -= std::min(bytes_left, read.slice.size_bytes);
      nothing_yet &= read.slice.size_bytes == 0;
      reads.push_back(std::move(read));
    }
    return reads;
  }

  Read read_part(const FetchPart& part, size_t bytes_left, bool nothing_yet) {
    Read read{&part, {}, {}, {}};
    auto& answer = read.answer;
    answer.partition_index = part.index;
    answer.aborted_transactions = std::nullopt;
    answer.records = "";
    Found found = find(part);
    answer.error_code = number(found.error);
    answer.high_watermark = -1;
    if (found.error != ErrorCode::none) {
      if (call_.version >= 12 && found.error == ErrorCode::fenced_leader_epoch)
        report_leader(part, answer);
      return read;
    }
    Partition& partition = *found.partition;
    answer.high_watermark = partition.high_watermark();
    answer.last_stable_offset = partition.last_stable_offset();
    answer.log_start_offset = partition.log().start_offset();
    size_t limit = std::min(bytes_left, static_cast<size_t>(std::max(part.max_bytes, 0)));
    bool at_least_one = nothing_yet && (call_.version >= 3 || limit > 0);
    read.slice = partition.log().read(part.offset, readable_end(partition), limit, at_least_one);
    if (needs_conversion(call_)) {
      bool known = convert(call_, part.offset, read.slice, read.converted);
      // Old clients never see markers, and must not stop in front of them either.
      while (known && read.converted.empty() &&
             read.slice.next_offset < partition.high_watermark()) {
        read.slice =
            partition.log().read(read.slice.next_offset, readable_end(partition), limit, true);
        if (read.slice.size_bytes == 0) break;
        known = convert(call_, part.offset, read.slice, read.converted);
      }
      if (!known) answer.error_code = number(ErrorCode::unsupported_compression_type);
    } else if (call_.version < 3) {
      read.slice.size_bytes = std::min(read.slice.size_bytes, limit);  // the last may be cut off
    }
    if (isolation_ == kReadCommitted) {
      auto& aborted = answer.aborted_transactions.emplace();
      for (const auto& one :
           partition.producers().aborted_within(part.offset, read.slice.next_offset))
        aborted.push_back({.producer_id = one.producer_id, .first_offset = one.first_offset});
    }
    return read;
  }

  void report_leader(const FetchPart& part, Response::Response::Partition& answer) const {
    const Partition* partition = topic_of(part)->partition(part.index);
    answer.current_leader.leader_id = partition->leader();
    answer.current_leader.leader_epoch = partition->leader_epoch();
  }

  /// Whether the client must hear about this partition, in an incremental session.
  static bool is_news(const Read& read) {
    return read.slice.size_bytes > 0 || read.answer.error_code != 0 ||
           read.answer.error_code != read.part->told_error ||
           read.answer.high_watermark != read.part->told_high_watermark ||
           read.answer.log_start_offset != read.part->told_start;
  }

  /// Notes in the session what the client is told, and lets those that had data wait their turn.
  void remember(const std::vector<Read>& reads) {
    FetchSession* session = call_.broker.fetch_sessions().find(session_id_);
    if (!session) return;
    for (const Read& read : reads) {
      auto known = std::ranges::find_if(session->parts, [&](const FetchPart& part) {
        return part.index == read.part->index && part.topic == read.part->topic &&
               part.topic_id == read.part->topic_id;
      });
      if (known == session->parts.end()) continue;
      known->told_error = read.answer.error_code;
      known->told_high_watermark = read.answer.high_watermark;
      known->told_start = read.answer.log_start_offset;
      if (read.slice.size_bytes > 0)
        session->parts.splice(session->parts.end(), session->parts, known);
    }
  }

  void send(std::vector<Read> reads) {
    if (incremental_) std::erase_if(reads, [](const Read& read) { return !is_news(read); });
    if (session_id_ != 0) remember(reads);
    Response response;
    response.session_id = session_id_;
    for (Read& read : reads) {
      auto& topics = response.responses;
      if (topics.empty() || topics.back().topic != read.part->topic ||
          topics.back().topic_id != read.part->topic_id) {
        topics.emplace_back();
        topics.back().topic = read.part->topic;
        topics.back().topic_id = read.part->topic_id;
      }
      // Only the size counts: the bytes are sent from the file.
      read.answer.records = std::string_view("", 0);
      if (read.slice.size_bytes > 0)
        read.answer.records =
            std::string_view(reinterpret_cast<const char*>(this), read.slice.size_bytes);
      topics.back().partitions.push_back(std::move(read.answer));
    }
    std::vector<RecordsPart> parts;
    for (Read& read : reads) {
      if (read.converted.empty())
        parts.push_back({read.slice.file, read.slice.position, read.slice.size_bytes, {}});
      else
        parts.push_back({nullptr, 0, read.converted.size(), std::move(read.converted)});
    }
    send_around_records(call_, response, std::move(parts));
  }

  Call call_;
  int8_t isolation_;
  int32_t max_bytes_;
  size_t min_bytes_;
  int32_t max_wait_ms_;
  bool followers_too_;
  std::list<FetchPart> parts_;
  int32_t session_id_ = 0;
  bool incremental_ = false;
  bool finished_ = false;
  std::shared_ptr<std::function<void()>> wake_;
  std::optional<EventLoop::TimerId> timer_;
};

void handle(Call& call, const msg::FetchRequest& request, Reply<msg::FetchRequest> reply) {
  FetchSessions::Opened opened;
  if (call.version >= 7) opened = call.broker.fetch_sessions().open(request);
  if (opened.error != ErrorCode::none) {
    Response response;
    response.error_code = number(opened.error);
    return reply(response);
  }
  auto parts = opened.session ? opened.session->parts : fetch_parts(request);
  std::make_shared<Fetch>(call, request)->start(std::move(parts), opened);
}

}  // namespace

Handler fetch_handler() { return delayed<msg::FetchRequest, handle>(); }

}  // namespace kt::sandbox
