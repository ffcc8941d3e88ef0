// Walks over index and calls, and the operations that remove. See forgetting.hpp.
#include "runtime/store/forgetting.hpp"

#include <algorithm>

#include "core/limits.hpp"
#include "runtime/store/audit_rows.hpp"
#include "runtime/store/codec.hpp"
#include "runtime/store/index_rows.hpp"
#include "runtime/store/keys.hpp"
#include "runtime/store/staging.hpp"

namespace sentrail::store {
namespace {

// In front of the value of an index key: workspace, column, length of the value.
constexpr std::size_t kColumnAt = 16;
constexpr std::size_t kIndexHeadBytes = kColumnAt + 2;

// Whether all entries of an index row come before a number.
Result<bool> is_old(std::string_view key, std::string_view value, std::uint64_t before) {
  if (key.size() < kIndexHeadBytes + kIndexPositionBytes) {
    return fail(Errc::corrupt, "a row of the search index is garbled");
  }
  const auto column = static_cast<AuditColumn>(key[kColumnAt]);
  const bool has_ids = column == AuditColumn::id || column == AuditColumn::correlation;
  SENTRAIL_ASSIGN_OR_RETURN(
      const std::vector<Posting> postings,
      decode_postings(position_in(key, key.size() - kIndexPositionBytes), value, has_ids));
  return std::ranges::all_of(
      postings, [before](const Posting& one) { return ~one.position.sequence < before; });
}

}  // namespace

std::string forgotten_key() {
  return Key(Uuid{}, RowKind::meta).last("forgotten").text();
}

Result<std::uint64_t> forgotten_before(const OrderedKv& kv) {
  SENTRAIL_ASSIGN_OR_RETURN(const std::optional<std::string> row,
                            kv.get(Space::state, forgotten_key()));
  if (!row) return std::uint64_t{0};
  if (row->size() != sizeof(std::uint64_t)) {
    return fail(Errc::corrupt, "the row that says what was forgotten is garbled");
  }
  return read_big_endian<std::uint64_t>(*row);
}

Result<std::vector<std::string>> old_index_rows(KvCursor& walk, std::uint64_t before,
                                                std::size_t scan) {
  std::vector<std::string> keys;
  for (std::size_t seen = 0; walk.valid() && seen < scan; walk.next(), ++seen) {
    SENTRAIL_ASSIGN_OR_RETURN(const bool old, is_old(walk.key(), walk.value(), before));
    if (old) keys.emplace_back(walk.key());
  }
  SENTRAIL_TRY(walk.status());
  return keys;
}

Result<OldCalls> old_calls(const OrderedKv& kv, const Uuid& workspace_id, const std::string& from,
                           std::int64_t before_ms, std::size_t scan) {
  OldCalls out;
  const std::string prefix = Key(workspace_id, RowKind::by_time).text();
  const std::unique_ptr<KvCursor> cursor = kv.walk(Space::state);
  cursor->seek(from.empty() ? Key(workspace_id, RowKind::by_time).newest_first(before_ms - 1).text()
                            : from);
  for (; cursor->valid() && cursor->key().starts_with(prefix); cursor->next()) {
    if (cursor->key().size() != prefix.size() + 8 + 16) {
      return fail(Errc::corrupt, "an index row is garbled");
    }
    if (out.ids.size() == scan) {
      out.next = std::string(cursor->key());
      return out;
    }
    out.ids.push_back(uuid_in(cursor->key(), prefix.size() + 8));
  }
  SENTRAIL_TRY(cursor->status());
  return out;
}

// The rows of earlier batches are what the engine holds; none of this batch can be old.
Status Staging::run(const ForgetEntries& operation) {
  SENTRAIL_ASSIGN_OR_RETURN(const std::optional<std::string> row, get(forgotten_key()));
  const std::uint64_t last = row && row->size() == 8 ? read_big_endian<std::uint64_t>(*row) : 0;
  if (last != operation.from) return fail(Errc::conflict, "others were forgotten meanwhile");
  const bool legal = operation.until > operation.from && operation.until <= written_ &&
                     operation.until - operation.from <= limits::kForgetEntriesMax;
  if (!legal) return fail(Errc::invalid_argument, "these entries cannot be forgotten at once");
  for (std::uint64_t at = operation.from; at < operation.until; ++at) {
    SENTRAIL_ASSIGN_OR_RETURN(const std::optional<std::string> bytes,
                              kv_.get(Space::audit, leaf_key(at)));
    if (!bytes) return fail(Errc::corrupt, "entry " + std::to_string(at) + " is missing");
    SENTRAIL_ASSIGN_OR_RETURN(const LeafRow leaf, decode_leaf_row(*bytes));
    if (leaf.sealed.empty()) continue;
    draft_writes_.push_back(
        {Space::audit, leaf_key(at), encode_leaf_row(leaf.chain, leaf.leaf, {})});
  }
  const Key key = Key(Uuid{}, RowKind::meta).last("forgotten");
  set(key, Key().integer(operation.until).text());
  return {};
}

Status Staging::run(const RemoveIndexRows& operation) {
  for (const std::string& key : operation.keys) {
    draft_writes_.push_back({Space::index, key, std::nullopt});
  }
  return {};
}

}  // namespace sentrail::store
