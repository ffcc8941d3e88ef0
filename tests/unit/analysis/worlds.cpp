// A value for every class that conditions tell apart. See brute_force.hpp.
#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "compiler/analysis/scalar_classes.hpp"
#include "compiler/analysis/time_classes.hpp"
#include "core/limits.hpp"
#include "core/time.hpp"
#include "tests/support/build_ir.hpp"
#include "tests/unit/analysis/brute_force.hpp"

namespace sentrail::compiler::analysis {
namespace {

using support::Random;

// Whether a small world has a value of every class.
bool is_analysed(const ir::Policy& policy) {
  return std::ranges::all_of(policy.conditions, [](const ir::Condition& condition) {
    return condition.kind != ir::ConditionKind::atom || is_quick(condition.atom);
  });
}

// All sets of some elements as lists, each with no element twice; those of one element also with
// that element twice, so that there is each set with each size that matters. Lists that are too
// long take the oracle too long; space_test.cpp has them.
std::vector<oracle::Value> lists_of(const std::vector<oracle::Value>& elements) {
  std::vector<oracle::Value> lists;
  for (std::size_t set = 0; set < std::size_t{1} << elements.size(); ++set) {
    std::vector<oracle::Value> list;
    for (std::size_t i = 0; i < elements.size(); ++i) {
      if ((set >> i & 1) != 0) list.push_back(elements[i]);
    }
    if (list.size() == 1) lists.push_back(support::list_value({list[0], list[0]}));
    lists.push_back(support::list_value(std::move(list)));
  }
  return lists;
}

// A quantifier, its body the test of an element and one of the request, joined as it is told.
support::ConditionSeed quantifier(ir::ConditionKind kind, const char* list, ir::Atom test,
                                  std::optional<ir::Atom> of_request = std::nullopt,
                                  bool both_hold = true) {
  const auto make = [=](ir::Policy& policy) {
    ir::Atom of_element = test;
    of_element.attribute.binder = 1;
    of_element.attribute.element = "x";
    ir::ConditionId body = support::atom(policy, std::move(of_element));
    if (of_request) {
      const ir::ConditionId more = support::atom(policy, ir::Atom(*of_request));
      body =
          both_hold ? support::all_of(policy, {body, more}) : support::any_of(policy, {body, more});
    }
    return support::quantified(policy, kind, "x", support::ref(list), body);
  };
  return {"a quantifier", make};
}

// Whether what a test says may depend on an attribute: what has no answer has no part of one.
bool mentions(const ir::Atom& atom, std::string_view attribute) {
  const auto is = [&](const ir::AttributeRef& ref) {
    return row_of(ref.attribute).name == attribute ||
           (attribute == "response" && is_of_answers(ref.attribute));
  };
  return is(atom.attribute) || (atom.other && is(*atom.other));
}

// Analysis looks at the two years in which the world's instants are.
void look_from_the_world() {
  set_horizon(parse_rfc3339("2026-11-20T00:00:00Z").value());
}

}  // namespace

support::World whole_world() {
  look_from_the_world();
  support::World world = support::small_world();
  std::erase_if(world.conditions, [](const auto& one) {
    ir::Policy alone;
    static_cast<void>(one.make(alone));
    return !is_analysed(alone);
  });
  for (support::Axis& axis : world.axes) {
    using support::number_value;
    using support::object_value;
    using support::string_value;
    if (axis.attribute == "env") {
      axis.values.push_back(string_value(std::string(limits::kMatchedBytesMax + 1, 'x')));
    } else if (axis.attribute == "risk") {
      axis.values.push_back(string_value("medium"));
    } else if (axis.attribute == "body") {
      for (const char* number : {"-1", "2", "3"}) {
        axis.values.push_back(object_value({{"n", number_value(number)}}));
      }
      axis.values.push_back(object_value({{"n", number_value("1e7000")}}));
      for (const char* text : {"release/1.2", "release//1", "x", "another", "a//b"}) {
        axis.values.push_back(object_value({{"n", string_value(text)}}));
      }
      for (const oracle::Value& list :
           lists_of({number_value("1"), number_value("2"), string_value("1")})) {
        axis.values.push_back(list);
      }
      axis.values.push_back(support::null_value());
    } else if (axis.attribute == "resource.ref") {
      // Sizes and what patterns say, together.
      for (const char* text : {"another", "a//b", "\xff"})
        axis.values.push_back(string_value(text));
    } else if (axis.attribute == "time") {
      // Before the instant and out of the window, and the other way round.
      axis.values.push_back(string_value("2026-11-20T05:00:00.000Z"));
      axis.values.push_back(string_value("2026-11-23T12:00:00.000Z"));
    }
  }
  return world;
}

support::World unknown_world() {
  look_from_the_world();
  support::World world = support::small_world();
  const ir::Atom same_as_ref = support::same("body", "resource.ref");
  for (const ir::ConditionKind kind :
       {ir::ConditionKind::some_element, ir::ConditionKind::every_element}) {
    world.conditions.push_back(quantifier(kind, "body", same_as_ref));
  }
  return world;
}

support::World list_world() {
  look_from_the_world();
  using Op = ir::AtomOp;
  using support::test;
  constexpr ir::ConditionKind kAny = ir::ConditionKind::some_element;
  constexpr ir::ConditionKind kAll = ir::ConditionKind::every_element;
  const ir::Atom is_one = test("body", Op::equal, {support::number("1")});
  const ir::Atom is_number = support::is_type("body", ir::TestedType::number);
  const ir::Atom live = test("env", Op::equal, {support::text("live")});
  const ir::Atom risky = test("risk", Op::greater_equal, {support::risk("high")});
  const ir::Atom named = test("user.groups", Op::matches, {support::pattern("a*")});
  support::World world;
  const auto add = [&world](const ir::Atom& atom) {
    world.conditions.push_back(
        {"a test", [atom](ir::Policy& policy) { return support::atom(policy, ir::Atom(atom)); }});
  };
  for (const ir::Atom& atom : {live, risky}) add(atom);
  add(test("body", Op::has, {support::number("1")}));
  add(test("body", Op::exists));
  add(support::size_test("body", Op::greater, {support::number("1")}));
  add(support::size_test("body", Op::in, {support::range("0", "0.5")}));
  for (const ir::ConditionKind kind : {kAny, kAll}) {
    world.conditions.push_back(quantifier(kind, "body", is_one));
    world.conditions.push_back(quantifier(kind, "body", is_number));
    world.conditions.push_back(quantifier(kind, "body", is_one, live, true));
    world.conditions.push_back(quantifier(kind, "body", is_number, risky, false));
    world.conditions.push_back(quantifier(kind, "user.groups", named));
    world.conditions.push_back(quantifier(kind, "user.groups", named, live, false));
  }
  using support::number_value;
  using support::string_value;
  std::vector<oracle::Value> bodies =
      lists_of({number_value("1"), number_value("2"), number_value("1e7000"), string_value("1")});
  for (oracle::Value& value :
       std::vector{support::absent(), support::unreadable(), support::null_value(),
                   support::object_value({}), support::object_value({{"a", number_value("1")}}),
                   support::object_value({{"a", number_value("1")}, {"b", number_value("1")}})}) {
    bodies.push_back(std::move(value));
  }
  std::vector<oracle::Value> groups =
      lists_of({string_value("a"), string_value("b"), string_value("a//b")});
  groups.push_back(support::absent());
  groups.push_back(support::unreadable());
  world.axes = {
      {"env",
       {support::absent(), support::unreadable(), string_value("live"), string_value("dev")}},
      {"risk",
       {support::absent(), support::unreadable(), string_value("low"), string_value("high")}},
      {"body", std::move(bodies)},
      {"user.groups", std::move(groups)}};
  return world;
}

std::vector<oracle::Request> all_requests(const support::World& world) {
  std::vector<oracle::Request> all;
  const support::RequestSpace space(world);
  for (std::uint64_t i = 0; i < space.size(); ++i) all.push_back(space.at(i));
  return all;
}

std::vector<oracle::Request> requests_about(std::initializer_list<const ir::Policy*> policies,
                                            support::World world) {
  std::erase_if(world.axes, [&](const support::Axis& axis) {
    return std::ranges::none_of(policies, [&](const ir::Policy* policy) {
      return std::ranges::any_of(policy->conditions, [&](const ir::Condition& condition) {
        return mentions(condition.atom, axis.attribute);
      });
    });
  });
  return all_requests(world);
}

ir::Policy world_policy(Random& random, const support::World& world) {
  const support::PolicySpace space(world, 1 + random() % 3);
  ir::Policy policy = space.at(random() % space.size());
  const auto any_condition = [&] {
    return world.conditions[random() % world.conditions.size()].make(policy);
  };
  for (ir::Tier& tier : policy.tiers) {
    for (ir::Rule& rule : tier.rules) {
      if (random() % 3 == 0) rule.unless = any_condition();
    }
  }
  for (const char* name : {"one", "two"}) {
    policy.proofs.push_back({name, static_cast<Effect>(random() % 3), any_condition(), {}});
  }
  return policy;
}

}  // namespace sentrail::compiler::analysis
