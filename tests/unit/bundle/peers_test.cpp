// What verify() refuses of tests of one slot against another, and the level that they need.
// See core/program_verify_peers.cpp.
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>

#include "compiler/lower/lower.hpp"
#include "core/bundle_levels.hpp"
#include "core/program.hpp"
#include "tests/support/build_ir.hpp"

namespace sentrail::support {
namespace {

// `agent.id == user.id`, and of an element `x == agent.id`.
ProgramStorage program() {
  ir::Policy policy;
  policy.name = "p";
  const auto first = atom(policy, same("agent.id", "user.id"));
  ir::Atom of_element = same("agent.id", "agent.id");
  of_element.attribute = {AttributeId::agent_roles, {}, 1, std::string("x")};
  const auto inner = atom(policy, of_element);
  const auto second =
      quantified(policy, ir::ConditionKind::some_element, "x", ref("agent.roles"), inner);
  const auto third = atom(policy, test("time", ir::AtomOp::in, {window(1, 0, 60, "UTC")}));
  policy.tiers.push_back({"t",
                          false,
                          {rule("a", Outcome::allow, first), rule("b", Outcome::block, second),
                           rule("c", Outcome::block, third)}});
  return compiler::lower(policy).value();
}

AtomRow& test_of(ProgramStorage& p, std::uint8_t binder) {
  for (AtomRow& atom : p.atoms) {
    if (static_cast<TestOp>(atom.op) != TestOp::same) continue;
    if (p.slots[atom.slot].binder == binder) return atom;
  }
  throw std::logic_error("no such test");
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
    {"no_slot", "names no slot",
     [](ProgramStorage& p) { p.peers.push_back({static_cast<std::uint32_t>(p.slots.size())}); }},
    {"twice", "is out of order", [](ProgramStorage& p) { p.peers.push_back(p.peers.back()); }},
    {"time", "is the time", [](ProgramStorage& p) { p.peers.back().slot = slot_of(p, "time"); }},
    {"no_peer", "names nothing",
     [](ProgramStorage& p) {
       p.operands[test_of(p, 0).operands_begin].index = static_cast<std::uint32_t>(p.peers.size());
     }},
    {"other_operand", "is of a kind that its test does not take",
     [](ProgramStorage& p) {
       p.operands[test_of(p, 0).operands_begin] = {static_cast<std::uint32_t>(OperandKind::boolean),
                                                   0, 0};
     }},
    {"other_test", "is of a kind that its test does not take",
     [](ProgramStorage& p) { test_of(p, 0).op = static_cast<std::uint8_t>(TestOp::equal); }},
    {"in_list", "is of a kind that its test does not take",
     [](ProgramStorage& p) { test_of(p, 0).op = static_cast<std::uint8_t>(TestOp::in); }},
    {"sized", "tests a size", [](ProgramStorage& p) { test_of(p, 0).sized = 1; }},
    {"before", "compares a slot with one that lies deeper or comes before it",
     [](ProgramStorage& p) {
       AtomRow& atom = test_of(p, 0);
       atom.slot = slot_of(p, "user.id");
       p.operands[atom.operands_begin].index = 0;  // agent.id
     }},
    {"deeper", "compares a slot with one that lies deeper or comes before it",
     [](ProgramStorage& p) {
       AtomRow& atom = test_of(p, 1);
       p.peers[p.operands[atom.operands_begin].index].slot = atom.slot;
       atom.slot = slot_of(p, "agent.id");
     }},
    {"element_of_a_rule", "names an element that is not there",
     [](ProgramStorage& p) { std::swap(test_of(p, 0).slot, test_of(p, 1).slot); }},
    {"kind_nine", "names nothing",
     [](ProgramStorage& p) { p.operands[test_of(p, 0).operands_begin].kind = 9; }},
    {"cost", "has a wrong cost certificate", [](ProgramStorage& p) { ++p.policy[0].cost.steps; }},
};

TEST(Peers, AreVerified) {
  const Status sound = verify(program().view());
  ASSERT_TRUE(sound) << sound.error().message;
  for (const Case& one : kCases) {
    ProgramStorage damaged = program();
    one.damage(damaged);
    const Status status = verify(damaged.view());
    ASSERT_FALSE(status) << one.name;
    EXPECT_NE(status.error().message.find(one.message), std::string::npos)
        << one.name << ": " << status.error().message;
  }
}

TEST(Peers, NeedALevelOfTheirOwn) {
  EXPECT_EQ(level_needed(program().view(), {}), level_of(TableId::peers));
  ProgramStorage without = program();
  without.peers.clear();
  EXPECT_LT(level_needed(without.view(), {}), level_of(TableId::peers));
}

// Both ways round are one test.
TEST(Peers, StandOnce) {
  ir::Policy policy;
  policy.name = "p";
  const auto first = atom(policy, same("agent.id", "user.id"));
  const auto second = atom(policy, same("user.id", "agent.id"));
  policy.tiers.push_back(
      {"t", false, {rule("a", Outcome::allow, first), rule("b", Outcome::block, second)}});
  const ProgramStorage made = compiler::lower(policy).value();
  EXPECT_EQ(made.atoms.size(), 1u);
  EXPECT_EQ(made.peers.size(), 1u);
  EXPECT_NE(dump(made.view()).find("user.id == agent.id"), std::string::npos) << dump(made.view());
}

}  // namespace
}  // namespace sentrail::support
