// Records, people and times that the tests of the machine share.
//
// Neighbours: machine_table_test.cpp, machine_test.cpp, machine_model_test.cpp.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/check.hpp"
#include "runtime/execute/machine.hpp"

namespace sentrail::execute {

// The ordinary moment, and the deadlines after it.
inline constexpr std::int64_t kNow = 1'790'000'000'000;
inline constexpr std::int64_t kLeaseUntil = kNow + 60'000;
inline constexpr std::int64_t kExecuteBy = kNow + 600'000;
inline constexpr std::int64_t kEscalateAt = kNow + 1'800'000;
inline constexpr std::int64_t kDecideBy = kNow + 3'600'000;

inline constexpr std::array kStates = {store::ActionState::held,     store::ActionState::approved,
                                       store::ActionState::claimed,  store::ActionState::sending,
                                       store::ActionState::in_doubt, store::ActionState::denied,
                                       store::ActionState::expired,  store::ActionState::succeeded,
                                       store::ActionState::failed,   store::ActionState::revoked};

inline store::ActionState state_named(std::string_view name) {
  for (const store::ActionState state : kStates) {
    if (name_of(state) == name) return state;
  }
  SENTRAIL_CHECK_NOTE(false, "no state of that name");
  return store::ActionState::held;
}

inline store::Hash shown_hash() {
  store::Hash hash{};
  hash.fill(0x5a);
  return hash;
}

inline Uuid executor() {
  Uuid id;
  id.bytes.fill(0xee);
  return id;
}

inline approvals::Voter reviewer(std::uint8_t number, std::vector<std::string> groups = {}) {
  approvals::Voter voter;
  voter.person_id.bytes[15] = number;
  voter.name = "person" + std::to_string(number);
  voter.role = store::Role::reviewer;
  voter.groups = std::move(groups);
  voter.auth_method = "passphrase";
  return voter;
}

inline approvals::Voter admin(std::uint8_t number) {
  approvals::Voter voter = reviewer(number);
  voter.role = store::Role::admin;
  return voter;
}

inline VoteCast approve_by(approvals::Voter voter) {
  return {std::move(voter), store::Verdict::approve, shown_hash(), "looks right"};
}

inline VoteCast deny_by(approvals::Voter voter) {
  return {std::move(voter), store::Verdict::deny, shown_hash(), "not today"};
}

// A POST without precondition that never was tried, in the given state, at kNow.
inline Action action_in(store::ActionState state) {
  Action action;
  store::ActionRecord& record = action.record;
  record.action_id.bytes[0] = 1;
  record.version = 7;
  record.state = state;
  record.method = "POST";
  record.requested_by = "bot";
  record.quorum = "1 of role:reviewer";
  record.approval_hash = shown_hash();
  record.created_ms = kNow - 1'000;
  record.decide_by_ms = kDecideBy;
  record.execute_within_ms = 600'000;
  record.escalations = {{kEscalateAt - record.created_ms, "platform_leads"}};
  if (state == store::ActionState::held || state == store::ActionState::denied) return action;
  record.execute_by_ms = kExecuteBy;
  if (state == store::ActionState::approved) return action;
  record.fence = 3;
  record.executor_id = executor();
  if (state == store::ActionState::claimed || state == store::ActionState::sending) {
    record.lease_until_ms = kLeaseUntil;
  }
  return action;
}

// The same, being sent.
inline Action sending(store::Resend resend, std::uint32_t attempts = 0,
                      bool maybe_applied = false) {
  Action action = action_in(store::ActionState::sending);
  action.record.resend = resend;
  action.record.attempts = attempts;
  action.record.maybe_applied = maybe_applied;
  return action;
}

// What an event leads to that must be legal.
inline Step must(const Action& action, const Event& event, std::int64_t now_ms = kNow) {
  auto step = transition(action, event, now_ms);
  EXPECT_TRUE(step) << (step ? "" : step.error().message);
  return step ? *step : Step{action, {}};
}

// The effects of one kind.
template <class Kind>
std::vector<Kind> effects_of(const Step& step) {
  std::vector<Kind> found;
  for (const SideEffect& effect : step.effects) {
    if (const Kind* kind = std::get_if<Kind>(&effect)) found.push_back(*kind);
  }
  return found;
}

}  // namespace sentrail::execute
