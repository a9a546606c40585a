#include "migrate/migration.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <utility>

#include "base/text.h"
#include "client/refusal.h"
#include "mirror/record_stream.h"
#include "protocol/errors.h"
#include "protocol/msg/produce.h"

namespace kt::migrate {
namespace {

constexpr Milliseconds kLookAround{100}, kFollowEvery{500}, kFirstPause{100}, kLongestPause{2'000};
constexpr int kMostFailures = 8;  ///< in a row, without getting on

std::string name_of(const legacy::PartitionId& id) {
  return fmt::format("{}-{} of broker {}", id.topic, id.partition, id.broker);
}

/// Somebody has to put it right; anything else may pass.
bool is_final(const DeliveryFailure& failure) {
  switch (static_cast<ErrorCode>(failure.code)) {
    case ErrorCode::out_of_order_sequence_number:
    case ErrorCode::unknown_producer_id:
    case ErrorCode::invalid_producer_epoch:
      return false;
    default:
      return failure.code != 0 && failure.exit == Exit::failed;
  }
}

std::string way_out(int16_t code) {
  if (code == ErrorCode::out_of_order_sequence_number)
    return "does the same migration run elsewhere? If not, the target remembers what it has "
           "deleted: with another --name and --append all of it is copied again";
  return kt::way_out(code);
}

}  // namespace

struct Migration::Topic {
  std::string name;
  int32_t partitions = 0;
  std::vector<mirror::RunIds> ids;
  std::vector<Job*> jobs;  ///< by number of the source
};

struct Migration::Job {
  Topic* topic;
  size_t number;
  Source source;
  Place place;
  SourceStatus status;
  std::set<int64_t> damaged = {};  ///< positions told of
  Clock::Time not_before = {};
};

Migration::Migration(Cluster& target, MigrationOptions options)
    : target_(target),
      options_(std::move(options)),
      has_sequences_(migrate::has_sequences(target)),
      throttle_(options_.records_per_s, options_.bytes_per_s) {
  if (!has_sequences_ && options_.mapping != Mapping::one_to_one)
    throw Error("the target is older than Kafka 0.11: its logs do not tell who wrote what",
                Exit::usage, "there only --partitioner one-to-one can go on without repeating");
}

Migration::~Migration() = default;

// ---- Where each goes on

void Migration::add(const std::string& name, std::vector<Source> sources) {
  auto owned = std::make_unique<Topic>();
  auto& topic = *owned;
  std::vector<std::unique_ptr<Job>> jobs;
  topic.name = name;
  auto metadata = target_.metadata_for({name});
  const auto* known = metadata->topic(name);
  topic.partitions = known == nullptr ? 0 : static_cast<int32_t>(known->partitions.size());
  check_partitions(name, sources.size(), options_.mapping, topic.partitions);
  for (auto& source : sources) {
    topic.ids.push_back(run_ids(options_.name, source.id, options_.mapping, topic.partitions));
    auto job = std::make_unique<Job>(Job{&topic, topic.jobs.size(), std::move(source), {}, {}});
    auto log = job->source.open();
    job->status.id = job->source.id;
    job->status.end = log->end();
    auto start = job->source.start.value_or(log->start());
    if (start < 0 || start >= mirror::kOffsetLimit)
      throw Error(fmt::format("{} begins at byte {}, which no producer id can say",
                              name_of(job->source.id), start));
    job->place.run.start = job->place.position = start;
    topic.jobs.push_back(job.get());
    jobs.push_back(std::move(job));
  }
  if (has_sequences_)
    find_places(topic);
  else
    find_old_places(topic);
  topics_.push_back(std::move(owned));
  for (auto& job : jobs) {
    job->status.start = job->status.position = job->place.position;
    waiting_.push_back(job.get());
    jobs_.push_back(std::move(job));
  }
  // Brokers are read side by side, not one after the other.
  std::stable_sort(waiting_.begin(), waiting_.end(), [](const Job* left, const Job* right) {
    return left->source.id.partition < right->source.id.partition;
  });
}

void Migration::find_places(Topic& topic) {
  auto streams = find_streams(target_, topic.name, topic.partitions, options_.mapping, topic.ids);
  check_room(topic, streams);
  for (auto* job : topic.jobs) find_place(*job, streams, noted_of(*job));
}

void Migration::find_place(Job& job, const TargetStreams& streams,
                           const std::optional<Place>& noted) const {
  std::vector<int64_t> present(static_cast<size_t>(job.topic->partitions));
  auto run = count_lost(job, streams, noted, present);
  job.place.ends = streams.latest;
  if (!run) {
    job.place.present = std::move(present);
    return;
  }
  job.status.is_begun = true;
  for (const auto& [partition, stream] : streams.of_source[job.number])
    if (stream.run == *run) present[static_cast<size_t>(partition)] = stream.records;
  job.place = {*run, std::move(present), run->start, 0, {}, streams.latest};
  go_on_from(job, noted);
}

/// The latest run of a source, and how many records of it came to those partitions that have
/// deleted them. Throws where nobody knows.
std::optional<mirror::Run> Migration::count_lost(const Job& job, const TargetStreams& streams,
                                                 const std::optional<Place>& noted,
                                                 std::vector<int64_t>& present) const {
  auto run = streams.latest_run(job.number);
  bool is_one_to_one = options_.mapping == Mapping::one_to_one;
  for (size_t i = 0; i < present.size(); ++i) {
    auto partition = static_cast<int32_t>(i);
    if (is_one_to_one && i != job.number) continue;
    if (!streams.may_have_lost(job.number, partition)) continue;
    auto fail = [&](std::string_view hint) {
      throw Error(fmt::format("partition {} of topic {} has deleted records, and nothing tells "
                              "how many of {} it had",
                              partition, in_quotes(job.topic->name), name_of(job.source.id)),
                  Exit::failed, std::string(hint));
    };
    if (!noted || noted->ends.size() != present.size() || noted->present.size() != present.size()) {
      if (options_.append) continue;
      fail("the file of --state knows, if there was one; --append begins at the start");
    }
    run = std::max(run, std::optional(noted->run));
    auto came = *run == noted->run ? noted->present[i] : 0;
    // All that came behind what was known is there still, and nothing of it is the source's.
    if (streams.latest[i] < noted->ends[i]) {
      fail(
          "it is another topic than that of the state file: without --state, --append begins at "
          "the start");
    } else if (streams.earliest[i] <= noted->ends[i]) {
      present[i] = came;
    } else if (is_one_to_one && !options_.append) {
      present[i] = came + streams.latest[i] - noted->ends[i];
    } else {
      fail("without --state, --append begins at the start");
    }
  }
  return run;
}

std::optional<Place> Migration::noted_of(const Job& job) const {
  if (options_.state == nullptr) return std::nullopt;
  return options_.state->find(job.source.id, job.topic->ids[job.number]);
}

/// In the middle of the run that the target tells of, if it has what was noted.
void Migration::go_on_from(Job& job, const std::optional<Place>& noted) {
  if (!noted || noted->run != job.place.run) return;
  if (noted->before.size() != job.place.present.size()) return;
  for (size_t i = 0; i < noted->before.size(); ++i)
    if (noted->before[i] > job.place.present[i]) return;
  job.place.position = noted->position;
  job.place.taken = noted->taken;
  job.place.before = noted->before;
}

void Migration::check_room(const Topic& topic, const TargetStreams& streams) const {
  if (options_.append || streams.foreign.empty()) return;
  throw Error(fmt::format("partition {} of topic {} holds records, and none of this migration",
                          streams.foreign.front(), in_quotes(topic.name)),
              Exit::failed,
              "was it run with another --name, --partitioner, number of partitions or list of "
              "brokers? --append writes behind them");
}

/// Before 0.11 the offset where a partition ends says how many messages are there; the last of them
/// must be the source's.
void Migration::find_old_places(Topic& topic) {
  if (options_.append)
    throw Error(
        "the target is older than Kafka 0.11: offsets count what was copied, and --append "
        "would begin with those of others",
        Exit::usage);
  auto ranges = offset_ranges(target_, topic.name, static_cast<int32_t>(topic.jobs.size()));
  for (auto* job : topic.jobs) {
    auto [earliest, count] = ranges[job->number];
    job->place.present.assign(static_cast<size_t>(topic.partitions), 0);
    job->place.present[job->number] = count;
    if (count == 0) continue;
    job->status.is_begun = true;
    auto noted = noted_of(*job);
    if (noted) job->place.run = noted->run, job->place.position = noted->run.start;
    go_on_from(*job, noted);
    check_last_record(*job, earliest, noted.has_value());
  }
}

/// The last record in the partition must be the source's, if it is read again.
void Migration::check_last_record(const Job& job, int64_t earliest, bool is_noted) const {
  auto count = job.place.present[job.number];
  auto seen = job.place.before.empty() ? 0 : job.place.before[job.number];
  if (seen == count) return;
  TopicPartition partition{job.topic->name, static_cast<int32_t>(job.number)};
  if (earliest == count) {
    if (is_noted) return;
    throw Error(fmt::format("{} has deleted its records, and nothing tells whether they were "
                            "those of {}",
                            name_of(partition), name_of(job.source.id)),
                Exit::failed,
                "the file of --state knows, if there was one; else kt topic delete and begin "
                "again");
  }
  mirror::RecordStream last(target_, partition, count - 1, count);
  const auto* record = last.next();
  auto log = job.source.open();
  legacy::LogReader reader(*log, job.place.position, 1 << 20);
  bool fits = false;
  while (auto entry = reader.next()) {
    if (entry->messages == nullptr) continue;
    auto here = static_cast<int64_t>(entry->messages->size());
    seen += here;
    if (seen < count) continue;
    auto message = (*entry->messages)[static_cast<size_t>(here - 1 - (seen - count))];
    fits = record != nullptr && record->value == message;
    break;
  }
  if (!fits)
    throw Error(fmt::format("the last record of {} is not the one that {} has as its {}th",
                            name_of(partition), name_of(job.source.id), count),
                Exit::failed, "the partition holds records of others, or --start was another");
}

/// After a failure: only the target knows what it has.
void Migration::find_again(Job& job) {
  target_.refresh({job.topic->name});
  auto known = job.place;
  if (!has_sequences_) {
    auto ranges = offset_ranges(target_, job.topic->name, job.topic->partitions);
    job.place = {known.run, std::vector<int64_t>(ranges.size()), known.run.start, 0};
    job.place.present[job.number] = ranges[job.number].latest;
    return go_on_from(job, known);
  }
  auto streams = find_streams(target_, job.topic->name, job.topic->partitions, options_.mapping,
                              job.topic->ids);
  job.place = {known.run, {}, known.run.start, 0};
  find_place(job, streams, known);
  if (job.place.run < known.run)
    job.place = {known.run, {}, known.run.start, 0, {}, streams.latest};
}

/// Before 2.5 brokers that do not know a producer any more take only sequence 0; 0.11 has the same
/// error for that as for a gap.
bool Migration::has_forgotten(const DeliveryFailure& failure) const {
  constexpr int16_t kProduceOf011 = 3;
  return failure.code == ErrorCode::unknown_producer_id ||
         (failure.code == ErrorCode::out_of_order_sequence_number &&
          target_.apis_of_any().best(msg::ProduceRequest::api()) == kProduceOf011);
}

/// Whether messages that are spread may be refused by one partition and taken by another: up to
/// 2.4, whose Produce 2.7 has too.
bool Migration::may_forget() const {
  constexpr int16_t kProduceOf24 = 8;
  return options_.mapping != Mapping::one_to_one &&
         target_.apis_of_any().best(msg::ProduceRequest::api()).value_or(0) <= kProduceOf24;
}

/// A run of its own for what is missing.
void Migration::begin_run(Job& job) const {
  auto front = front_of(job);
  if (!front.is_clean)
    throw Error(fmt::format("the target has forgotten who wrote to {}, and what it has ends within "
                            "the entry at byte {} of {}, or, spread, beyond it",
                            job.topic->name, front.position, name_of(job.source.id)),
                Exit::failed, "kt topic delete and begin again, or take a target from 2.5 on");
  job.place = {{front.position}, {}, front.position, 0, {}, job.place.ends};
}

Migration::Front Migration::front_of(const Job& job) const {
  auto log = job.source.open();
  Router router(routing(job));
  router.begin(job.place.run, job.place.taken);
  auto left = job.place.present;
  left.resize(static_cast<size_t>(job.topic->partitions));
  for (size_t i = 0; i < job.place.before.size(); ++i) left[i] -= job.place.before[i];
  auto all_left = std::accumulate(left.begin(), left.end(), int64_t{0});
  auto is_there = [&](std::string_view message) {
    if (--left[static_cast<size_t>(router.next(message))] < 0) return false;
    --all_left;
    return true;
  };
  legacy::LogReader reader(*log, job.place.position, 1 << 20);
  while (auto entry = reader.next()) {
    if (router.is_full(entry->position)) router.begin({entry->position});
    bool is_clean = all_left == 0;
    if (entry->messages != nullptr &&
        !std::all_of(entry->messages->begin(), entry->messages->end(), is_there))
      return {entry->position, is_clean};
  }
  return {reader.position(), all_left == 0};
}

void Migration::find_positions() {
  for (auto& job : jobs_) job->status.position = front_of(*job).position;
}

Router::Options Migration::routing(const Job& job) const {
  return {options_.mapping, job.topic->partitions, static_cast<int32_t>(job.number),
          options_.run_bytes, has_sequences_};
}

// ---- The threads

void Migration::run(const std::function<bool()>& look) {
  // Offsets count from here on, whenever this ends.
  if (options_.state != nullptr) {
    for (const auto& job : jobs_)
      options_.state->note(job->source.id, job->topic->ids[job->number], job->place);
    options_.state->save();
  }
  std::vector<std::thread> threads;
  auto count = std::min<size_t>(static_cast<size_t>(options_.threads), jobs_.size());
  for (size_t i = 0; i < count; ++i) threads.emplace_back([this] { work(); });
  for (;;) {
    bool go_on = look();
    std::unique_lock lock(mutex_);
    if (!go_on) stopping_ = true;
    changed_.notify_all();
    bool is_over = waiting_.empty() && at_work_ == 0;
    if (stopping_ || is_over) break;
    changed_.wait_for(lock, kLookAround);
  }
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  for (auto& thread : threads) thread.join();
  if (options_.state == nullptr) return;
  note_ends();
  options_.state->save();
}

/// Of what is done, so that all that others write from now on can be told from it.
void Migration::note_ends() {
  for (const auto& topic : topics_) try {
      auto ranges = offset_ranges(target_, topic->name, topic->partitions);
      for (auto* job : topic->jobs) {
        if (job->status.state != State::done) continue;
        job->place.ends.clear();
        for (const auto& range : ranges) job->place.ends.push_back(range.latest);
        options_.state->note(job->source.id, topic->ids[job->number], job->place);
      }
    } catch (const Error& error) {
      options_.log(fmt::format("{}: {}", topic->name, error.message()));
    }
}

Migration::Job* Migration::take_job() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    auto now = Clock::system().now();
    auto due = std::find_if(waiting_.begin(), waiting_.end(),
                            [&](const Job* job) { return job->not_before <= now; });
    if (due != waiting_.end()) {
      auto* job = *due;
      waiting_.erase(due);
      ++at_work_;
      job->status.state = State::copying;
      return job;
    }
    changed_.wait_for(lock, kLookAround);
  }
  return nullptr;
}

void Migration::work() {
  while (auto* job = take_job()) {
    try {
      carry(*job);
    } catch (const Error& error) {
      stop(*job, error);
    } catch (const std::exception& error) {
      stop(*job, Error(error.what()));
    }
    std::lock_guard lock(mutex_);
    --at_work_;
    if (job->status.state == State::copying && !stopping_) {
      job->status.state = options_.follow ? State::waiting : State::done;
      job->not_before = Clock::system().now() + kFollowEvery;
      if (options_.follow) waiting_.push_back(job);
    }
    changed_.notify_all();
  }
}

void Migration::stop(Job& job, const Error& error) {
  std::lock_guard lock(mutex_);
  job.status.state = State::stopped;
  job.status.message = error.message();
  job.status.hint = error.hint();
  job.status.exit = error.exit() == Exit::usage ? Exit::failed : error.exit();
}

void Migration::carry(Job& job) {
  int failures = 0;
  auto pause = kFirstPause;
  for (;;) {
    auto log = job.source.open();
    {
      std::lock_guard lock(mutex_);
      job.status.end = std::max(log->end(), job.status.end);
    }
    if (job.place.position < log->start())
      throw Error(
          fmt::format("{} begins with byte {} now: those from {} on were deleted before "
                      "they were copied",
                      name_of(job.source.id), log->start(), job.place.position));
    if (job.place.position >= log->end()) return;
    auto known = job.place;
    auto before = job.status.position;
    auto failure = carry_once(job, *log);
    if (!failure) return;
    if (job.status.position > before) failures = 0;
    if (is_final(*failure) || ++failures > kMostFailures)
      throw Error(fmt::format("{}-{} of the target took no more: {}", job.topic->name,
                              failure->partition, failure->message),
                  failure->exit, way_out(failure->code));
    options_.log(fmt::format("{}: {}: asks the target where to go on", name_of(job.source.id),
                             failure->message));
    Clock::system().sleep(pause);
    pause = std::min(2 * pause, kLongestPause);
    find_again(job);
    // Else a run that was killed had something under way still.
    bool has_stayed = job.place.run == known.run && job.place.present == known.present;
    if (has_forgotten(*failure) && has_stayed) begin_run(job);
  }
}

ProducerOptions Migration::producer_options() const {
  constexpr size_t kLeastBuffer = 2 << 20;
  ProducerOptions options;
  options.own_ids = true;
  options.compression = options_.compression;
  options.delivery_timeout = target_.options().timeout;
  options.buffer_bytes =
      std::max(kLeastBuffer, options_.memory_bytes / 2 / static_cast<size_t>(options_.threads));
  return options;
}

std::optional<DeliveryFailure> Migration::carry_once(Job& job, legacy::Log& log) {
  constexpr size_t kLeastRead = 64 << 10, kMostRead = 4 << 20;
  auto options = producer_options();
  Producer producer(target_, options);
  int number = producer.add_topic(job.topic->name);
  CarrierOptions carrying{routing(job), std::clamp(options.buffer_bytes / 8, kLeastRead, kMostRead),
                          may_forget()};
  Carrier carrier(log, producer, number, job.topic->ids[job.number], throttle_, carrying);
  carrier.stops = [this] { return stopping_.load(); };
  carrier.on_damage = [&](const legacy::LogReader::Entry& entry) {
    if (!job.damaged.insert(entry.position).second) return;
    options_.on_damage(job.source.id, entry);
    std::lock_guard lock(mutex_);
    ++job.status.damaged;
  };
  Carried before;
  carrier.on_checkpoint = [&](const Carried& carried) {
    job.place = carrier.place();
    std::lock_guard lock(mutex_);
    job.status.position = std::max(job.status.position, carried.position);
    job.status.records += carried.records - before.records;
    job.status.bytes += carried.bytes - before.bytes;
    before = carried;
    if (options_.state != nullptr)
      options_.state->note(job.source.id, job.topic->ids[job.number], job.place);
  };
  return carrier.carry(job.place);
}

std::vector<SourceStatus> Migration::status() const {
  std::lock_guard lock(mutex_);
  std::vector<SourceStatus> all;
  for (const auto& job : jobs_) all.push_back(job->status);
  return all;
}

}  // namespace kt::migrate
