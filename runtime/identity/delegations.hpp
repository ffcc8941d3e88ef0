// Delegations: a person lends the seat that their approvals fill to another, for a time.
//
// Neighbours: directory.hpp holds those of a workspace, approvals/voter.hpp counts a delegate's
// word. Must not know: routes, votes. Only the delegator makes one, and it is not transitive: what
// is lent is the delegator's own role and groups. source: docs/execution.md (people).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/time.hpp"
#include "runtime/audit/event.hpp"
#include "runtime/identity/administration.hpp"
#include "runtime/identity/directory.hpp"
#include "runtime/store/records.hpp"

namespace sentrail::identity {

// Where a delegation stands at some time.
enum class DelegationState : std::uint8_t { upcoming, active, over, ended };

// The name used in JSON.
[[nodiscard]] std::string_view name_of(DelegationState state) noexcept;

// The state of a delegation. Its first moment belongs to it, its last does not.
[[nodiscard]] DelegationState state_of(const store::Delegation& delegation,
                                       std::int64_t now_ms) noexcept;

// What a delegator asks for.
struct DelegationRequest {
  Uuid to;
  std::int64_t start_ms = 0;  // before now: now
  std::int64_t end_ms = 0;
  std::vector<std::string> tools;  // empty: all
};

// Lends the actor's seat. fails: permission_denied if the actor decides no approvals;
// invalid_argument for a delegate who is no reviewer of the workspace, or oneself, for times that
// make no sense or are more than limits::kDelegationMsMax apart, for malformed tools;
// limit_exceeded past limits::kDelegationsMax that are not over.
[[nodiscard]] Result<Changed<store::Delegation>> delegate(const audit::Recorder& recorder,
                                                          const Clock& clock, const Actor& actor,
                                                          const Directory& directory,
                                                          DelegationRequest request);

// Ends a delegation before its time: its delegator, or an admin. fails: permission_denied; conflict
// if it is over already.
[[nodiscard]] Result<Changed<store::Delegation>> end_delegation(const audit::Recorder& recorder,
                                                                const Clock& clock,
                                                                const Actor& actor,
                                                                const Directory& directory,
                                                                store::Delegation delegation);

// The delegation under which `to` may speak for `from` about a tool now; null if there is none.
[[nodiscard]] const store::Delegation* find_delegation(
    std::span<const store::Delegation> delegations, const Uuid& from, const Uuid& to,
    std::string_view tool, std::int64_t now_ms) noexcept;

}  // namespace sentrail::identity
