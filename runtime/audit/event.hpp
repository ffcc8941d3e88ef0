// From an event with people's names in it to an entry without, and back for those who hold the key.
//
// Neighbours: the gateway, approvals/, execute/ and identity/ describe events; store/ keeps the
// entry; leaf.hpp writes it. Must not know: rows, HTTP, what a payload means.
// What is personal goes into the log as a salted commitment, into the search index as a keyed hash,
// and in clear only into a sealed part beside the log.
// source: docs/audit_log.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "crypto/hash.hpp"
#include "crypto/seal.hpp"
#include "runtime/store/audit_entry.hpp"
#include "runtime/store/store.hpp"

namespace sentrail::audit {

// Bytes whose hash is committed to, and whose beginning is kept for people to see.
struct Payload {
  crypto::Digest hash{};  // SHA-256 of all the bytes
  std::string preview;    // at most limits::kAuditPreviewBytesMax of them

  // Hashes and cuts.
  [[nodiscard]] static Payload of(std::string_view bytes);

  friend bool operator==(const Payload&, const Payload&) = default;
};

// A Payload of bytes that pass by in pieces, of which none but the beginning is kept.
class StreamedPayload {
 public:
  // Begins with the bytes that are there already.
  explicit StreamedPayload(std::string_view first) { add(first); }

  // Adds the next piece.
  void add(std::string_view bytes);
  // The payload of all pieces. REQUIRES: called once, last.
  [[nodiscard]] Payload finish() &&;

 private:
  crypto::Sha256 hash_;
  std::string preview_;
};

// What is personal about an event. Empty texts and absent payloads are not recorded.
struct Personal {
  std::string agent_id;
  std::string agent_name;
  std::string requested_by;
  std::string person_id;  // who decided, changed or signed in
  std::string person_name;
  std::string resource_id;
  std::string reason;
  std::optional<Payload> payload;
  std::optional<Payload> response;

  friend bool operator==(const Personal&, const Personal&) = default;
};

// The names of committed values, which are part of their commitments.
enum class Subject : std::uint8_t {
  agent = 0,
  requester = 1,
  person = 2,
  resource = 3,
  reason = 4,
  payload = 5,
  response = 6,
};

// The name in the commitment's pre-image.
[[nodiscard]] std::string_view name_of(Subject subject) noexcept;

// SHA-256 over the domain `sentrail-commit-v1`, NUL, and each with its length: name, salt, value.
[[nodiscard]] crypto::Digest commit(Subject subject, std::string_view salt, std::string_view value);

// The value of each subject as it is committed to: texts with their lengths, hashes with previews.
[[nodiscard]] std::string value_of(Subject subject, const Personal& personal);

// The sixteen columns in which people search the log. source: docs/audit_log.md.
struct Columns {
  Uuid id;
  Uuid workspace_id;
  Uuid correlation_id;
  std::string agent_id;
  std::string agent_name;
  std::string tool;
  std::string action;
  std::string decision;
  std::string risk_level;
  Uuid matched_policy_id;
  std::string resource_type;
  std::string resource_id;
  std::string requested_by;
  std::string payload_preview;
  std::string source;
  std::int64_t created_at_ms = 0;
};

// An entry with all that could be opened.
struct OpenedEntry {
  std::uint64_t sequence = 0;
  store::AuditEntry entry;
  Personal personal;
  bool erased = false;  // a sealed part's key is gone

  // The search view.
  [[nodiscard]] Columns columns() const;
};

// The kinds of subjects that have keys of their own.
inline constexpr std::string_view kAgentKeys = "agent";
inline constexpr std::string_view kPersonKeys = "person";

class SubjectKeys;

// The sealed parts of an entry that are a subject's own.
struct OwnParts {
  std::vector<Uuid> key_ids;  // of those whose keys are there
  bool unkeyed = false;       // one is under the workspace's key: no erasure reaches it
};

// Seals and opens entries: what is about an agent or a person under a key of theirs, the rest under
// a key of the workspace, derived from the master key. threads: const use from any.
class Recorder {
 public:
  // Takes the master key's bytes for derivation; `boot_id` marks this process's entries. Without
  // `subjects`, which outlives this, all is sealed under keys of workspaces and cannot be erased.
  Recorder(const crypto::SealKey& master, const Uuid& boot_id, SubjectKeys* subjects = nullptr);

  // Completes an entry: a fresh id if it has none, the boot id, commitments with fresh salts,
  // search terms, the sealed part. What is personal appears in `personal` alone.
  [[nodiscard]] store::AuditEntry record(store::AuditEntry entry, const Personal& personal) const;

  // Opens a stored entry and checks every opened value against its commitment.
  // fails: corrupt if the leaf is none, or a sealed part was changed or belongs elsewhere.
  [[nodiscard]] Result<OpenedEntry> open(const store::AuditRow& row) const;

  // What is of subjects of that kind in an entry. fails: as open().
  [[nodiscard]] Result<OwnParts> parts_of(const store::AuditRow& row, std::string_view kind) const;

  // How many parts were sealed under a workspace's key since the start, for want of their own.
  [[nodiscard]] std::uint64_t unkeyed_parts() const noexcept;

  // What to search for to find a personal value: agent, requester and person by id, resource by id.
  [[nodiscard]] store::AuditTerm term(const Uuid& workspace_id, store::AuditColumn column,
                                      std::string_view value) const;

 private:
  struct Part;

  [[nodiscard]] crypto::SealKey key_of(const Uuid& workspace_id) const;
  // The key that a part was sealed with; nothing if it is erased.
  [[nodiscard]] std::optional<crypto::SealKey> key_of(const store::AuditEntry& entry,
                                                      const store::SealedPart& part) const;
  void seal_part(store::AuditEntry& entry, std::string_view kind, const std::string& subject,
                 const Part& part) const;

  SubjectKeys* const subjects_;
  crypto::HmacKey seal_root_;
  crypto::HmacKey index_root_;
  Uuid boot_id_;
};

}  // namespace sentrail::audit
