#include "sandbox/classic_group.h"

#include <algorithm>
#include <utility>

#include "base/bytes.h"

namespace kt::sandbox {
namespace {

using Member = ClassicGroup::Member;

std::vector<ClassicGroup::Protocol> protocols_of(const msg::JoinGroupRequest& request) {
  std::vector<ClassicGroup::Protocol> protocols;
  for (const auto& protocol : request.protocols)
    protocols.push_back({protocol.name, protocol.metadata});
  return protocols;
}

bool supports(const Member& member, const std::string& protocol) {
  return std::ranges::count(member.protocols, protocol, &ClassicGroup::Protocol::name) > 0;
}

msg::JoinGroupResponse refusal(ErrorCode error, const std::string& member_id = {}) {
  msg::JoinGroupResponse response;
  response.error_code = static_cast<int16_t>(error);
  response.member_id = member_id;
  response.protocol_name = "";
  return response;
}

msg::SyncGroupResponse sync_refusal(ErrorCode error) {
  msg::SyncGroupResponse response;
  response.error_code = static_cast<int16_t>(error);
  return response;
}

}  // namespace

ClassicGroup::ClassicGroup(Cluster& cluster, std::string id)
    : cluster_(cluster), id_(std::move(id)) {}
ClassicGroup::~ClassicGroup() = default;

std::string ClassicGroup::state_name() const {
  switch (state_) {
    case State::preparing_rebalance:
      return "PreparingRebalance";
    case State::completing_rebalance:
      return "CompletingRebalance";
    case State::stable:
      return "Stable";
    default:
      return "Empty";
  }
}

void ClassicGroup::join(const Call& call, const JoinRequest& request, Reply<JoinRequest> reply) {
  if (auto refused = check_join(request); refused != ErrorCode::none)
    return reply(refusal(refused, request.member_id));
  if (request.member_id.empty()) {
    if (Member* known = find_static(request.group_instance_id))
      return join_as_static(call, request, *known, std::move(reply));
    return join_as_new(call, request, std::move(reply));
  }
  if (auto pending = pending_members_.find(request.member_id); pending != pending_members_.end()) {
    cluster_.loop().cancel(pending->second);
    pending_members_.erase(pending);
    return add_member(call, request, request.member_id, std::move(reply));
  }
  if (auto refused = check_member(request.member_id, request.group_instance_id);
      refused != ErrorCode::none)
    return reply(refusal(refused, request.member_id));
  join_again(call, request, *find(request.member_id), std::move(reply));
}

/// Whether the protocols that are offered go with those of the other members.
ErrorCode ClassicGroup::check_join(const JoinRequest& request) const {
  if (request.protocol_type.empty() || request.protocols.empty())
    return ErrorCode::inconsistent_group_protocol;
  if (members_.empty()) return ErrorCode::none;
  if (request.protocol_type != protocol_type_) return ErrorCode::inconsistent_group_protocol;
  bool common = std::ranges::any_of(request.protocols, [&](const auto& offered) {
    return std::ranges::all_of(members_, [&](const Member& member) {
      return member.id == request.member_id || supports(member, offered.name);
    });
  });
  return common ? ErrorCode::none : ErrorCode::inconsistent_group_protocol;
}

void ClassicGroup::join_as_new(const Call& call, const JoinRequest& request,
                               Reply<JoinRequest> reply) {
  constexpr int16_t kFirstThatAsksAgain = 4;
  std::string prefix = request.group_instance_id.value_or(call.client_id);
  std::string member_id = prefix + "-" + cluster_.new_uuid();
  if (call.version < kFirstThatAsksAgain || request.group_instance_id)
    return add_member(call, request, member_id, std::move(reply));
  auto timer =
      cluster_.loop().after(request.session_timeout_ms, [weak = weak_from_this(), member_id] {
        auto self = weak.lock();
        if (self && self->pending_members_.erase(member_id) > 0) self->complete_if_all_joined();
      });
  pending_members_.emplace(member_id, timer);
  reply(refusal(ErrorCode::member_id_required, member_id));
}

/// A static member came back without its id: it gets a new one and keeps its place.
void ClassicGroup::join_as_static(const Call& call, const JoinRequest& request, Member& member,
                                  Reply<JoinRequest> reply) {
  std::string old_id =
      std::exchange(member.id, *request.group_instance_id + "-" + cluster_.new_uuid());
  if (member.join_reply)
    std::exchange(member.join_reply, nullptr)(refusal(ErrorCode::fenced_instance_id, old_id));
  if (member.sync_reply)
    std::exchange(member.sync_reply, nullptr)(sync_refusal(ErrorCode::fenced_instance_id));
  bool was_leader = leader_ == old_id;
  if (was_leader) leader_ = member.id;
  bool unchanged = member.protocols == protocols_of(request);
  update(call, request, member);
  if (state_ != State::stable || !unchanged) {
    member.join_reply = std::move(reply);
    return prepare_rebalance();
  }
  auto response = joined(member);
  constexpr int16_t kFirstThatSkips = 9;
  if (was_leader && call.version >= kFirstThatSkips) {
    response.skip_assignment = true;
  } else if (was_leader) {
    response.leader = old_id;  // or it would assign again, and nobody would wait for that
    response.members.clear();
  }
  expect_heartbeat(member);
  reply(response);
}

void ClassicGroup::join_again(const Call& call, const JoinRequest& request, Member& member,
                              Reply<JoinRequest> reply) {
  bool unchanged = member.protocols == protocols_of(request);
  bool settled = (state_ == State::completing_rebalance && unchanged) ||
                 (state_ == State::stable && unchanged && member.id != leader_);
  if (settled) {
    expect_heartbeat(member);
    return reply(joined(member));
  }
  update(call, request, member);
  member.join_reply = std::move(reply);
  if (state_ == State::preparing_rebalance) return complete_if_all_joined();
  prepare_rebalance();
}

void ClassicGroup::add_member(const Call& call, const JoinRequest& request, std::string member_id,
                              Reply<JoinRequest> reply) {
  auto most = static_cast<size_t>(cluster_.number_setting("group.max.size"));
  if (members_.size() >= most) return reply(refusal(ErrorCode::group_max_size_reached));
  if (members_.empty()) protocol_type_ = request.protocol_type;
  Member& member = members_.emplace_back();
  member.id = std::move(member_id);
  member.instance_id = request.group_instance_id;
  update(call, request, member);
  member.join_reply = std::move(reply);
  prepare_rebalance();
}

void ClassicGroup::update(const Call& call, const JoinRequest& request, Member& member) {
  member.client_id = call.client_id;
  member.client_host = "/" + call.connection->peer_host();
  member.session_timeout_ms = request.session_timeout_ms;
  // v0 had one timeout for both.
  member.rebalance_timeout_ms =
      request.rebalance_timeout_ms < 0 ? request.session_timeout_ms : request.rebalance_timeout_ms;
  member.protocols = protocols_of(request);
  member.join_version = call.version;
}

void ClassicGroup::prepare_rebalance() {
  if (state_ == State::preparing_rebalance) return complete_if_all_joined();
  for (Member& member : members_)
    if (member.sync_reply)
      std::exchange(member.sync_reply, nullptr)(sync_refusal(ErrorCode::rebalance_in_progress));
  bool was_empty = state_ == State::empty;
  state_ = State::preparing_rebalance;
  int64_t delay_ms = cluster_.number_setting("group.initial.rebalance.delay.ms");
  if (!was_empty || delay_ms == 0) {
    delay_ms = 0;
    for (const Member& member : members_)
      delay_ms = std::max<int64_t>(delay_ms, member.rebalance_timeout_ms);
  }
  rebalance_timer_ = cluster_.loop().after(delay_ms, [weak = weak_from_this()] {
    if (auto self = weak.lock()) self->complete_join();
  });
  bool waits_for_more =
      was_empty && cluster_.number_setting("group.initial.rebalance.delay.ms") > 0;
  if (!waits_for_more) complete_if_all_joined();
}

void ClassicGroup::complete_if_all_joined() {
  if (state_ != State::preparing_rebalance || !pending_members_.empty()) return;
  bool all = std::ranges::all_of(members_,
                                 [](const Member& member) { return member.join_reply != nullptr; });
  if (all) complete_join();
}

void ClassicGroup::complete_join() {
  if (rebalance_timer_) cluster_.loop().cancel(*std::exchange(rebalance_timer_, std::nullopt));
  for (auto member = members_.begin(); member != members_.end();) {
    bool stays =
        member->join_reply || member->instance_id;  // static members only leave or time out
    if (!stays && member->session_timer) cluster_.loop().cancel(*member->session_timer);
    member = stays ? std::next(member) : members_.erase(member);
  }
  ++generation_;
  if (members_.empty()) {
    state_ = State::empty;
    emptied_ms_ = cluster_.now_ms();
    protocol_.clear();
    leader_.clear();
    return;
  }
  state_ = State::completing_rebalance;
  emptied_ms_.reset();
  Member* leader = find(leader_);
  if (!leader || !leader->join_reply) {
    auto first = std::ranges::find_if(
        members_, [](const Member& member) { return member.join_reply != nullptr; });
    leader_ = first == members_.end() ? members_.front().id : first->id;
  }
  choose_protocol();
  for (Member& member : members_) {
    if (!member.join_reply) continue;
    expect_heartbeat(member);
    std::exchange(member.join_reply, nullptr)(joined(member));
  }
}

/// Each member votes for the first of its protocols that all support.
void ClassicGroup::choose_protocol() {
  auto common = [&](const Protocol& protocol) {
    return std::ranges::all_of(
        members_, [&](const Member& member) { return supports(member, protocol.name); });
  };
  std::map<std::string, int> votes;
  for (const Member& member : members_)
    if (auto first = std::ranges::find_if(member.protocols, common);
        first != member.protocols.end())
      ++votes[first->name];
  if (!votes.empty())
    protocol_ =
        std::ranges::max_element(votes, {}, [](const auto& vote) { return vote.second; })->first;
}

ClassicGroup::JoinResponse ClassicGroup::joined(const Member& member) const {
  JoinResponse response;
  response.generation_id = generation_;
  response.protocol_type = protocol_type_;
  response.protocol_name = protocol_;
  response.leader = leader_;
  response.member_id = member.id;
  if (member.id != leader_) return response;
  for (const Member& one : members_)
    response.members.push_back(
        {.member_id = one.id, .group_instance_id = one.instance_id, .metadata = metadata(one)});
  return response;
}

std::string ClassicGroup::metadata(const Member& member) const {
  auto found = std::ranges::find(member.protocols, protocol_, &Protocol::name);
  return found == member.protocols.end() ? "" : found->metadata;
}

void ClassicGroup::sync(const msg::SyncGroupRequest& request, Reply<msg::SyncGroupRequest> reply) {
  auto refused = check_member(request.member_id, request.group_instance_id);
  if (refused == ErrorCode::none && request.generation_id != generation_)
    refused = ErrorCode::illegal_generation;
  if (refused == ErrorCode::none &&
      ((request.protocol_type && *request.protocol_type != protocol_type_) ||
       (request.protocol_name && *request.protocol_name != protocol_)))
    refused = ErrorCode::inconsistent_group_protocol;
  if (refused == ErrorCode::none && state_ == State::preparing_rebalance)
    refused = ErrorCode::rebalance_in_progress;
  if (refused != ErrorCode::none) return reply(sync_refusal(refused));
  Member& member = *find(request.member_id);
  member.sync_reply = std::move(reply);
  if (state_ == State::completing_rebalance) {
    if (member.id != leader_) return;
    for (Member& one : members_) one.assignment.clear();
    for (const auto& assigned : request.assignments)
      if (Member* one = find(assigned.member_id)) one->assignment = assigned.assignment;
    state_ = State::stable;
  }
  hand_out_assignments();
}

void ClassicGroup::hand_out_assignments() {
  for (Member& member : members_) {
    if (!member.sync_reply) continue;
    msg::SyncGroupResponse response;
    response.protocol_type = protocol_type_;
    response.protocol_name = protocol_;
    response.assignment = member.assignment;
    expect_heartbeat(member);
    std::exchange(member.sync_reply, nullptr)(response);
  }
}

ErrorCode ClassicGroup::heartbeat(const msg::HeartbeatRequest& request) {
  if (auto refused = check_member(request.member_id, request.group_instance_id);
      refused != ErrorCode::none)
    return refused;
  if (request.generation_id != generation_) return ErrorCode::illegal_generation;
  expect_heartbeat(*find(request.member_id));
  return state_ == State::preparing_rebalance ? ErrorCode::rebalance_in_progress : ErrorCode::none;
}

ErrorCode ClassicGroup::leave(const std::string& member_id,
                              const std::optional<std::string>& instance_id) {
  if (auto pending = pending_members_.find(member_id); pending != pending_members_.end()) {
    cluster_.loop().cancel(pending->second);
    pending_members_.erase(pending);
    complete_if_all_joined();
    return ErrorCode::none;
  }
  Member* member = member_id.empty() ? find_static(instance_id) : find(member_id);
  if (!member) return ErrorCode::unknown_member_id;
  if (auto refused = check_member(member->id, instance_id); refused != ErrorCode::none)
    return refused;
  remove(std::string(member->id));
  return ErrorCode::none;
}

ErrorCode ClassicGroup::check_commit(int32_t generation, const std::string& member_id,
                                     const std::optional<std::string>& instance_id) {
  if (generation < 0 && members_.empty()) return ErrorCode::none;
  if (generation < 0 && member_id.empty()) return ErrorCode::unknown_member_id;
  if (auto refused = check_member(member_id, instance_id); refused != ErrorCode::none)
    return refused;
  if (generation != generation_) return ErrorCode::illegal_generation;
  if (state_ == State::completing_rebalance) return ErrorCode::rebalance_in_progress;
  expect_heartbeat(*find(member_id));
  return ErrorCode::none;
}

void ClassicGroup::close() {
  for (Member& member : members_) {
    if (member.session_timer) cluster_.loop().cancel(*member.session_timer);
    if (member.join_reply)
      std::exchange(member.join_reply, nullptr)(refusal(ErrorCode::not_coordinator, member.id));
    if (member.sync_reply)
      std::exchange(member.sync_reply, nullptr)(sync_refusal(ErrorCode::not_coordinator));
  }
  members_.clear();
}

void ClassicGroup::remove(const std::string& member_id) {
  auto member = std::ranges::find(members_, member_id, &Member::id);
  if (member == members_.end()) return;
  if (member->session_timer) cluster_.loop().cancel(*member->session_timer);
  if (member->join_reply) member->join_reply(refusal(ErrorCode::unknown_member_id, member_id));
  if (member->sync_reply) member->sync_reply(sync_refusal(ErrorCode::unknown_member_id));
  members_.erase(member);
  if (leader_ == member_id) leader_.clear();
  prepare_rebalance();
}

/// Starts the member's session anew.
void ClassicGroup::expect_heartbeat(Member& member) {
  if (member.session_timer) cluster_.loop().cancel(*member.session_timer);
  member.session_timer =
      cluster_.loop().after(member.session_timeout_ms, [weak = weak_from_this(), id = member.id] {
        auto self = weak.lock();
        Member* silent = self ? self->find(id) : nullptr;
        if (!silent) return;
        silent->session_timer.reset();
        // Who waits for an answer of ours is not silent.
        if (!silent->join_reply && !silent->sync_reply) self->remove(id);
      });
}

Member* ClassicGroup::find(const std::string& member_id) {
  auto found = std::ranges::find(members_, member_id, &Member::id);
  return found == members_.end() ? nullptr : &*found;
}

Member* ClassicGroup::find_static(const std::optional<std::string>& instance_id) {
  if (!instance_id) return nullptr;
  auto found = std::ranges::find(members_, instance_id, &Member::instance_id);
  return found == members_.end() ? nullptr : &*found;
}

ErrorCode ClassicGroup::check_member(const std::string& member_id,
                                     const std::optional<std::string>& instance_id) {
  if (instance_id) {
    Member* of_instance = find_static(instance_id);
    if (!of_instance) return ErrorCode::unknown_member_id;
    return of_instance->id == member_id ? ErrorCode::none : ErrorCode::fenced_instance_id;
  }
  return find(member_id) ? ErrorCode::none : ErrorCode::unknown_member_id;
}

std::set<std::string> ClassicGroup::subscribed_topics() const {
  std::set<std::string> topics;
  if (protocol_type_ != "consumer") return topics;
  for (const Member& member : members_) {
    try {
      std::string bytes = metadata(member);
      ByteReader reader(bytes);
      reader.integer<int16_t>();  // version; the topics stand first in all of them
      for (auto count = reader.integer<int32_t>(); count > 0; --count)
        topics.emplace(reader.take(static_cast<uint16_t>(reader.integer<int16_t>())));
    } catch (const DecodeError&) {
      // A client's own format: then nothing is known of its topics.
    }
  }
  return topics;
}

}  // namespace kt::sandbox
