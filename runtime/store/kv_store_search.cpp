// Reads of the audit log: ranges by sequence number, and searches that intersect index lists.
//
// Neighbours: kv_store.hpp, audit_rows.hpp, index_rows.hpp. Must not know: what is in a leaf. Every
// term has a list of the entries that carry it, newest first; a search leaps through the lists of
// all its terms, to the greatest of their positions, until they agree.
#include <algorithm>
#include <optional>
#include <utility>

#include "core/limits.hpp"
#include "runtime/store/audit_rows.hpp"
#include "runtime/store/index_rows.hpp"
#include "runtime/store/keys.hpp"
#include "runtime/store/kv_store.hpp"
#include "runtime/store/records_codec.hpp"

namespace sentrail::store {

namespace {

// What follows a position in the order of lists; nothing after the last one.
std::optional<IndexPosition> after(IndexPosition position) {
  if (++position.sequence == 0 && ++position.time == 0) return std::nullopt;
  return position;
}

// The cursor of a page, and back.
std::string text_of(const IndexPosition& position) {
  std::string text;
  append_position(text, position);
  return text;
}

// Finds positions that are on all lists. The list whose entries lie furthest apart, as far as it
// was seen, is asked first each time: the others are looked up only where it has something. A step
// is one turn of a list or one row that it reads; TermList says what a jump of its costs.
class Intersection {
 public:
  explicit Intersection(std::vector<TermList> lists) {
    for (TermList& list : lists) lists_.push_back({std::move(list), 0, false});
  }

  enum class Found { yes, no_more, tired };

  // Goes on from `position` to the next that all lists have, and puts it there. `tired` when
  // `steps` are used up; `position` then says where to go on.
  Found next(IndexPosition& position, std::size_t& steps) {
    for (Asked& one : lists_) one.agrees = false;
    while (Asked* const asked = rarest_to_ask()) {
      if (steps == 0) return Found::tired;
      --steps;
      if (!asked->list.seek(position, steps)) return Found::no_more;
      const IndexPosition reached = asked->list.position();
      // The newer half of what is known of the distance is from this time.
      asked->distance_ms = (asked->distance_ms + (reached.time - position.time)) / 2;
      if (reached != position) {
        for (Asked& one : lists_) one.agrees = false;
        position = reached;
      }
      asked->agrees = true;
    }
    return Found::yes;
  }

  // The first failure of any list.
  [[nodiscard]] Status status() const {
    for (const Asked& one : lists_) SENTRAIL_TRY(one.list.status());
    return {};
  }

 private:
  struct Asked {
    TermList list;
    std::uint64_t distance_ms = 0;  // of its entries, about
    bool agrees = false;            // it has the position at hand
  };

  // None if all agree.
  Asked* rarest_to_ask() {
    Asked* rarest = nullptr;
    for (Asked& one : lists_) {
      if (one.agrees) continue;
      if (rarest == nullptr || one.distance_ms > rarest->distance_ms) rarest = &one;
    }
    return rarest;
  }

  std::vector<Asked> lists_;
};

Result<AuditRow> read_row(std::uint64_t sequence, std::string_view bytes) {
  SENTRAIL_ASSIGN_OR_RETURN(LeafRow read, decode_leaf_row(bytes));
  AuditRow row;
  row.sequence = sequence;
  row.leaf = std::move(read.leaf);
  row.chain = read.chain;
  if (read.sealed.empty()) return row;
  SENTRAIL_ASSIGN_OR_RETURN(SealedParts parts, decode_record<SealedParts>(read.sealed));
  row.sealed = std::move(parts.parts);
  return row;
}

}  // namespace

Result<AuditRow> KvStore::audit_row(std::uint64_t sequence) const {
  SENTRAIL_ASSIGN_OR_RETURN(const std::optional<std::string> row,
                            kv_->get(Space::audit, leaf_key(sequence)));
  if (!row) {
    return fail(Errc::corrupt, "entry " + std::to_string(sequence) + " of the log is missing");
  }
  return read_row(sequence, *row);
}

Result<std::vector<AuditRow>> KvStore::audit_range(std::uint64_t from, std::size_t limit) const {
  const std::uint64_t size = audit_head().size;
  std::vector<AuditRow> rows;
  const std::unique_ptr<KvCursor> cursor = kv_->walk(Space::audit);
  cursor->seek(leaf_key(from));
  for (std::uint64_t at = from; at < size && rows.size() < limit; ++at, cursor->next()) {
    if (!cursor->valid() || cursor->key() != leaf_key(at)) {
      SENTRAIL_TRY(cursor->status());
      return fail(Errc::corrupt, "entry " + std::to_string(at) + " of the log is missing");
    }
    SENTRAIL_ASSIGN_OR_RETURN(AuditRow row, read_row(at, cursor->value()));
    rows.push_back(std::move(row));
  }
  return rows;
}

Result<Page<AuditRow>> KvStore::search_audit(const Uuid& workspace_id,
                                             const AuditQuery& query) const {
  if (!query.cursor.empty() && query.cursor.size() != kIndexPositionBytes) {
    return fail(Errc::invalid_argument, "the cursor is not one of this search");
  }
  Page<AuditRow> page;
  if (query.from_ms >= query.until_ms) return page;
  std::vector<AuditTerm> terms = query.terms;
  if (terms.empty()) terms.push_back({AuditColumn::all, {}});
  std::vector<TermList> lists;
  for (const AuditTerm& term : terms) {
    lists.emplace_back(kv_->walk_list(), codec_, workspace_id, term);
  }
  Intersection both(std::move(lists));
  // Newest first: the walk begins at the end of the time and leaves it at its beginning.
  std::optional<IndexPosition> position = index_position(query.until_ms - 1, UINT64_MAX);
  if (!query.cursor.empty()) position = std::max(*position, position_in(query.cursor, 0));
  const IndexPosition last = index_position(query.from_ms, 0);
  const std::size_t limit = std::clamp<std::size_t>(query.limit, 1, limits::kPageItemsMax);
  std::size_t steps = limits::kPageScanMax;
  while (position) {
    const Intersection::Found found = both.next(*position, steps);
    SENTRAIL_TRY(both.status());
    if (found == Intersection::Found::no_more || *position > last) break;
    if (found == Intersection::Found::tired || page.items.size() == limit) {
      page.cursor = text_of(*position);
      break;
    }
    SENTRAIL_ASSIGN_OR_RETURN(AuditRow row, audit_row(~position->sequence));
    page.items.push_back(std::move(row));
    position = after(*position);
  }
  return page;
}

}  // namespace sentrail::store
