// What LLVM makes of formulas is what they say, in memory that is never writable and executable.
// See runtime/jit/llvm_compiler.cpp.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "core/limits.hpp"
#include "runtime/decide/engine.hpp"
#include "runtime/jit/formula.hpp"
#include "runtime/jit/library.hpp"
#include "tests/support/compiled.hpp"
#include "tests/support/facts_of.hpp"
#include "tests/support/interpreted_native.hpp"
#include "tests/support/random_policy.hpp"
#include "tests/support/wide_policy.hpp"
#include "tests/unit/jit/trees.hpp"

namespace sentrail::support {
namespace {

using decide::Engine;
using decide::EngineKind;
using jit::Coverage;
using jit::Library;

jit::LibraryOptions options_of(Coverage coverage) {
  jit::LibraryOptions options;
  options.path = JIT_LIBRARY;
  options.coverage = coverage;
  return options;
}

// Drawn nodes over 24 inputs, drawn rules over all nodes.
struct DrawnBlock {
  std::vector<jit::FormulaNode> nodes;
  std::vector<jit::FormulaRule> rules;

  explicit DrawnBlock(Random& random, std::size_t rule_count) {
    const auto below = [&](std::size_t bound) {
      return static_cast<std::uint32_t>(random() % bound);
    };
    jit::FormulaBuilder formulas;
    for (std::size_t i = 0; i < rule_count * 8; ++i) {
      const auto nodes_before = static_cast<std::uint32_t>(formulas.nodes().size());
      const std::uint32_t a = below(nodes_before);
      const std::uint32_t b = below(nodes_before);
      switch (random() % 6) {
        case 0:
          (void)formulas.equals(below(24), below(6));
          break;
        case 1:
          (void)formulas.within(below(24), below(6), below(12));
          break;
        case 2:
          (void)formulas.among(below(24), static_cast<std::uint32_t>(random()));
          break;
        case 3:
          (void)formulas.negation(a);
          break;
        case 4:
          (void)formulas.both(a, b);
          break;
        default:
          (void)formulas.either(a, b);
      }
    }
    nodes = formulas.nodes();
    for (std::size_t i = 0; i < rule_count; ++i) {
      const std::uint32_t no = random() % 3 == 0 ? below(nodes.size()) : jit::kOpposite;
      rules.push_back({below(nodes.size()), no});
    }
  }

  [[nodiscard]] jit::JitRequest request() const {
    jit::JitRequest out;
    out.nodes = nodes.data();
    out.node_count = static_cast<std::uint32_t>(nodes.size());
    out.rules = rules.data();
    out.rule_count = static_cast<std::uint32_t>(rules.size());
    out.instructions_max = limits::kNativeInstructionsMax;
    out.code_bytes_max = limits::kNativeCodeBytesMax;
    return out;
  }
};

// A maker that keeps what it is asked for, and checks each function against its formulas.
TEST(Llvm, MakesWhatFormulasSay) {
  const std::uint64_t seed = 63;
  std::printf("[     SEED ] %llu\n", static_cast<unsigned long long>(seed));
  Random random(seed);
  const Library library(options_of(Coverage::whole));
  const Result<const jit::JitApi*> api = library.api();
  ASSERT_TRUE(api.has_value()) << api.error().message;
  std::array<char, 256> why{};
  void* const session = (*api)->open(why.data(), why.size());
  ASSERT_NE(session, nullptr) << why.data();
  std::array<std::size_t, 2> bits{};
  for (const std::size_t rules : {1u, 2u, 7u, 16u, 17u, 33u, 63u, 64u, 64u, 64u}) {
    const DrawnBlock block(random, rules);
    const jit::JitRequest request = block.request();
    jit::JitResult made;
    ASSERT_EQ((*api)->compile(session, &request, &made, why.data(), why.size()),
              jit::JitStatus::made)
        << why.data();
    for (int k = 0; k < 500; ++k) {
      std::array<std::uint64_t, 24> inputs{};
      // What stands above is the decision's number, and none of its business.
      for (std::uint64_t& input : inputs) input = std::uint64_t{k + 1u} << 32 | random() % 8;
      if (k % 5 == 0) inputs[static_cast<std::size_t>(k) % 24] |= 31;
      std::array<std::uint64_t, 2> masks{};
      made.code(inputs.data(), masks.data());
      ASSERT_EQ(masks, masks_of(request, inputs.data())) << rules << " rules, inputs " << k;
      bits[0] += masks[0] != 0 ? 1 : 0;
      bits[1] += masks[1] != 0 ? 1 : 0;
    }
  }
  (*api)->close(session);
  EXPECT_GT(bits[0], 1'000u);
  EXPECT_GT(bits[1], 1'000u);
}

TEST(Llvm, CountsBeforeItWorksAndBeforeItMakesExecutable) {
  const Library library(options_of(Coverage::whole));
  const Result<const jit::JitApi*> api = library.api();
  ASSERT_TRUE(api.has_value()) << api.error().message;
  std::array<char, 256> why{};
  const auto close = [&](void* session) { (*api)->close(session); };
  const std::unique_ptr<void, decltype(close)> session((*api)->open(why.data(), why.size()), close);
  Random random(64);
  const DrawnBlock block(random, 64);
  jit::JitRequest request = block.request();
  jit::JitResult made;
  const auto compile = [&] {
    return (*api)->compile(session.get(), &request, &made, why.data(), why.size());
  };
  ASSERT_EQ(compile(), jit::JitStatus::made) << why.data();
  request.instructions_max = made.instructions - 1;
  EXPECT_EQ(compile(), jit::JitStatus::too_many_instructions);
  request.instructions_max = made.instructions;
  request.code_bytes_max = made.code_bytes - 1;
  EXPECT_EQ(compile(), jit::JitStatus::too_many_bytes);
  request.code_bytes_max = made.code_bytes;
  EXPECT_EQ(compile(), jit::JitStatus::made);
}

TEST(Llvm, DecidesAsTheTable) {
  const std::uint64_t seed = 65;
  std::printf("[     SEED ] %llu\n", static_cast<unsigned long long>(seed));
  Random random(seed);
  std::size_t native = 0;
  std::size_t undecidable = 0;
  for (int i = 0; i < 16; ++i) {
    WideLimits limits;
    if (i % 3 == 1) limits = {.tiers_max = 1, .rules_max = 150, .names = 100};
    if (i % 3 == 2) limits = {.tiers_max = 8, .rules_max = 12, .names = 6};
    const bool wide = i % 4 != 3;
    RandomLimits few;
    few.rules_max = 40;
    Compiled compiled(wide ? wide_policy(random, limits) : random_policy(random, few));
    const Library library(options_of(i % 2 == 0 ? Coverage::whole : Coverage::every_rule));
    const Engine engine(compiled.program(), EngineKind::jit, &library);
    native += engine.native_report().rules;
    EXPECT_EQ(engine.native_report().complaint, "");
    decide::Scratch scratch = engine.make_scratch();
    for (int k = 0; k < 60; ++k) {
      std::optional<OwnedFacts> facts =
          OwnedFacts::of(wide ? wide_request(random, limits) : random_request(random));
      if (!facts) continue;
      facts->set_zones(zone_names_of(compiled.program()));
      const Decision decision = engine.decide(**facts, scratch);
      ASSERT_EQ(decision, compiled.decide(**facts)) << "policy " << i << ", request " << k;
      undecidable += decision.undecidable ? 1 : 0;
    }
  }
  EXPECT_GT(native, 500u);
  EXPECT_GT(undecidable, 50u);
}

TEST(Llvm, IsChosenUnaskedForTrees) {
  Compiled compiled(trees(100));
  const Library library(options_of(Coverage::gainful));
  const Engine engine(compiled.program(), EngineKind::automatic, &library);
  EXPECT_EQ(engine.kind(), EngineKind::jit);
  EXPECT_EQ(engine.native_report().rules, 100u);
  EXPECT_EQ(engine.table(), nullptr);
  decide::Scratch scratch = engine.make_scratch();
  for (std::size_t i = 0; i < 100; ++i) {
    const auto facts = OwnedFacts::of(trees_request(i));
    ASSERT_TRUE(facts.has_value());
    ASSERT_EQ(engine.decide(**facts, scratch), compiled.decide(**facts)) << i;
  }
}

// The line of /proc/self/maps that an address lies in.
std::string mapping_of(const void* address) {
  std::ifstream maps("/proc/self/maps");
  const auto wanted = reinterpret_cast<std::uintptr_t>(address);
  for (std::string line; std::getline(maps, line);) {
    std::istringstream fields(line);
    std::uintptr_t begin = 0;
    std::uintptr_t end = 0;
    char dash = 0;
    fields >> std::hex >> begin >> dash >> end;
    if (begin <= wanted && wanted < end) return line;
  }
  return "";
}

TEST(Llvm, KeepsMemoryWritableOrExecutable) {
  const Compiled compiled(trees(100));
  const Library library(options_of(Coverage::whole));
  const decide::RuleTable table(compiled.engine().bound());
  const decide::NativeMade made = library.make(compiled.engine().bound(), table, true);
  ASSERT_NE(made.rules, nullptr);
  for (const auto& block : made.rules->blocks) {
    const std::string line = mapping_of(reinterpret_cast<const void*>(block.code));
    EXPECT_NE(line.find(" r-xp "), std::string::npos) << line;
  }
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    EXPECT_EQ(line.find(" rwx"), std::string::npos) << line;
  }
}

// Code goes with its program: loading one policy after the other leaves nothing behind.
TEST(Llvm, FreesCodeWithItsProgram) {
  const Compiled compiled(trees(64));
  const Library library(options_of(Coverage::whole));
  const decide::RuleTable table(compiled.engine().bound());
  const void* code = nullptr;
  {
    const decide::NativeMade made = library.make(compiled.engine().bound(), table, true);
    ASSERT_NE(made.rules, nullptr);
    code = reinterpret_cast<const void*>(made.rules->blocks.front().code);
    EXPECT_NE(mapping_of(code).find(" r-xp "), std::string::npos);
  }
  EXPECT_EQ(mapping_of(code).find(" r-xp "), std::string::npos);
}

}  // namespace
}  // namespace sentrail::support
