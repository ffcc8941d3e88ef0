// Deciding allocates nothing: operator new is counted while decisions run.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "runtime/decide/table.hpp"
#include "runtime/decide/verdicts.hpp"
#include "tests/support/build_ir.hpp"
#include "tests/support/compiled.hpp"
#include "tests/support/facts_of.hpp"
#include "tests/support/random_policy.hpp"
#include "tests/support/wide_policy.hpp"

namespace {

std::atomic<std::uint64_t> allocations{0};

void* counted(std::size_t bytes) {
  ++allocations;
  void* const at = std::malloc(bytes == 0 ? 1 : bytes);
  if (at == nullptr) throw std::bad_alloc();
  return at;
}

}  // namespace

void* operator new(std::size_t bytes) {
  return counted(bytes);
}
void* operator new[](std::size_t bytes) {
  return counted(bytes);
}
// std::stable_sort's: not replaced, a sanitizer's would meet our delete.
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
  ++allocations;
  return std::malloc(bytes == 0 ? 1 : bytes);
}
void operator delete(void* at) noexcept {
  std::free(at);
}
void operator delete[](void* at) noexcept {
  std::free(at);
}
void operator delete(void* at, std::size_t) noexcept {
  std::free(at);
}
void operator delete[](void* at, std::size_t) noexcept {
  std::free(at);
}

namespace sentrail::support {
namespace {

TEST(Allocations, AreCounted) {
  const std::uint64_t before = allocations;
  const std::string text(100, 'x');
  EXPECT_GT(allocations, before) << text;
}

TEST(Allocations, AreNoneInRandomDecisions) {
  const std::uint64_t seed = 21;
  std::printf("[     SEED ] %llu\n", static_cast<unsigned long long>(seed));
  Random random(seed);
  RandomLimits limits;
  limits.rules_max = 20;
  limits.depth_max = 4;
  std::uint64_t decisions = 0;
  for (int i = 0; i < 100; ++i) {
    Compiled compiled(random_policy(random, limits));
    for (int k = 0; k < 30; ++k) {
      std::optional<OwnedFacts> facts = OwnedFacts::of(random_request(random));
      if (!facts) continue;
      facts->set_zones(zone_names_of(compiled.program()));
      const std::uint64_t before = allocations;
      const Decision decision = compiled.decide(**facts);
      const decide::Verdicts verdicts =
          decide::verdicts_of(compiled.engine(), decision, **facts, compiled.scratch());
      ASSERT_EQ(allocations - before, 0u) << name_of(decision.effect) << verdicts.count;
      ++decisions;
    }
  }
  EXPECT_GT(decisions, 1'000u);
}

TEST(Allocations, AreNoneInDecisionsOfManyRules) {
  Random random(22);
  std::uint64_t looked_up = 0;
  for (int i = 0; i < 20; ++i) {
    Compiled compiled(wide_policy(random));
    const decide::Engine table(compiled.program(), decide::EngineKind::table);
    looked_up += table.table()->report().columns;
    decide::Scratch scratch = table.make_scratch();
    for (int k = 0; k < 30; ++k) {
      const std::optional<OwnedFacts> facts = OwnedFacts::of(wide_request(random));
      ASSERT_TRUE(facts.has_value());
      const std::uint64_t before = allocations;
      const Decision decision = table.decide(**facts, scratch);
      ASSERT_EQ(allocations - before, 0u) << name_of(decision.effect);
      ASSERT_EQ(compiled.decide(**facts), decision);
      // Native code included.
      ASSERT_EQ(allocations - before, 0u);
    }
  }
  EXPECT_GT(looked_up, 100u);
}

}  // namespace
}  // namespace sentrail::support
