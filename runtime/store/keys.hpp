// The keys of rows: who owns a row comes first, so that no walk can leave its workspace.
//
// Neighbours: staging and reads of kv_store use them; docs/store_format.md lists them. Must not
// know: values. Parts of variable length stand last, or carry their length, so that no key is a
// prefix of another by accident. Times and sequence numbers that are listed newest first are stored
// inverted.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/uuid.hpp"
#include "runtime/store/audit_entry.hpp"
#include "runtime/store/records.hpp"

namespace sentrail::store {

// The byte behind the workspace: what kind of row it is. Stored: append only. Rows of the whole
// server stand under the nil workspace.
enum class RowKind : char {
  meta = 'M',
  workspace = 'w',
  key = 'k',
  key_hash = 'h',  // hash → workspace, key id
  key_used = 'u',  // when a key was last used
  agent = 'g',
  person = 'p',
  person_name = 'n',  // name → person
  session = 'z',
  connection = 'c',
  kill = 'x',
  action = 'a',
  correlation = 'r',  // correlation id → action
  attach = 't',       // attach hash → open action
  by_state = 's',     // state, newest first
  unfinished = 'b',   // not final, by state, of the whole server
  by_time = 'l',      // newest first
  deadline = 'd',     // of the whole server
  pending = 'q',      // held calls of an agent, counted
  last_entry = 'v',   // newest audit entry of an action
  outbox = 'o',
  outbox_due = 'e',  // of the whole server
  setting = 'i',
  delegation = 'D',
  break_glass_code = 'B',
  break_glass_grant = 'G',
  // Not 'j': a kind of row that nothing ever wrote had it.
  window_part = 'A',   // what limits have counted, by when it is gone, of the whole server
  held_charges = 'C',  // of held calls, of the whole server
};

// Builds a key part by part.
class Key {
 public:
  // Begins a key of the state space.
  Key(const Uuid& workspace_id, RowKind kind) { add(workspace_id).byte(static_cast<char>(kind)); }
  // Begins an empty key.
  Key() = default;

  // Adds fixed-width parts.
  Key& add(const Uuid& id);
  Key& add(const Hash& hash);
  Key& byte(char value);
  Key& integer(std::uint64_t value);
  // A time so that earlier ones sort first, negative ones too; or so that later ones do.
  Key& time(std::int64_t unix_ms);
  Key& newest_first(std::int64_t unix_ms);
  // Adds a text with its length in front, or, as the last part, without.
  Key& sized(std::string_view text);
  Key& last(std::string_view text);

  // The key so far.
  [[nodiscard]] const std::string& text() const& noexcept { return text_; }
  [[nodiscard]] std::string text() && noexcept { return std::move(text_); }

 private:
  std::string text_;
};

// Reads fixed-width parts back from a key's end or middle. REQUIRES: the bytes are there.
[[nodiscard]] Uuid uuid_in(std::string_view key, std::size_t at);
[[nodiscard]] std::int64_t time_in(std::string_view key, std::size_t at);

// Bytes of a workspace and kind in front of a key.
inline constexpr std::size_t kKeyHeadBytes = 17;

// The row of the audit space that holds an entry.
[[nodiscard]] std::string leaf_key(std::uint64_t sequence);

// Writes what all index keys of one column and value begin with into `prefix`. `value` is at most
// kAuditTermBytesMax bytes, or a hash marked as such.
void write_index_prefix(std::string& prefix, const Uuid& workspace_id, AuditColumn column,
                        std::string_view value, bool hashed);

// Where an entry stands in an index: newest first. Both numbers are inverted, so that what is less
// is newer.
struct IndexPosition {
  std::uint64_t time = 0;
  std::uint64_t sequence = 0;

  friend auto operator<=>(const IndexPosition&, const IndexPosition&) = default;
};
[[nodiscard]] IndexPosition index_position(std::int64_t time_ms, std::uint64_t sequence) noexcept;

// Its bytes at the end of an index key, in the same order, and back. REQUIRES: the bytes are there.
inline constexpr std::size_t kIndexPositionBytes = 16;
void append_position(std::string& key, const IndexPosition& position);
[[nodiscard]] IndexPosition position_in(std::string_view key, std::size_t at);

// An index row lists entries of at most so many milliseconds. A search reads the rows of so long
// before the place where it begins, so it is not more than a slow disk's batch.
inline constexpr std::uint64_t kIndexRowSpanMs = 64;

// The part of an index key that says which list it is of: all in front of the position.
[[nodiscard]] std::string_view index_list_of(std::string_view key) noexcept;

}  // namespace sentrail::store
