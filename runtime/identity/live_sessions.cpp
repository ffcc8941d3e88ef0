// Sessions in memory. See live_sessions.hpp.
#include "runtime/identity/live_sessions.hpp"

#include <cstring>

namespace sentrail::identity {

// Hashes of random tokens are as good as random.
std::size_t LiveSessions::FirstBytes::operator()(const store::Hash& hash) const noexcept {
  std::size_t value = 0;
  std::memcpy(&value, hash.data(), sizeof value);
  return value;
}

void LiveSessions::begin(const store::Session& session, std::int64_t now_ms) {
  const std::lock_guard lock(mutex_);
  std::erase_if(expires_ms_, [now_ms](const auto& entry) { return entry.second <= now_ms; });
  expires_ms_[session.token_hash] = session.expires_ms;
}

void LiveSessions::end(const store::Hash& token_hash) {
  const std::lock_guard lock(mutex_);
  expires_ms_.erase(token_hash);
}

bool LiveSessions::knows(const store::Hash& token_hash, std::int64_t now_ms) const {
  const std::lock_guard lock(mutex_);
  const auto at = expires_ms_.find(token_hash);
  return at != expires_ms_.end() && at->second > now_ms;
}

}  // namespace sentrail::identity
