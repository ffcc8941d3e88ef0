// A judgement as an audit entry, and as the draft of a hold.
//
// Neighbours: judge.hpp, audit/event.hpp, execute/coordinator.hpp; proxy.cpp and evaluate.cpp
// record through here. Must not know: HTTP, sockets.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/audit/event.hpp"
#include "runtime/execute/coordinator.hpp"
#include "runtime/gateway/agent_desk.hpp"
#include "runtime/gateway/judge.hpp"
#include "runtime/store/transaction.hpp"

namespace sentrail::gateway {

// What was asked, beside who asked and what was judged.
struct Asked {
  std::string_view source;  // gateway or evaluate
  std::string_view tool;
  std::string_view payload;  // the body's bytes
};

// Whose call it is, as entries of it say.
[[nodiscard]] audit::Personal asked_by(const AgentCall& call);

// The entry of a decision. out: with its id.
[[nodiscard]] store::AuditEntry decision_entry(const DeskContext& desk, const AgentCall& call,
                                               const Asked& asked, const Judged& judged);

// What a decision demands of the store: the kill states that it rests on.
[[nodiscard]] std::vector<store::Operation> demands_of(const AgentCall& call, const Judged& judged);

// How often a call is judged, at most, while stops change under it; then it is blocked.
inline constexpr int kJudgeTriesMax = 4;

// Whether somebody waits for the outcome of a decision's transaction and judges anew on a conflict.
enum class Waits : std::uint8_t { no, yes };

// The transaction that makes a decision durable: the kill states it rests on, the entry, what
// limits count for it, and when the key was last used. A block rests on no kill state, and what
// nobody waits for must not ask for one: the call has left, and a conflict would leave it without
// an entry.
[[nodiscard]] store::Transaction decision_transaction(DeskContext& desk, const AgentCall& call,
                                                      const Judged& judged, store::AuditEntry entry,
                                                      Waits waits);

// The entry, still to be completed and recorded, of how an allowed call ended.
[[nodiscard]] store::AuditEntry result_entry(const AgentCall& call, const Asked& asked,
                                             const Judged& judged);

// The record of a held call, as far as the gateway knows it.
[[nodiscard]] store::ActionRecord hold_draft(const DeskContext& desk, const AgentCall& call,
                                             const Asked& asked, const Judged& judged);

// Writes into such a record what a judgement says, and how long the call may be executed.
void note_judgement(store::ActionRecord& draft, const Judged& judged, const GateSettings& settings);

// What an entry keeps of what a judgement obliges to.
[[nodiscard]] execute::Obliged obliged_by(const Judged& judged);

// How long people have to decide what a judgement holds.
[[nodiscard]] std::int64_t decide_within_ms(const GateSettings& settings, const Judged& judged);

// What answers say of a judgement.
[[nodiscard]] Decided decided_of(const AgentCall& call, const Judged& judged, const Uuid& audit_id);

// Reads the snapshot anew on a work thread and continues on the I/O thread of the call, false if
// that could not be done: a kill switch changed between judging and recording.
void refresh_known(DeskContext& desk, std::function<void(bool)> then);

}  // namespace sentrail::gateway
