// Reads what limits have counted.
//
// Neighbours: kv_store.hpp, limit_rows.hpp. Must not know: what a window is.
#include <algorithm>
#include <utility>

#include "core/limits.hpp"
#include "runtime/store/kv_store.hpp"
#include "runtime/store/limit_rows.hpp"

namespace sentrail::store {

Result<std::optional<LimitClock>> KvStore::get_limit_clock() const {
  SENTRAIL_ASSIGN_OR_RETURN(const std::optional<std::string> bytes,
                            kv_->get(Space::state, limit_clock_key().text()));
  if (!bytes) return std::optional<LimitClock>();
  SENTRAIL_ASSIGN_OR_RETURN(LimitClock clock, read_limit_clock(*bytes));
  return std::optional<LimitClock>(std::move(clock));
}

Result<Page<WindowPart>> KvStore::list_window_parts(const WindowQuery& query) const {
  const std::string prefix = Key(Uuid{}, RowKind::window_part).text();
  Page<WindowPart> page;
  const std::unique_ptr<KvCursor> cursor = kv_->walk(Space::state);
  cursor->seek(query.cursor.empty() ? parts_from(query.from_ms) : query.cursor);
  for (; cursor->valid() && cursor->key().starts_with(prefix); cursor->next()) {
    SENTRAIL_ASSIGN_OR_RETURN(WindowPart part, read_part(cursor->key(), cursor->value()));
    if (part.gone_ms >= query.until_ms) break;
    if (page.items.size() == query.limit) {
      page.cursor = std::string(cursor->key());
      break;
    }
    page.items.push_back(std::move(part));
  }
  SENTRAIL_TRY(cursor->status());
  return page;
}

Result<std::vector<Charges>> KvStore::list_held_charges() const {
  const std::string prefix = Key(Uuid{}, RowKind::held_charges).text();
  std::vector<Charges> held;
  const std::unique_ptr<KvCursor> cursor = kv_->walk(Space::state);
  for (cursor->seek(prefix); cursor->valid() && cursor->key().starts_with(prefix); cursor->next()) {
    SENTRAIL_ASSIGN_OR_RETURN(Charges charges, read_held(cursor->key(), cursor->value()));
    held.push_back(std::move(charges));
  }
  SENTRAIL_TRY(cursor->status());
  return held;
}

}  // namespace sentrail::store
