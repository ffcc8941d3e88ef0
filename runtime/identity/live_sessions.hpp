// Tokens of the sessions that were begun in this process, in memory: who may make the gate read a
// large body is known before its first byte is read, and without the disk.
//
// Neighbours: accounts.hpp (sessions), the gateway asks on I/O threads. Must not know: roles: what
// a person may do is looked up when the request is served. A session from before a restart is not
// among them: its owner signs in again to send something large.
#pragma once

#include <cstdint>
#include <mutex>
#include <unordered_map>

#include "runtime/store/records.hpp"

namespace sentrail::identity {

// threads: any.
class LiveSessions {
 public:
  // A session began, or ended. cost of begin(): linear now and then, to forget those that are over.
  void begin(const store::Session& session, std::int64_t now_ms);
  void end(const store::Hash& token_hash);

  // Whether a token is one of a session that is not over.
  [[nodiscard]] bool knows(const store::Hash& token_hash, std::int64_t now_ms) const;

 private:
  struct FirstBytes {
    [[nodiscard]] std::size_t operator()(const store::Hash& hash) const noexcept;
  };

  mutable std::mutex mutex_;
  std::unordered_map<store::Hash, std::int64_t, FirstBytes> expires_ms_;  // guarded by mutex_
};

}  // namespace sentrail::identity
