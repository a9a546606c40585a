#include "migrate/migration.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/text.h"
#include "mirror/record_stream.h"
#include "protocol/errors.h"

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
  if (code == ErrorCode::message_too_large || code == ErrorCode::record_list_too_large)
    return "raise max.message.bytes of the target topic";
  if (code == ErrorCode::unknown_producer_id)
    return "before 2.5 brokers forget who wrote when nothing comes for days";
  return "";
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
  for (auto* job : topic.jobs) {
    auto run = streams.latest_run(job->number);
    if (!run) continue;
    job->status.is_begun = true;
    job->place = {*run, std::vector<int64_t>(static_cast<size_t>(topic.partitions)), run->start, 0};
    for (const auto& [partition, stream] : streams.of_source[job->number])
      if (stream.run == *run) job->place.present[static_cast<size_t>(partition)] = stream.records;
    go_on_from_state(*job);
  }
}

void Migration::go_on_from_state(Job& job) {
  if (options_.state != nullptr)
    go_on_from(job, options_.state->find(job.source.id, job.topic->ids[job.number]));
}

/// In the middle of the run that the target tells of, if it has what was noted.
void Migration::go_on_from(Job& job, std::optional<Place> noted) {
  if (!noted || noted->run != job.place.run) return;
  if (noted->before.size() != job.place.present.size()) return;
  for (size_t i = 0; i < noted->before.size(); ++i)
    if (noted->before[i] > job.place.present[i]) return;
  noted->present = std::move(job.place.present);
  job.place = std::move(*noted);
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
  auto counts = count_records(target_, topic.name, topic.jobs.size());
  for (auto* job : topic.jobs) {
    auto count = counts[job->number];
    job->place.present.assign(static_cast<size_t>(topic.partitions), 0);
    job->place.present[job->number] = count;
    if (count == 0) continue;
    job->status.is_begun = true;
    if (options_.state != nullptr)
      if (auto noted = options_.state->find(job->source.id, topic.ids[job->number]))
        job->place.run = noted->run, job->place.position = noted->run.start;
    go_on_from_state(*job);
    auto passed = job->place.before.empty() ? 0 : job->place.before[job->number];
    if (passed == count) continue;  // nothing of it is read again
    TopicPartition partition{topic.name, static_cast<int32_t>(job->number)};
    mirror::RecordStream last(target_, partition, count - 1, count);
    const auto* record = last.next();
    auto log = job->source.open();
    legacy::LogReader reader(*log, job->place.position, 1 << 20);
    int64_t seen = passed;
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
      throw Error(fmt::format("the last record of {}-{} is not the one that {} has as its {}th",
                              topic.name, job->number, name_of(job->source.id), count),
                  Exit::failed, "the partition holds records of others, or --start was another");
  }
}

/// After a failure: only the target knows what it has.
void Migration::find_again(Job& job) {
  target_.refresh({job.topic->name});
  auto fresh = Place{job.place.run, {}, job.place.run.start, 0};
  if (!has_sequences_) {
    fresh.present.assign(static_cast<size_t>(job.topic->partitions), 0);
    fresh.present[job.number] =
        count_records(target_, job.topic->name, job.topic->jobs.size())[job.number];
  } else {
    auto streams = find_streams(target_, job.topic->name, job.topic->partitions, options_.mapping,
                                job.topic->ids);
    if (auto run = streams.latest_run(job.number)) {
      if (*run > fresh.run) fresh.run = *run;
      fresh.position = fresh.run.start;
      fresh.present.assign(static_cast<size_t>(job.topic->partitions), 0);
      for (const auto& [partition, stream] : streams.of_source[job.number])
        if (stream.run == fresh.run) fresh.present[static_cast<size_t>(partition)] = stream.records;
    }
  }
  auto known = std::exchange(job.place, std::move(fresh));
  go_on_from(job, std::move(known));
  go_on_from_state(job);
}

void Migration::find_positions() {
  for (auto& job : jobs_) {
    auto log = job->source.open();
    Router router(routing(*job));
    router.begin(job->place.run, job->place.taken);
    legacy::LogReader reader(*log, job->place.position, 1 << 20);
    auto left = job->place.present;
    left.resize(static_cast<size_t>(job->topic->partitions));
    for (size_t i = 0; i < job->place.before.size(); ++i) left[i] -= job->place.before[i];
    auto is_there = [&](std::string_view message) {
      return --left[static_cast<size_t>(router.next(message))] >= 0;
    };
    while (auto entry = reader.next()) {
      job->status.position = entry->position;
      if (router.is_full(entry->position)) break;
      if (entry->messages != nullptr &&
          !std::all_of(entry->messages->begin(), entry->messages->end(), is_there))
        break;
      job->status.position = entry->next_position;
    }
  }
}

Router::Options Migration::routing(const Job& job) const {
  return {options_.mapping, job.topic->partitions, static_cast<int32_t>(job.number),
          options_.run_bytes, has_sequences_};
}

// ---- The threads

void Migration::run(const std::function<bool()>& look) {
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
  if (options_.state != nullptr) options_.state->save();
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
  CarrierOptions carrying{routing(job),
                          std::clamp(options.buffer_bytes / 8, kLeastRead, kMostRead)};
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
    std::lock_guard lock(mutex_);
    job.status.position = std::max(job.status.position, carried.position);
    job.status.records += carried.records - before.records;
    job.status.bytes += carried.bytes - before.bytes;
    before = carried;
    if (options_.state != nullptr)
      options_.state->note(job.source.id, job.topic->ids[job.number], carrier.place());
  };
  auto failure = carrier.carry(job.place);
  if (!failure) job.place = carrier.place();
  return failure;
}

std::vector<SourceStatus> Migration::status() const {
  std::lock_guard lock(mutex_);
  std::vector<SourceStatus> all;
  for (const auto& job : jobs_) all.push_back(job->status);
  return all;
}

}  // namespace kt::migrate
