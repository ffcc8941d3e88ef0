// Races, crashes, late and doubled messages: however it goes, the promise is kept.
//
// Neighbours: simulation.hpp. The long suite runs a million worlds, the fast one a slice; a seed
// that fails is printed and is a world of its own.
#include "tests/unit/execute/simulation.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <map>

namespace sentrail::execute::simulation {
namespace {

using store::ActionState;
using store::Resend;

constexpr std::uint64_t kSeed = 0x5eed05;

void expect_promise(const World& world) {
  const store::ActionRecord& record = world.record();
  const ActionState end = record.state;
  EXPECT_TRUE(end == ActionState::succeeded || end == ActionState::failed ||
              end == ActionState::in_doubt || end == ActionState::expired ||
              end == ActionState::revoked)
      << name_of(end);
  EXPECT_LE(world.upstream().applied, 1) << "applied twice";
  if (record.resend == Resend::never) {
    EXPECT_LE(world.upstream().requests, 1) << "sent twice";
  }
  if (record.resend == Resend::safe) return;
  if (end == ActionState::succeeded) {
    EXPECT_EQ(world.upstream().applied, 1) << "a false `succeeded`: " << record.result_note;
  }
  if (end != ActionState::succeeded && end != ActionState::in_doubt) {
    EXPECT_EQ(world.upstream().applied, 0)
        << "a false `" << name_of(end) << "`: " << record.result_note;
  }
}

void run_worlds(std::uint64_t first, std::uint64_t count) {
  std::map<ActionState, int> ends;
  std::uint64_t crashes = 0;
  std::uint64_t conflicts = 0;
  std::uint64_t sent = 0;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    World world(seed);
    world.run();
    SCOPED_TRACE("seed " + std::to_string(seed));
    expect_promise(world);
    if (testing::Test::HasFailure()) return;
    ++ends[world.record().state];
    crashes += static_cast<std::uint64_t>(world.crashes());
    conflicts += static_cast<std::uint64_t>(world.conflicts());
    sent += static_cast<std::uint64_t>(world.upstream().requests);
  }
  std::printf("%llu worlds from seed %llu: %llu sent, %llu crashes, %llu lost races;",
              static_cast<unsigned long long>(count), static_cast<unsigned long long>(first),
              static_cast<unsigned long long>(sent), static_cast<unsigned long long>(crashes),
              static_cast<unsigned long long>(conflicts));
  for (const auto& [state, times] : ends) std::printf(" %s %d", name_of(state).data(), times);
  std::printf("\n");
  for (const ActionState state :
       {ActionState::succeeded, ActionState::failed, ActionState::in_doubt, ActionState::expired,
        ActionState::revoked}) {
    EXPECT_GT(ends[state], static_cast<int>(count / 1'000)) << name_of(state) << " is hardly met";
  }
  EXPECT_GT(conflicts, count) << "nobody races";
}

TEST(Simulation, OneSeedIsOneWorld) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    World first(seed);
    World second(seed);
    first.run();
    second.run();
    EXPECT_EQ(first.trace(), second.trace());
    EXPECT_EQ(first.record(), second.record());
  }
}

TEST(Simulation, ASliceOfWorldsKeepsThePromise) {
  run_worlds(kSeed, 3'000);
}

TEST(SimulationLong, AMillionWorldsKeepThePromise) {
  run_worlds(kSeed + 1'000'000, 1'000'000);
}

}  // namespace
}  // namespace sentrail::execute::simulation
