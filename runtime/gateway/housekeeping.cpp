// Cleaning up. See housekeeping.hpp.
#include "runtime/gateway/housekeeping.hpp"

#include <utility>
#include <vector>

#include "core/limits.hpp"

namespace sentrail::gateway {

void Housekeeping::run_on(http::IoThread& io) {
  io.after(limits::kHousekeepingMs, [this, &io] {
    // A full queue or a failing disk: the next time is soon enough.
    static_cast<void>(pool_.run([this] { static_cast<void>(clean()); }));
    run_on(io);
  });
}

Status Housekeeping::clean() {
  const std::int64_t now_ms = clock_.now().unix_ms;
  throttle_.forget(now_ms);
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

}  // namespace sentrail::gateway
