#include "sandbox/consumer_group.h"

#include <algorithm>

#include "base/pattern.h"
#include "sandbox/config_definitions.h"

namespace kt::sandbox {
namespace {

constexpr int32_t kJoin = 0;
constexpr int32_t kLeave = -1;
constexpr int32_t kLeaveForAWhile = -2;  // a static member that is to come back
constexpr int8_t kGroupResource = 32;

std::vector<ConsumerGroup::Response::TopicPartitions> listed(const Places& places) {
  std::vector<ConsumerGroup::Response::TopicPartitions> topics;
  for (const auto& [topic, index] : places) {
    if (topics.empty() || topics.back().topic_id != topic) topics.emplace_back().topic_id = topic;
    topics.back().partitions.push_back(index);
  }
  return topics;
}

std::optional<Places> owned_places(const ConsumerGroup::Request& request) {
  if (!request.topic_partitions) return std::nullopt;
  Places places;
  for (const auto& topic : *request.topic_partitions)
    for (int32_t index : topic.partitions) places.insert({topic.topic_id, index});
  return places;
}

}  // namespace

ConsumerGroup::ConsumerGroup(Cluster& cluster, std::string id)
    : cluster_(cluster), id_(std::move(id)) {}
ConsumerGroup::~ConsumerGroup() = default;

ConsumerGroup::Response ConsumerGroup::refuse(ErrorCode error, const std::string& message) const {
  Response response;
  response.error_code = static_cast<int16_t>(error);
  if (!message.empty()) response.error_message = message;
  return response;
}

ConsumerGroup::Response ConsumerGroup::heartbeat(const Call& call, const Request& request) {
  if (request.server_assignor && *request.server_assignor != "uniform" &&
      *request.server_assignor != "range")
    return refuse(ErrorCode::unsupported_assignor, "Supported assignors: uniform, range.");
  try {
    if (request.subscribed_topic_regex && !request.subscribed_topic_regex->empty())
      Pattern(*request.subscribed_topic_regex);
  } catch (const Error& error) {
    return refuse(ErrorCode::invalid_regular_expression, error.message());
  }
  if (request.member_epoch == kJoin) return join(call, request);
  auto found = members_.find(request.member_id);
  if (found == members_.end()) return refuse(ErrorCode::unknown_member_id);
  if (request.member_epoch < kJoin) return leave(request);
  if (auto refused = check(request, &found->second); refused != ErrorCode::none)
    return refuse(refused);
  return go_on(found->second, request);
}

/// Whether the member's epoch is the one it was told last, or, where that answer was lost, the one
/// before.
ErrorCode ConsumerGroup::check(const Request& request, const Member* member) const {
  if (request.member_epoch == member->epoch) return ErrorCode::none;
  auto owned = owned_places(request);
  bool lost_answer = request.member_epoch == member->previous_epoch && owned &&
                     std::ranges::includes(member->assigned, *owned);
  return lost_answer ? ErrorCode::none : ErrorCode::fenced_member_epoch;
}

ConsumerGroup::Response ConsumerGroup::join(const Call& call, const Request& request) {
  bool subscribes = request.subscribed_topic_names ||
                    (request.subscribed_topic_regex && !request.subscribed_topic_regex->empty());
  if (!subscribes || request.rebalance_timeout_ms < 0 ||
      (request.topic_partitions && !request.topic_partitions->empty()))
    return refuse(
        ErrorCode::invalid_request,
        "A first heartbeat needs a subscription and a rebalance timeout, and no partitions.");
  if (call.version >= 1 && request.member_id.empty())
    return refuse(ErrorCode::invalid_request, "MemberId can't be empty.");
  std::string id = request.member_id.empty() ? cluster_.new_uuid() : request.member_id;
  Places inherited;
  if (request.instance_id) {
    auto same = std::ranges::find_if(members_, [&](const auto& entry) {
      return entry.second.instance_id == request.instance_id;
    });
    if (same != members_.end() && same->first != id) {
      if (same->second.epoch != kLeaveForAWhile) return refuse(ErrorCode::unreleased_instance_id);
      inherited = same->second.target;
      remove(std::string(same->first));
    }
  }
  Member& member = members_[id];
  member.id = id;
  member.instance_id = request.instance_id;
  member.client_id = call.client_id;
  member.client_host = "/" + call.connection->peer_host();
  member.target = inherited;  // so that the assignor gives it back
  member.assigned.clear();
  member.revoking.clear();
  member.told.reset();
  member.epoch = 0;
  update(member, request);
  assign_anew();
  return go_on(member, request);
}

ConsumerGroup::Response ConsumerGroup::leave(const Request& request) {
  Member& member = members_.at(request.member_id);
  Response response;
  response.member_id = request.member_id;
  response.member_epoch = request.member_epoch;
  if (request.member_epoch == kLeaveForAWhile && member.instance_id) {
    member.epoch = kLeaveForAWhile;
    return response;
  }
  if (request.member_epoch != kLeave) return refuse(ErrorCode::invalid_request);
  remove(request.member_id);
  return response;
}

ConsumerGroup::Response ConsumerGroup::go_on(Member& member, const Request& request) {
  if (request.member_epoch != kJoin && update(member, request)) assign_anew();
  assign_if_topics_changed();
  expect_heartbeat(member);
  reconcile(member, request);
  Response response;
  response.member_id = member.id;
  response.member_epoch = member.epoch;
  response.heartbeat_interval_ms =
      static_cast<int32_t>(group_setting("consumer.heartbeat.interval.ms"));
  bool is_full = request.topic_partitions &&
                 (request.subscribed_topic_names || request.subscribed_topic_regex);
  if (is_full || member.told != member.assigned) {
    response.assignment.emplace().topic_partitions = listed(member.assigned);
    member.told = member.assigned;
  }
  return response;
}

/// Takes over what the request says anew; whether the subscription changed.
bool ConsumerGroup::update(Member& member, const Request& request) {
  auto before = std::pair(member.topics, member.regex);
  auto assignor_before = member.assignor;
  if (request.subscribed_topic_names)
    member.topics = {request.subscribed_topic_names->begin(),
                     request.subscribed_topic_names->end()};
  if (request.subscribed_topic_regex) member.regex = *request.subscribed_topic_regex;
  if (member.regex && member.regex->empty()) member.regex.reset();
  if (request.server_assignor) member.assignor = *request.server_assignor;
  if (request.rack_id) member.rack_id = request.rack_id;
  if (request.rebalance_timeout_ms >= 0) member.rebalance_timeout_ms = request.rebalance_timeout_ms;
  return before != std::pair(member.topics, member.regex) || assignor_before != member.assignor;
}

void ConsumerGroup::assign_anew() {
  ++epoch_;
  assigned_sizes_ = topic_sizes();
  AssignmentInput input;
  for (const auto& [name, count] : assigned_sizes_)
    input.partitions_of_topic[cluster_.topic(name)->id] = static_cast<int32_t>(count);
  for (const auto& [id, member] : members_) {
    auto& topics = input.topics_of_member[id];
    for (const auto& name : topics_of(member))
      if (const Topic* topic = cluster_.topic(name)) topics.insert(topic->id);
    input.current[id] = member.target;
  }
  auto targets = assignor() == "range" ? assign_range(input) : assign_uniform(input);
  for (auto& [id, member] : members_) member.target = std::move(targets[id]);
}

void ConsumerGroup::assign_if_topics_changed() {
  if (topic_sizes() != assigned_sizes_) assign_anew();
}

/// One step of the member towards its target.
void ConsumerGroup::reconcile(Member& member, const Request& request) {
  if (auto owned = owned_places(request))
    std::erase_if(member.revoking, [&](const Place& place) { return !owned->contains(place); });
  for (auto place = member.assigned.begin(); place != member.assigned.end();) {
    if (member.target.contains(*place)) {
      ++place;
      continue;
    }
    member.revoking.insert(*place);
    place = member.assigned.erase(place);
  }
  if (!member.revoking.empty()) return expect_revocation(member);
  if (member.rebalance_timer)
    cluster_.loop().cancel(*std::exchange(member.rebalance_timer, std::nullopt));
  if (member.epoch != epoch_) member.previous_epoch = std::exchange(member.epoch, epoch_);
  for (const Place& place : member.target)
    if (is_free(place, member)) member.assigned.insert(place);
}

bool ConsumerGroup::is_free(const Place& place, const Member& asking) const {
  return std::ranges::none_of(members_, [&](const auto& entry) {
    const Member& other = entry.second;
    return &other != &asking && (other.assigned.contains(place) || other.revoking.contains(place));
  });
}

void ConsumerGroup::expect_heartbeat(Member& member) {
  if (member.session_timer) cluster_.loop().cancel(*member.session_timer);
  member.session_timer = cluster_.loop().after(group_setting("consumer.session.timeout.ms"),
                                               [weak = weak_from_this(), id = member.id] {
                                                 if (auto self = weak.lock()) self->remove(id);
                                               });
}

/// A member that does not give up its partitions in time is put out.
void ConsumerGroup::expect_revocation(Member& member) {
  if (member.rebalance_timer) return;
  member.rebalance_timer =
      cluster_.loop().after(member.rebalance_timeout_ms, [weak = weak_from_this(), id = member.id] {
        if (auto self = weak.lock()) self->remove(id);
      });
}

void ConsumerGroup::remove(const std::string& member_id) {
  auto found = members_.find(member_id);
  if (found == members_.end()) return;
  for (auto& timer : {found->second.session_timer, found->second.rebalance_timer})
    if (timer) cluster_.loop().cancel(*timer);
  members_.erase(found);
  assign_anew();
}

ErrorCode ConsumerGroup::check_epoch(int32_t epoch, const std::string& member_id) const {
  if (epoch < 0 && (members_.empty() || member_id.empty()))
    return members_.empty() ? ErrorCode::none : ErrorCode::unknown_member_id;
  auto found = members_.find(member_id);
  if (found == members_.end()) return ErrorCode::unknown_member_id;
  return found->second.epoch == epoch ? ErrorCode::none : ErrorCode::stale_member_epoch;
}

std::string ConsumerGroup::state_name() const {
  if (members_.empty()) return "Empty";
  bool stable = std::ranges::all_of(members_, [&](const auto& entry) {
    return entry.second.is_settled() &&
           (entry.second.epoch == epoch_ || entry.second.epoch == kLeaveForAWhile);
  });
  return stable ? "Stable" : "Reconciling";
}

/// The one that most members prefer.
std::string ConsumerGroup::assignor() const {
  auto range = std::ranges::count_if(
      members_, [](const auto& entry) { return entry.second.assignor == "range"; });
  return 2 * range > std::ssize(members_) ? "range" : "uniform";
}

std::set<std::string> ConsumerGroup::topics_of(const Member& member) const {
  std::set<std::string> topics = member.topics;
  if (!member.regex) return topics;
  Pattern pattern(*member.regex);
  for (const auto& [name, topic] : cluster_.topics())
    if (!topic->internal && pattern.matches(name)) topics.insert(name);
  return topics;
}

std::set<std::string> ConsumerGroup::subscribed_topics() const {
  std::set<std::string> topics;
  for (const auto& [id, member] : members_) topics.merge(topics_of(member));
  return topics;
}

std::map<std::string, size_t> ConsumerGroup::topic_sizes() const {
  std::map<std::string, size_t> sizes;
  for (const auto& name : subscribed_topics())
    if (const Topic* topic = cluster_.topic(name)) sizes[name] = topic->partitions.size();
  return sizes;
}

int64_t ConsumerGroup::group_setting(const std::string& name) const {
  const auto& own = cluster_.resource_configs(kGroupResource, id_);
  if (auto set = own.find(name); set != own.end()) return parse_number(set->second);
  return cluster_.number_setting(find_group_config(name)->broker_name);
}

void ConsumerGroup::close() {
  for (auto& [id, member] : members_)
    for (auto& timer : {member.session_timer, member.rebalance_timer})
      if (timer) cluster_.loop().cancel(*timer);
  members_.clear();
}

}  // namespace kt::sandbox
