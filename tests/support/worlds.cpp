// Numbers policies and requests by mixed radices. See worlds.hpp.
#include "tests/support/worlds.hpp"

#include <array>
#include <utility>

#include "core/check.hpp"
#include "tests/support/build_ir.hpp"

namespace sentrail::support {
namespace {

using Op = ir::AtomOp;

ConditionSeed seed(std::string text, ir::Atom test) {
  return {std::move(text),
          [test = std::move(test)](ir::Policy& policy) { return atom(policy, test); }};
}

ConditionSeed not_seed(std::string text, ir::Atom test) {
  return {std::move(text), [test = std::move(test)](ir::Policy& policy) {
            return not_of(policy, atom(policy, test));
          }};
}

ir::ConditionId elements_are_one(ir::Policy& policy, ir::ConditionKind kind) {
  ir::Atom one = test("body", Op::equal, {number("1")});
  one.attribute.binder = 1;
  one.attribute.element = "x";
  return quantified(policy, kind, "x", ref("body"), atom(policy, std::move(one)));
}

std::vector<ConditionSeed> small_conditions() {
  return {
      {"always", [](ir::Policy& policy) { return always(policy); }},
      seed("env == live", test("env", Op::equal, {text("live")})),
      not_seed("env != live", test("env", Op::equal, {text("live")})),
      seed("env in [live, \"test*\"]", test("env", Op::in, {text("live"), pattern("test*")})),
      seed("env exists", test("env", Op::exists)),
      seed("risk >= high", test("risk", Op::greater_equal, {risk("high")})),
      seed("risk == low", test("risk", Op::equal, {risk("low")})),
      seed("resource.ref ~ \"release/**\"",
           test("resource.ref", Op::matches, {pattern("release/**")})),
      seed("resource.ref in [main, \"release/**\"]",
           test("resource.ref", Op::in, {text("main"), pattern("release/**")})),
      not_seed("resource.ref is absent", test("resource.ref", Op::exists)),
      seed("body.n == 1", test("body.n", Op::equal, {number("1")})),
      seed("body.n in 0..5", test("body.n", Op::in, {range("0", "5")})),
      seed("body.n exists", test("body.n", Op::exists)),
      seed("resource.ref == body.n", same("resource.ref", "body.n")),
      seed("resource.ref contains \"e/1\"", test("resource.ref", Op::contains, {text("e/1")})),
      seed("resource.ref =~ /^rel.*[0-9]$/",
           test("resource.ref", Op::search, {regex("^rel.*[0-9]$")})),
      seed("size(resource.ref) > 4", size_test("resource.ref", Op::greater, {number("4")})),
      {"any x in body: x == 1",
       [](ir::Policy& policy) {
         return elements_are_one(policy, ir::ConditionKind::some_element);
       }},
      {"all x in body: x == 1",
       [](ir::Policy& policy) {
         return elements_are_one(policy, ir::ConditionKind::every_element);
       }},
      seed("time in mon..fri 09:00..18:00 \"Europe/Berlin\"",
           test("time", Op::in, {window(0x1f, 540, 1080, "Europe/Berlin")})),
      seed("time < 2026-11-20T17:00:00Z",
           test("time", Op::less, {instant("2026-11-20T17:00:00.000Z")})),
      seed("body.n is number", is_type("body.n", ir::TestedType::number)),
      {"env == live and risk < high",
       [](ir::Policy& policy) {
         const auto left = atom(policy, test("env", Op::equal, {text("live")}));
         const auto right = atom(policy, test("risk", Op::less, {risk("high")}));
         return all_of(policy, {left, right});
       }},
      {"env == live or not body.n < 3",
       [](ir::Policy& policy) {
         const auto left = atom(policy, test("env", Op::equal, {text("live")}));
         const auto right = atom(policy, test("body.n", Op::less, {number("3")}));
         return any_of(policy, {left, not_of(policy, right)});
       }},
  };
}

std::uint64_t choices(const World& world, const Shape& shape) {
  std::uint64_t count = 3;  // defaults
  for (const TierShape& tier : shape) {
    for (std::size_t i = 0; i < tier.rules; ++i) {
      count *= world.conditions.size() * outcomes_of(tier.guard).size();
    }
  }
  return count;
}

// Takes the last digit of a number in base `radix`.
std::size_t take(std::uint64_t& number, std::size_t radix) {
  const auto digit = static_cast<std::size_t>(number % radix);
  number /= radix;
  return digit;
}

bool reads_more(const oracle::NameList& less, const oracle::NameList& more) {
  return less.unreadable || less == more;
}

}  // namespace

World small_world() {
  return {
      small_conditions(),
      {{"env",
        {absent(), unreadable(), string_value("live"), string_value("test2"), string_value("dev")}},
       {"risk",
        {absent(), unreadable(), string_value("low"), string_value("high"),
         string_value("critical")}},
       {"resource.ref",
        {absent(), unreadable(), string_value("main"), string_value("release/1.2"),
         string_value("release//1"), string_value("x")}},
       {"body",
        {absent(), unreadable(), object_value({{"n", number_value("1.0")}}),
         object_value({{"n", number_value("7")}}), object_value({{"n", string_value("1")}}),
         object_value({{"n", string_value("main")}}), object_value({{"n", null_value()}}),
         object_value({{"n", unreadable()}}), object_value({}), list_value({}),
         list_value({number_value("1"), number_value("2")}),
         list_value({string_value("1"), number_value("1.0")})}},
       {"time",
        {absent(), unreadable(), string_value("2026-11-20T16:59:59.999Z"),
         string_value("2026-11-20T17:00:00.000Z")}}}};
}

std::uint64_t RequestSpace::size() const {
  std::uint64_t count = 1;
  for (const Axis& axis : world_->axes) count *= axis.values.size();
  return count;
}

oracle::Request RequestSpace::at(std::uint64_t index) const {
  oracle::Request request;
  for (const Axis& axis : world_->axes) {
    const oracle::Value& value = axis.values[take(index, axis.values.size())];
    if (value.kind != oracle::ValueKind::absent) request.values[axis.attribute] = value;
  }
  return request;
}

std::vector<Shape> shapes_of(std::size_t rules) {
  std::vector<Shape> shapes;
  if (rules == 0) return {{}};
  for (std::size_t last = 1; last <= rules; ++last) {
    for (const Shape& before : shapes_of(rules - last)) {
      for (const bool guard : {false, true}) {
        Shape shape = before;
        shape.push_back({guard, last});
        shapes.push_back(std::move(shape));
      }
    }
  }
  return shapes;
}

std::span<const Outcome> outcomes_of(bool guard) {
  static constexpr std::array<Outcome, 4> kAll = {Outcome::block, Outcome::require_approval,
                                                  Outcome::pass, Outcome::allow};
  return std::span(kAll).first(guard ? 3 : 4);
}

ir::Policy make_policy(const World& world, const Shape& shape, std::span<const RuleChoice> rules,
                       Effect default_effect) {
  ir::Policy policy;
  policy.name = "test";
  policy.default_effect = default_effect;
  std::size_t next = 0;
  for (const TierShape& tier_shape : shape) {
    ir::Tier tier;
    tier.name = "tier" + std::to_string(policy.tiers.size());
    tier.guard = tier_shape.guard;
    for (std::size_t i = 0; i < tier_shape.rules; ++i, ++next) {
      SENTRAIL_CHECK(next < rules.size());
      const ir::ConditionId when = world.conditions.at(rules[next].condition).make(policy);
      tier.rules.push_back(rule("r" + std::to_string(next), rules[next].outcome, when));
    }
    policy.tiers.push_back(std::move(tier));
  }
  SENTRAIL_CHECK(next == rules.size());
  return policy;
}

PolicySpace::PolicySpace(const World& world, std::size_t rules)
    : world_(&world), shapes_(shapes_of(rules)), begins_{0} {
  for (const Shape& shape : shapes_) begins_.push_back(begins_.back() + choices(world, shape));
}

std::uint64_t PolicySpace::size() const {
  return begins_.back();
}

ir::Policy PolicySpace::at(std::uint64_t index) const {
  SENTRAIL_CHECK(index < size());
  std::size_t which = 0;
  while (index >= begins_[which + 1]) ++which;
  std::uint64_t number = index - begins_[which];
  const auto default_effect = static_cast<Effect>(take(number, 3));
  std::vector<RuleChoice> rules;
  for (const TierShape& tier : shapes_[which]) {
    const std::span<const Outcome> outcomes = outcomes_of(tier.guard);
    for (std::size_t i = 0; i < tier.rules; ++i) {
      const std::size_t condition = take(number, world_->conditions.size());
      rules.push_back({condition, outcomes[take(number, outcomes.size())]});
    }
  }
  return make_policy(*world_, shapes_[which], rules, default_effect);
}

bool reads_more(const oracle::Value& less, const oracle::Value& more) {
  if (less.kind == oracle::ValueKind::unreadable || less == more) return true;
  if (less.kind != more.kind || less.names != more.names) return false;
  if (less.elements.size() != more.elements.size() || less.elements.empty()) return false;
  for (std::size_t i = 0; i < less.elements.size(); ++i) {
    if (!reads_more(less.elements[i], more.elements[i])) return false;
  }
  return true;
}

bool reads_more(const oracle::Request& less, const oracle::Request& more) {
  for (const auto& [name, value] : more.values) {
    const auto found = less.values.find(name);
    const oracle::Value before = found == less.values.end() ? absent() : found->second;
    if (!reads_more(before, value)) return false;
  }
  for (const auto& [name, value] : less.values) {
    // Unreadable may turn out to be absent; a value may not.
    if (!more.values.contains(name) && !reads_more(value, absent())) return false;
  }
  return reads_more(less.query, more.query) && reads_more(less.headers, more.headers);
}

}  // namespace sentrail::support
