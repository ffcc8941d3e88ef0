// Commands that wait for the disk, and those that must come in all the same.
//
// Neighbours: control_commands.hpp in runtime/server/; entries_command_test.cpp.
#include "runtime/server/control_commands.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <semaphore>
#include <vector>

namespace sentrail::server {
namespace {

using ::testing::HasSubstr;

TEST(ControlCommandsTest, SlowCommandsLeaveThreadsToAStop) {
  std::counting_semaphore<> begun(0);
  std::counting_semaphore<> disk(0);
  ControlCommands commands;
  const auto hang = [&](gateway::Fields&, const ControlPeer&) -> Result<std::string> {
    begun.release();
    disk.acquire();
    return std::string();
  };
  commands.add_slow("resume", hang);
  commands.add_slow("backup", hang);
  commands.add("stop",
               [](gateway::Fields&, const ControlPeer&) -> Result<std::string> { return ""; });
  const auto ask = [&](const std::string& name) {
    return commands.answer(R"({"do":")" + name + "\"}", ControlPeer{});
  };
  std::vector<std::future<std::string>> waiting;
  for (int i = 0; i < kControlThreads - 2; ++i) {
    waiting.push_back(std::async(std::launch::async, ask, "resume"));
    begun.acquire();
  }
  auto refused = std::async(std::launch::async, ask, "backup");
  EXPECT_EQ(refused.wait_for(std::chrono::seconds(10)), std::future_status::ready);
  EXPECT_EQ(ask("stop"), R"({"ok":true})");
  disk.release(kControlThreads - 1);  // one more than wait
  EXPECT_THAT(refused.get(), HasSubstr(R"("code":"unavailable","error":"busy)"));
  for (auto& one : waiting) EXPECT_EQ(one.get(), R"({"ok":true})");
  EXPECT_EQ(ask("backup"), R"({"ok":true})") << "they gave their places back";
}

}  // namespace
}  // namespace sentrail::server
