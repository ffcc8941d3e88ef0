// See random_counts.hpp.
#include "tests/support/random_counts.hpp"

#include <array>
#include <string>
#include <utility>

#include "compiler/ir/policy_text.hpp"
#include "tests/support/build_ir.hpp"

namespace sentrail::support {
namespace {

constexpr std::int64_t kMinuteMs = 60'000;

std::vector<ir::Count> make_counts() {
  ir::Policy policy;
  const auto live = atom(policy, test("env", ir::AtomOp::equal, {text("live")}));
  const auto first = all_of(
      policy, {live, not_of(policy, atom(policy, test("risk", ir::AtomOp::less, {risk("high")})))});
  const auto second = atom(policy, test("body.a", ir::AtomOp::in, {text("a*b"), pattern("x*")}));
  const auto element = atom(policy, test("env", ir::AtomOp::exists));
  const auto third =
      quantified(policy, ir::ConditionKind::some_element, "x", ref("agent.roles"), element);
  return {count_of(policy, first, 10 * kMinuteMs), count_of(policy, second, 90 * kMinuteMs),
          count_of(policy, third, 1'000)};
}

// Children first, the root last.
ir::ConditionId copy(const ir::Policy& from, ir::ConditionId id, ir::Count& to) {
  ir::Condition made = from.conditions[id];
  for (ir::ConditionId& child : made.children) child = copy(from, child, to);
  return to.conditions.push_back(std::move(made));
}

}  // namespace

const std::vector<ir::Count>& drawn_counts() {
  static const std::vector<ir::Count> counts = make_counts();
  return counts;
}

ir::Atom random_count(Random& random, ir::Policy& policy) {
  const ir::Count& count = drawn_counts()[random() % drawn_counts().size()];
  add_count(policy, count);
  constexpr std::array kOps = {ir::AtomOp::equal, ir::AtomOp::less, ir::AtomOp::greater_equal,
                               ir::AtomOp::in};
  ir::Atom made;
  made.attribute = {AttributeId::session_count, {count.text}};
  made.op = kOps[random() % kOps.size()];
  made.operands = {made.op == ir::AtomOp::in ? range("1", "2") : number("2")};
  return made;
}

oracle::Value random_counts(Random& random) {
  if (random() % 8 == 0) return unreadable();
  oracle::Value counts;
  counts.kind = oracle::ValueKind::object;
  for (const ir::Count& count : drawn_counts()) {
    const std::uint64_t drawn = random() % 5;
    if (drawn == 4) continue;
    counts.names.push_back(count.text);
    counts.elements.push_back(number_value(std::to_string(drawn)));
  }
  return counts;
}

ir::Count count_of(const ir::Policy& policy, ir::ConditionId root, std::int64_t within_ms) {
  ir::Count count;
  const ir::ConditionId last = copy(policy, root, count);
  count.within_ms = within_ms;
  count.text = ir::count_text(count.conditions, last, within_ms);
  return count;
}

}  // namespace sentrail::support
