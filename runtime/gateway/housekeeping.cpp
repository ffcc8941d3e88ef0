// Cleaning up. See housekeeping.hpp.
#include "runtime/gateway/housekeeping.hpp"

#include <utility>
#include <vector>

#include "core/limits.hpp"

namespace sentrail::gateway {

void Housekeeping::run_on(http::IoThread& io) {
  io.post([this, &io] { wait_on(io); });
}

void Housekeeping::wait_on(http::IoThread& io) {
  io.after(limits::kHousekeepingMs, [this, &io] {
    // A full queue or a failing disk: the next time is soon enough.
    static_cast<void>(pool_.run([this] { static_cast<void>(clean()); }));
    wait_on(io);
  });
}

Status Housekeeping::clean() {
  const std::int64_t now_ms = clock_.now().unix_ms;
  throttle_.forget(now_ms);
  // One that fails is no reason to leave the other.
  Status sessions = clean_sessions(now_ms);
  Status windows = clean_windows();
  return sessions ? windows : sessions;
}

Status Housekeeping::clean_sessions(std::int64_t now_ms) {
  SENTRAIL_ASSIGN_OR_RETURN(const std::vector<store::Hash> over,
                            reader_.expired_sessions(now_ms, limits::kPageItemsMax));
  if (over.empty()) return {};
  store::Transaction transaction;
  for (const store::Hash& token_hash : over) {
    transaction.operations.emplace_back(store::RemoveSession{token_hash});
  }
  if (auto ticket = writer_.submit(std::move(transaction), {}); !ticket) {
    return tl::make_unexpected(std::move(ticket).error());
  }
  return {};
}

Status Housekeeping::clean_windows() {
  const std::int64_t now_ms = counters_.now_ms();
  store::WindowQuery query;
  query.from_ms = cleaned_ms_.load();
  query.until_ms = now_ms + 1;
  query.limit = limits::kWindowPartsSlice;
  for (int slice = 0; slice < limits::kWindowSlicesMax; ++slice) {
    SENTRAIL_ASSIGN_OR_RETURN(store::Page<store::WindowPart> gone,
                              reader_.list_window_parts(query));
    if (gone.items.empty()) break;
    store::Transaction transaction;
    transaction.operations.emplace_back(store::RemoveWindowParts{std::move(gone.items)});
    const store::Outcome removed = writer_.commit(std::move(transaction));
    if (!removed.status) return removed.status;
    query.cursor = std::move(gone.cursor);
    if (query.cursor.empty()) break;
  }
  if (query.cursor.empty()) cleaned_ms_.store(now_ms - limits::kWindowLateMs);
  return {};
}

}  // namespace sentrail::gateway
