// What verify() refuses of counts of sessions, the level that they need, and that a bundle's counts
// are the policy's. See core/program_verify_counts.cpp.
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "compiler/ir/policy_text.hpp"
#include "compiler/lower/lower.hpp"
#include "compiler/lower/raise.hpp"
#include "core/bundle_levels.hpp"
#include "core/limits.hpp"
#include "core/program.hpp"
#include "tests/support/build_ir.hpp"
#include "tests/support/random_counts.hpp"

namespace sentrail::support {
namespace {

ir::Policy policy() {
  ir::Policy made;
  made.name = "p";
  std::vector<ir::ConditionId> tests;
  for (const ir::Count& count : drawn_counts()) {
    add_count(made, count);
    ir::Atom test;
    test.attribute = {AttributeId::session_count, {count.text}};
    test.op = ir::AtomOp::greater;
    test.operands = {number("3")};
    tests.push_back(atom(made, test));
  }
  tests.push_back(atom(made, test("session.calls", ir::AtomOp::greater, {number("3")})));
  made.tiers.push_back({"t", false, {rule("a", Outcome::block, any_of(made, tests))}});
  return made;
}

ProgramStorage program() {
  return compiler::lower(policy()).value();
}

std::uint32_t slot_of(const ProgramStorage& p, std::string_view name) {
  for (std::uint32_t i = 0; i < p.slots.size(); ++i) {
    if (p.view().view(p.slots[i].attribute) == name) return i;
  }
  throw std::logic_error("no such slot");
}

struct Case {
  const char* name;
  const char* message;
  std::function<void(ProgramStorage&)> damage;
};

const Case kCases[] = {
    {"other_slot", "is no count of a session",
     [](ProgramStorage& p) { p.counts[0].slot = slot_of(p, "session.calls"); }},
    {"no_slot", "is no count of a session",
     [](ProgramStorage& p) { p.counts[0].slot = static_cast<std::uint32_t>(p.slots.size()); }},
    {"order", "is out of order", [](ProgramStorage& p) { p.counts[1].slot = p.counts[0].slot; }},
    {"odd", "has odd bytes", [](ProgramStorage& p) { p.counts[0].zero = 1; }},
    {"short", "looks back too short", [](ProgramStorage& p) { p.counts[0].within_ms = 999; }},
    {"long", "looks back too short or too long",
     [](ProgramStorage& p) { p.counts[0].within_ms = limits::kLimitPerMsMax + 1; }},
    {"uncounted", "has nothing that counts it",
     [](ProgramStorage& p) {
       p.count_nodes.resize(p.counts.back().nodes_begin);
       p.counts.pop_back();
     }},
    {"no_condition", "has no condition", [](ProgramStorage& p) { p.counts[0].nodes_count = 0; }},
    {"gap", "does not continue the range", [](ProgramStorage& p) { ++p.counts[0].nodes_begin; }},
    {"left_over", "belongs to nothing",
     [](ProgramStorage& p) { p.count_nodes.push_back(p.count_nodes.back()); }},
    {"of_session", "asks of a session or an answer",
     [](ProgramStorage& p) {
       for (std::uint32_t i = 0; i < p.atoms.size(); ++i) {
         if (p.atoms[i].slot == slot_of(p, "session.calls")) p.count_nodes.back().atom = i;
       }
     }},
};

TEST(Counts, AreRefusedWhereAnyRowIsWrong) {
  ASSERT_TRUE(verify(program().view()));
  for (const Case& one : kCases) {
    ProgramStorage damaged = program();
    one.damage(damaged);
    const Status status = verify(damaged.view());
    ASSERT_FALSE(status) << one.name;
    EXPECT_NE(status.error().message.find(one.message), std::string::npos)
        << one.name << ": " << status.error().message;
  }
}

TEST(Counts, NeedALevelOfTheirOwn) {
  EXPECT_EQ(level_needed(program().view(), {}), level_of(TableId::counts));
  EXPECT_EQ(level_of(TableId::count_nodes), level_of(TableId::counts));
}

// By name, window and condition; the condition in the form that the bundle has.
TEST(Counts, OfABundleAreThePolicys) {
  const ProgramStorage made = program();
  const Result<ir::Policy> raised = compiler::raise(made.view());
  ASSERT_TRUE(raised) << raised.error().message;
  const ir::Policy written = policy();
  ASSERT_EQ(raised->counts.size(), written.counts.size());
  for (std::size_t i = 0; i < written.counts.size(); ++i) {
    EXPECT_EQ(raised->counts[i].text, written.counts[i].text);
    EXPECT_EQ(raised->counts[i].within_ms, written.counts[i].within_ms);
    EXPECT_EQ(ir::count_text(raised->counts[i].conditions, raised->counts[i].root(),
                             raised->counts[i].within_ms),
              written.counts[i].text);
  }
  EXPECT_EQ(compiler::lower(*raised)->count_nodes.size(), made.count_nodes.size());
}

// What no rule asks for is not in the bundle.
TEST(Counts, ThatNoRuleAsksForAreLeftOut) {
  ir::Policy none;
  none.name = "p";
  for (const ir::Count& count : drawn_counts()) add_count(none, count);
  none.tiers.push_back({"t", false, {rule("a", Outcome::block, always(none))}});
  const ProgramStorage made = compiler::lower(none).value();
  EXPECT_TRUE(made.counts.empty());
  EXPECT_TRUE(made.symbols.empty());
}

}  // namespace
}  // namespace sentrail::support
