// Sessions in memory: known from their begin to their end, and not a moment longer.
#include "runtime/identity/live_sessions.hpp"

#include <gtest/gtest.h>

namespace sentrail::identity {
namespace {

store::Session session(std::uint8_t name, std::int64_t expires_ms) {
  store::Session made;
  made.token_hash.fill(name);
  made.expires_ms = expires_ms;
  return made;
}

TEST(LiveSessions, KnowsThoseThatBeganAndAreNotOver) {
  LiveSessions sessions;
  const store::Session one = session(1, 100);
  EXPECT_FALSE(sessions.knows(one.token_hash, 0));
  sessions.begin(one, 0);
  EXPECT_TRUE(sessions.knows(one.token_hash, 99));
  EXPECT_FALSE(sessions.knows(one.token_hash, 100));
  EXPECT_FALSE(sessions.knows(session(2, 0).token_hash, 0));
}

TEST(LiveSessions, ForgetsWhatEnded) {
  LiveSessions sessions;
  const store::Session one = session(1, 100);
  sessions.begin(one, 0);
  sessions.end(one.token_hash);
  EXPECT_FALSE(sessions.knows(one.token_hash, 0));
}

TEST(LiveSessions, BeginningForgetsThoseThatAreOver) {
  LiveSessions sessions;
  sessions.begin(session(1, 100), 0);
  sessions.begin(session(2, 300), 200);
  EXPECT_FALSE(sessions.knows(session(1, 0).token_hash, 50));
  EXPECT_TRUE(sessions.knows(session(2, 0).token_hash, 250));
}

}  // namespace
}  // namespace sentrail::identity
