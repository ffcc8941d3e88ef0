// Stops that the store has not taken yet: they add, and survive as bytes.
#include "runtime/identity/local_stop.hpp"

#include <gtest/gtest.h>

namespace sentrail::identity {
namespace {

LocalStop stop_of(KillAction action, const std::string& target = {},
                  store::KillMode mode = store::KillMode::normal) {
  LocalStop stop;
  stop.id.bytes[0] = 7;
  stop.command.action = action;
  stop.command.target = target;
  stop.command.mode = mode;
  stop.command.by = "local uid 0";
  stop.command.reason = "it burns";
  stop.thrown_ms = 5;
  return stop;
}

TEST(LocalStop, AddsAndNeverLoosens) {
  store::KillState state;
  state.version = 9;
  const LocalStop normal = stop_of(KillAction::enable);
  const LocalStop hard = stop_of(KillAction::enable, {}, store::KillMode::hard);
  const store::KillState stopped = with_stop(state, normal);
  EXPECT_TRUE(stopped.enabled);
  EXPECT_EQ(stopped.reason, "it burns");
  EXPECT_EQ(stopped.version, 9u);
  const store::KillState harder = with_stop(stopped, hard);
  EXPECT_EQ(harder.mode, store::KillMode::hard);
  EXPECT_EQ(with_stop(harder, normal), harder);
  EXPECT_EQ(command_to_record(harder, normal).mode, store::KillMode::hard);
  EXPECT_EQ(with_stop(harder, hard), harder);
}

TEST(LocalStop, PausesToolsAndAgents) {
  const store::KillState state = with_stop(with_stop({}, stop_of(KillAction::pause_tool, "github")),
                                           stop_of(KillAction::pause_agent, "octo"));
  EXPECT_FALSE(state.enabled);
  EXPECT_TRUE(find_stop({}, state, {"github", "other", false}));
  EXPECT_TRUE(find_stop({}, state, {"linear", "octo", false}));
  EXPECT_FALSE(find_stop({}, state, {"linear", "other", false}));
  EXPECT_TRUE(find_stop({},
                        with_stop({}, stop_of(KillAction::pause_tool, std::string(kSelfTestTool))),
                        {kSelfTestTool, {}, false}));
}

TEST(LocalStop, EncodeDecodeIdentityAndEveryCutIsRefused) {
  const std::vector<LocalStop> stops = {
      stop_of(KillAction::enable, {}, store::KillMode::hard),
      stop_of(KillAction::pause_tool, "github"),
  };
  const std::string bytes = encode_stops(stops);
  EXPECT_EQ(decode_stops(bytes).value(), stops);
  EXPECT_EQ(decode_stops("").value(), std::vector<LocalStop>{});
  for (std::size_t size = 1; size < bytes.size(); ++size) {
    EXPECT_FALSE(decode_stops(std::string_view(bytes).substr(0, size))) << size;
  }
  EXPECT_EQ(decode_stops(bytes + "x").error().code, Errc::corrupt);
  EXPECT_EQ(decode_stops("\2rest").error().code, Errc::unsupported);
}

}  // namespace
}  // namespace sentrail::identity
