// What can be changed, as values: a transaction is a list of operations that happen together or
// not at all.
//
// Neighbours: approvals/, execute/, identity/ and the gateway build transactions; writer.hpp queues
// them; a Store applies them. Must not know: rows, threads, deadlines.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/result.hpp"
#include "runtime/store/records.hpp"

namespace sentrail::store {

// Writes a record whole, if the stored one still has the version that was read; 0 demands that
// there is none yet. The stored version becomes `expected_version` + 1, whatever the record says.
// fails: conflict if the version is another; already_exists if a unique name or hash is taken.
template <class Record>
struct Put {
  Record record;
  std::uint64_t expected_version = 0;
};

// Writes a held call; keeps the indexes by correlation id, attach hash, state and deadline.
// fails: as Put; with `attach`, already_exists if an open call has the same attach hash (its id is
// in the outcome); with `pending_max`, limit_exceeded if the agent has that many held calls.
struct PutAction {
  ActionRecord record;
  std::uint64_t expected_version = 0;
  bool attach = false;            // only with expected_version 0
  std::uint32_t pending_max = 0;  // only with expected_version 0; 0: no limit
};

// Appends an entry to the audit log; it gets the next sequence number.
// fails: limit_exceeded if its leaf would not fit into an entry bundle.
struct AppendAudit {
  AuditEntry entry;
};

// Notes when a key was last used, without a new version of the key. An earlier time changes
// nothing.
struct TouchKey {
  Uuid workspace_id;
  Uuid key_id;
  std::int64_t used_ms = 0;
};

// Adds what a call has charged to what limits have counted, and notes the clock of limits. `held`:
// the charges are also kept by the call's correlation id, for EndCharges.
// fails: conflict if charges of that id are kept already.
struct ChargeLimits {
  Charges charges;
  LimitClock clock;
  bool held = false;
};

// Takes back what a call that was not held has charged; what is gone already changes nothing.
struct GiveBackCharges {
  Charges charges;
};

// Ends what is kept of a held call's charges, if anything is: they are given back, or count on.
struct EndCharges {
  Uuid workspace_id;
  Uuid correlation_id;
  bool give_back = false;
};

// Notes the clock of limits.
struct NoteLimitClock {
  LimitClock clock;
};

// Stores bytes under an id that nothing has yet. fails: already_exists.
struct PutBlob {
  Uuid workspace_id;
  Uuid id;
  std::string bytes;
};

// Demands that a kill state still has the version on which the decision rests (0: never set).
// fails: conflict.
struct RequireKillVersion {
  Uuid workspace_id;
  std::uint64_t version = 0;
};

// Demands that a person's record still is as it was when the change was prepared (0: none yet).
// fails: conflict.
struct RequirePersonVersion {
  Uuid person_id;
  std::uint64_t version = 0;
};

// Demands that a delegation still is as it was read: that nobody ended it meanwhile.
// fails: conflict.
struct RequireDelegationVersion {
  Uuid workspace_id;
  Uuid id;
  std::uint64_t version = 0;
};

// Demands that a held call still is open: that it did not end meanwhile. fails: conflict.
struct RequireOpenAction {
  Uuid workspace_id;
  Uuid action_id;
};

// Removals. Removing what is not there changes nothing.
struct RemoveConnection {
  Uuid workspace_id;
  std::string tool;
};
struct RemoveSession {
  Hash token_hash{};
};
struct RemoveOutbox {
  Uuid workspace_id;
  Uuid id;
};
struct RemoveBlob {
  Uuid workspace_id;
  Uuid id;
};
struct RemoveWindowParts {
  std::vector<WindowPart> parts;
};
struct RemoveSetting {
  Uuid workspace_id;
  std::string name;
};

// Forgets what is sealed beside entries of the log whose time is over: `from` is where the last
// such operation ended. Leaves and chain stay as they are. fails: conflict if `from` is another;
// invalid_argument for more than limits::kForgetEntriesMax entries, or for some that no earlier
// batch has written.
struct ForgetEntries {
  std::uint64_t from = 0;
  std::uint64_t until = 0;
};

// Removes rows of the search index, as old_index_rows() named them.
struct RemoveIndexRows {
  std::vector<std::string> keys;
};

// One change.
using Operation =
    std::variant<AppendAudit, PutAction, Put<Workspace>, Put<ApiKey>, Put<Agent>, Put<Person>,
                 Put<Session>, Put<Connection>, Put<KillState>, Put<OutboxItem>, Put<Setting>,
                 Put<Delegation>, Put<BreakGlassCode>, Put<BreakGlassGrant>,
                 RequireDelegationVersion, TouchKey, ChargeLimits, GiveBackCharges, EndCharges,
                 NoteLimitClock, PutBlob, RequireKillVersion, RequirePersonVersion,
                 RequireOpenAction, RemoveConnection, RemoveSession, RemoveOutbox, RemoveBlob,
                 RemoveWindowParts, RemoveSetting, ForgetEntries, RemoveIndexRows>;

// Changes of one event. They are checked and applied in order.
struct Transaction {
  std::vector<Operation> operations;
  // Applied, with a `withdrawn` entry for every entry above, if the transaction became durable only
  // after its caller had given up and answered "block": what must not stay, such as a hold that
  // nobody was told of. A conflict here drops these operations but never the entries.
  std::vector<Operation> if_withdrawn;
};

// What became of a transaction.
struct Outcome {
  // fails: what the operations say; unavailable if the store takes no writes; io if it broke now
  // (then nobody can say whether the transaction is on disk); timed_out if it was given up.
  Status status;
  std::size_t operation = 0;            // the first that failed, if one did
  std::optional<Uuid> existing_action;  // with already_exists of a PutAction
  std::uint64_t first_sequence = 0;     // of the appended entries, which are consecutive
  std::uint64_t audit_count = 0;
};

}  // namespace sentrail::store
