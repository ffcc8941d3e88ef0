// What there is of a data subject in the audit log: the entries, and the keys that open them.
//
// Neighbours: event.hpp tells whose a sealed part is, subject_keys.hpp destroys keys;
// server/control_commands.hpp does both. Must not know: rows, who asks.
// source: docs/audit_log.md (erasure).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "runtime/audit/event.hpp"
#include "runtime/store/store.hpp"

namespace sentrail::audit {

// Whom to erase: an agent or a person, by id, in one workspace.
struct DataSubject {
  Uuid workspace_id;
  store::AuditColumn column = store::AuditColumn::agent;  // agent or person
  std::string id;

  // The word under which its key is kept.
  [[nodiscard]] std::string_view kind() const noexcept;
  // In which workspaces entries are about it: an account signs in to the server, which is the nil
  // one.
  [[nodiscard]] std::vector<Uuid> places() const;
};

// What was found.
struct Traces {
  std::vector<std::uint64_t> sequences;  // of entries that are about it, newest first
  std::vector<Uuid> key_ids;             // of sealed parts that are its own
  // Further entries that have parts of it under the workspace's key. They stay: from before there
  // were keys of subjects, or of a moment in which none could be had.
  std::uint64_t left = 0;
};

// Looks for a subject. cost: reads all of its entries. fails: as the store; corrupt.
[[nodiscard]] Result<Traces> find_traces(const store::Reader& reader, const Recorder& recorder,
                                         const DataSubject& subject);

// The entry that says what is erased: the numbers of the entries as a payload, and so as a
// commitment; why, and who did it. The subject is not named in it.
[[nodiscard]] store::AuditEntry redact_entry(const Recorder& recorder, const DataSubject& subject,
                                             const Traces& traces, std::int64_t now_ms,
                                             const std::string& basis, const std::string& actor);

}  // namespace sentrail::audit
