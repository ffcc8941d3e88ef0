// Delegations as audited transactions.
//
// Neighbours: delegations.hpp. Must not know: routes, votes.
#include "runtime/identity/delegations.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/limits.hpp"
#include "crypto/random.hpp"
#include "runtime/identity/accounts.hpp"
#include "runtime/identity/admin_entry.hpp"

namespace sentrail::identity {
namespace {

std::string name_of_person(const Directory& directory, const Uuid& id) {
  const store::Person* const person = directory.find_person(id);
  return person == nullptr ? format_uuid(id) : person->name;
}

// Who, instead of whom, and when: sealed in the entry, as all that names people.
std::string told(const store::Delegation& delegation, const Directory& directory) {
  std::string text = name_of_person(directory, delegation.to) + " speaks for " +
                     name_of_person(directory, delegation.from) + " from " +
                     format_rfc3339_ms(delegation.start_ms) + " until " +
                     format_rfc3339_ms(delegation.end_ms);
  for (std::size_t i = 0; i < delegation.tools.size(); ++i) {
    text += (i == 0 ? ", about " : ", ") + delegation.tools[i];
  }
  return text;
}

bool is_tool_name(std::string_view text) {
  return !text.empty() && text.size() <= limits::kNameBytesMax &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

Status check_delegate(const Directory& directory, const Actor& actor, const Uuid& to) {
  if (to == actor.person_id) return fail(Errc::invalid_argument, "nobody stands in for themselves");
  const store::Person* const person = directory.find_person(to);
  const auto place = person == nullptr ? std::nullopt : membership_of(*person, actor.workspace_id);
  if (!place || !allows(place->role, Permission::decide_approvals)) {
    return fail(Errc::invalid_argument,
                "a delegate must be a reviewer, admin or owner of this workspace");
  }
  return {};
}

Status check_times(const store::Delegation& delegation) {
  if (delegation.end_ms <= delegation.start_ms) {
    return fail(Errc::invalid_argument, "a delegation must end after it begins, and after now");
  }
  if (delegation.end_ms - delegation.start_ms > limits::kDelegationMsMax) {
    return fail(Errc::invalid_argument,
                "a delegation lasts at most " +
                    std::to_string(limits::kDelegationMsMax / limits::kDayMs) + " days");
  }
  return {};
}

store::AppendAudit entry_of(const audit::Recorder& recorder, const Clock& clock, const Actor& actor,
                            const Directory& directory, const store::Delegation& delegation,
                            std::string action) {
  store::AuditEntry entry = admin_entry(clock, store::AuditKind::person, std::move(action));
  entry.risk = Risk::high;
  audit::Personal personal;
  personal.resource_id = format_uuid(delegation.id);
  personal.reason = told(delegation, directory);
  return told_by(recorder, actor, std::move(entry), std::move(personal));
}

}  // namespace

std::string_view name_of(DelegationState state) noexcept {
  constexpr std::array<std::string_view, 4> kNames = {"upcoming", "active", "over", "ended"};
  return kNames[static_cast<std::size_t>(state)];
}

DelegationState state_of(const store::Delegation& delegation, std::int64_t now_ms) noexcept {
  if (delegation.ended_ms != 0) return DelegationState::ended;
  if (now_ms < delegation.start_ms) return DelegationState::upcoming;
  return now_ms < delegation.end_ms ? DelegationState::active : DelegationState::over;
}

Result<Changed<store::Delegation>> delegate(const audit::Recorder& recorder, const Clock& clock,
                                            const Actor& actor, const Directory& directory,
                                            DelegationRequest request) {
  SENTRAIL_TRY(require(actor.role, Permission::decide_approvals));
  SENTRAIL_TRY(check_delegate(directory, actor, request.to));
  const std::int64_t now_ms = clock.now().unix_ms;
  store::Delegation made;
  made.id = crypto::uuid_v4();
  made.workspace_id = actor.workspace_id;
  made.from = actor.person_id;
  made.to = request.to;
  made.start_ms = std::max(request.start_ms, now_ms);
  made.end_ms = request.end_ms;
  made.created_ms = now_ms;
  SENTRAIL_TRY(check_times(made));
  std::sort(request.tools.begin(), request.tools.end());
  request.tools.erase(std::unique(request.tools.begin(), request.tools.end()), request.tools.end());
  if (request.tools.size() > limits::kDelegationsMax ||
      !std::all_of(request.tools.begin(), request.tools.end(), is_tool_name)) {
    return fail(
        Errc::invalid_argument,
        "`tools` must hold at most " + std::to_string(limits::kDelegationsMax) + " names of tools");
  }
  made.tools = std::move(request.tools);
  const auto& all = directory.delegations_of(actor.workspace_id);
  const auto open = std::count_if(all.begin(), all.end(), [&](const store::Delegation& each) {
    const DelegationState state = state_of(each, now_ms);
    return each.from == actor.person_id &&
           (state == DelegationState::active || state == DelegationState::upcoming);
  });
  if (static_cast<std::size_t>(open) >= limits::kDelegationsMax) {
    return fail(Errc::limit_exceeded, "end another delegation first: you have " +
                                          std::to_string(limits::kDelegationsMax));
  }
  const store::Person* const self = directory.find_person(actor.person_id);
  if (self == nullptr) return fail(Errc::permission_denied, "there is no such account any more");
  Changed<store::Delegation> changed{made, {}};
  auto& operations = changed.transaction.operations;
  operations.emplace_back(store::RequirePersonVersion{self->id, self->version});
  operations.emplace_back(store::Put<store::Delegation>{made, 0});
  operations.emplace_back(entry_of(recorder, clock, actor, directory, made, "delegation.begin"));
  return changed;
}

Result<Changed<store::Delegation>> end_delegation(const audit::Recorder& recorder,
                                                  const Clock& clock, const Actor& actor,
                                                  const Directory& directory,
                                                  store::Delegation delegation) {
  if (delegation.from != actor.person_id) {
    SENTRAIL_TRY(require(actor.role, Permission::manage_people));
  }
  const std::int64_t now_ms = clock.now().unix_ms;
  const DelegationState state = state_of(delegation, now_ms);
  if (state == DelegationState::ended || state == DelegationState::over) {
    return fail(Errc::conflict, "this delegation is " + std::string(name_of(state)) + " already");
  }
  delegation.ended_ms = now_ms;
  delegation.ended_by = actor.person_id;
  Changed<store::Delegation> changed{delegation, {}};
  auto& operations = changed.transaction.operations;
  operations.emplace_back(store::Put<store::Delegation>{delegation, delegation.version});
  operations.emplace_back(
      entry_of(recorder, clock, actor, directory, delegation, "delegation.end"));
  return changed;
}

const store::Delegation* find_delegation(std::span<const store::Delegation> delegations,
                                         const Uuid& from, const Uuid& to, std::string_view tool,
                                         std::int64_t now_ms) noexcept {
  for (const store::Delegation& each : delegations) {
    if (each.from != from || each.to != to) continue;
    if (state_of(each, now_ms) != DelegationState::active) continue;
    const bool covers = each.tools.empty() ||
                        std::find(each.tools.begin(), each.tools.end(), tool) != each.tools.end();
    if (covers) return &each;
  }
  return nullptr;
}

}  // namespace sentrail::identity
