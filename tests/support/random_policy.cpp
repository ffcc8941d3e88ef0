// Draws atoms, conditions, tiers and values. See random_policy.hpp.
#include "tests/support/random_policy.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/limits.hpp"
#include "tests/support/approvals.hpp"
#include "tests/support/build_ir.hpp"
#include "tests/support/random_address.hpp"
#include "tests/support/random_answers.hpp"
#include "tests/support/random_counts.hpp"
#include "tests/support/random_pattern.hpp"
#include "tests/support/random_regex.hpp"
#include "tests/support/random_window.hpp"

namespace sentrail::support {
namespace {

using std::string_view_literals::operator""sv;

// Words that requests and tests share, then ones on which patterns may not be decided.
constexpr std::array kWords = {
    "main"sv,       "a"sv,      "a/b"sv,  "a/b/c"sv, "a.b"sv,  "a.b.c"sv, "release/1.2"sv,
    "live"sv,       ""sv,       "/a"sv,   "a/"sv,    "/"sv,    "a*"sv,    "ä"sv,
    "\U0001F600"sv, "github"sv, "x"sv,    "Main"sv,  "a..b"sv, ".a"sv,    "a//b"sv,
    "../a"sv,       "a/."sv,    "a\\b"sv, "\xff"sv,  "a\0b"sv, "\xc3"sv,  "\xed\xa0\x80"sv,
};
constexpr std::size_t kCleanWords = 20;

// The last three are past what is compared.
constexpr std::array kCounts = {"0"sv, "1"sv, "2"sv, "10"sv};
constexpr std::array kNumbers = {"0"sv,
                                 "-0"sv,
                                 "1"sv,
                                 "1.0"sv,
                                 "10e-1"sv,
                                 "2"sv,
                                 "-1"sv,
                                 "0.1"sv,
                                 "100E-3"sv,
                                 "5"sv,
                                 "500"sv,
                                 "12345678901234567890123456789012345678"sv,
                                 "1e6144"sv,
                                 "-1e-6144"sv,
                                 "9007199254740993"sv,
                                 "9007199254740992"sv,
                                 "123456789012345678901234567890123456789"sv,
                                 "1e6145"sv,
                                 "1e-6145"sv};
constexpr std::size_t kExactNumbers = 16;

constexpr std::array kRisks = {"low"sv, "medium"sv, "high"sv, "critical"sv};
constexpr std::array kMembers = {"n"sv, "m"sv, "odd key"sv, "x-y"sv};

std::size_t below(Random& random, std::size_t count) {
  return static_cast<std::size_t>(random() % count);
}

bool once_in(Random& random, std::size_t count) {
  return below(random, count) == 0;
}

template <class Pool>
std::string_view pick(Random& random, const Pool& pool, std::size_t count) {
  return pool[below(random, count)];
}
template <class Pool>
std::string_view pick(Random& random, const Pool& pool) {
  return pick(random, pool, pool.size());
}

ir::Operand random_range(Random& random) {
  constexpr std::array kRanges = {std::pair{"0"sv, "5"sv}, std::pair{"1"sv, "1.0"sv},
                                  std::pair{"-1"sv, "0.1"sv}, std::pair{"2"sv, "1e6144"sv}};
  const auto& [lower, upper] = kRanges[below(random, kRanges.size())];
  return range(lower, upper);
}

// A literal that values of the type can be equal to.
ir::Operand random_literal(Random& random, Type type) {
  if (type == Type::json)
    type = std::array{Type::string, Type::number, Type::boolean}[below(random, 3)];
  switch (type) {
    case Type::boolean:
      return boolean(once_in(random, 2));
    case Type::number:
      return number(pick(random, kNumbers, kExactNumbers));
    case Type::risk:
      return risk(pick(random, kRisks));
    case Type::ip:
      return random_address(random);
    default:
      return text(pick(random, kWords, kCleanWords));
  }
}

// An entry of a list: a literal, or what only lists have.
ir::Operand random_entry(Random& random, Type type, char separator) {
  const bool textual = type == Type::string || type == Type::json;
  const bool numeric = type == Type::number || type == Type::json;
  if (textual && once_in(random, 3)) return random_pattern(random, separator);
  if (numeric && once_in(random, 4)) return random_range(random);
  if (type == Type::ip) return random_network(random);
  return random_literal(random, type);
}

ir::AttributeRef random_reference(Random& random, const RandomLimits& limits) {
  // Half of all tests go to a few attributes, so that rules of one policy compete.
  constexpr std::array kFavourites = {AttributeId::env, AttributeId::risk, AttributeId::body,
                                      AttributeId::resource_ref, AttributeId::agent_roles};
  ir::AttributeRef made;
  made.attribute = once_in(random, 2) ? kFavourites[below(random, kFavourites.size())]
                                      : static_cast<AttributeId>(below(random, kAttributeCount));
  const bool apart = made.attribute == AttributeId::response ||
                     made.attribute == AttributeId::session_count ||
                     (!limits.answers && is_of_answers(made.attribute));
  if (apart) made.attribute = AttributeId::body;
  if (limits.answers && made.attribute == AttributeId::body) {
    made.attribute = AttributeId::response_body;
  }
  const Attribute& row = row_of(made.attribute);
  if (!row.has_members) return made;
  // Members of members, mostly of the first names, so that several tests look at one object.
  const std::size_t steps =
      row.type == Type::string || made.attribute == AttributeId::response_headers
          ? 1
          : std::min(below(random, 4), std::size_t{2});
  for (std::size_t i = 0; i < steps; ++i) {
    const std::size_t name =
        std::min(below(random, kMembers.size()), below(random, kMembers.size()));
    made.steps.emplace_back(kMembers[name]);
  }
  return made;
}

// The operators that an attribute of this type has, `exists` and `is` aside.
std::vector<ir::AtomOp> operators_of(Type type) {
  using Op = ir::AtomOp;
  switch (type) {
    case Type::boolean:
      return {Op::equal, Op::in};
    case Type::string:
      return {Op::equal,    Op::in,          Op::matches,   Op::matches,
              Op::contains, Op::starts_with, Op::ends_with, Op::search};
    case Type::number:
    case Type::risk:
      return {Op::equal, Op::in, Op::less, Op::less_equal, Op::greater, Op::greater_equal};
    case Type::string_set:
      return {Op::has};
    case Type::json:
      return {Op::equal,    Op::in,          Op::matches,   Op::has,
              Op::less,     Op::less_equal,  Op::greater,   Op::greater_equal,
              Op::contains, Op::starts_with, Op::ends_with, Op::search};
    case Type::time:
      return {};  // random_time_test
    case Type::ip:
      return {Op::equal, Op::in};
  }
  return {};
}

// A piece, of whole characters, of the words that values are made of.
std::string_view random_part(Random& random) {
  const std::string_view word = pick(random, kWords, kCleanWords);
  const auto whole = [&](std::size_t at) {
    while (at < word.size() && (static_cast<unsigned char>(word[at]) & 0xc0) == 0x80) ++at;
    return at;
  };
  const std::size_t begin = whole(below(random, word.size() + 1));
  const std::size_t end = whole(begin + below(random, word.size() - begin + 1));
  return word.substr(begin, end - begin);
}

ir::Atom random_size_test(Random& random, ir::Atom made) {
  constexpr std::array kSizes = {"0"sv, "1"sv, "2"sv, "3"sv, "4.0"sv, "1e1"sv, "8192"sv, "2.5"sv};
  made.sized = true;
  made.op = static_cast<ir::AtomOp>(below(random, static_cast<std::size_t>(ir::AtomOp::in) + 1));
  const std::size_t count = made.op == ir::AtomOp::in ? below(random, 3) : 1;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view size = pick(random, kSizes);
    made.operands.push_back(made.op == ir::AtomOp::in && once_in(random, 3) ? range(size, "1e4")
                                                                            : number(size));
  }
  return made;
}

// What may have the value of a reference; nothing for sets and the time.
std::optional<ir::AttributeRef> random_peer(Random& random, const RandomLimits& limits,
                                            const ir::AttributeRef& of) {
  constexpr std::array kTexts = {AttributeId::env, AttributeId::resource_ref,
                                 AttributeId::agent_id};
  for (int tries = 0; tries < 4; ++tries) {
    ir::AttributeRef made = random_reference(random, limits);
    if (once_in(random, 3)) made = {kTexts[below(random, kTexts.size())], {}};
    if (ir::can_be_same(ir::type_of(of), ir::type_of(made))) return made;
  }
  return std::nullopt;
}

// A test of a reference, with any operator that its type permits.
ir::Atom random_test_of(Random& random, const RandomLimits& limits, ir::AttributeRef of) {
  ir::Atom made;
  const Type type = ir::type_of(of);
  const char separator = row_of(of.attribute).separator;
  made.attribute = std::move(of);
  if (type == Type::time) return random_time_test(random);
  if (once_in(random, 8)) {
    made.op = ir::AtomOp::exists;
    return made;
  }
  if (once_in(random, 8)) {
    made.op = ir::AtomOp::is_type;
    made.tested_type = static_cast<ir::TestedType>(below(random, 6));
    return made;
  }
  if (once_in(random, 6)) {
    made.other = random_peer(random, limits, made.attribute);
    if (made.other) made.op = ir::AtomOp::same;
    if (made.other) return made;
  }
  const bool sizable = type == Type::string || type == Type::string_set || type == Type::json;
  if (sizable && once_in(random, 8)) return random_size_test(random, std::move(made));
  const std::vector<ir::AtomOp> operators = operators_of(type);
  made.op = operators[below(random, operators.size())];
  switch (made.op) {
    case ir::AtomOp::in:
      for (std::size_t i = below(random, limits.list_entries_max + 1); i > 0; --i) {
        made.operands.push_back(random_entry(random, type, separator));
      }
      break;
    case ir::AtomOp::matches:
      made.operands = {random_pattern(random, separator)};
      break;
    case ir::AtomOp::equal:
    case ir::AtomOp::has:
      made.operands = {random_literal(random, type)};
      break;
    case ir::AtomOp::contains:
    case ir::AtomOp::starts_with:
    case ir::AtomOp::ends_with:
      made.operands = {text(random_part(random))};
      break;
    case ir::AtomOp::search:
      made.operands = {regex(random_regex(random))};
      break;
    default: {
      const Type ordered = type == Type::risk ? Type::risk : Type::number;
      made.operands = {random_literal(random, ordered)};
    }
  }
  return made;
}

// The elements that a condition may name, from the outside in.
using Elements = std::vector<ir::AttributeRef>;

// Half of the tests within a quantifier are of its element, or a member of it.
ir::Atom random_atom_of(Random& random, const RandomLimits& limits, const Elements& elements) {
  if (elements.empty() || once_in(random, 3)) return random_atom(random, limits);
  ir::AttributeRef element = elements[below(random, elements.size())];
  if (ir::type_of(element) == Type::json && once_in(random, 2)) {
    element.steps.emplace_back(pick(random, kMembers));
  }
  ir::Atom made = random_test_of(random, limits, std::move(element));
  if (made.other && once_in(random, 2)) std::swap(made.attribute, *made.other);
  return made;
}

ir::ConditionId random_condition(Random& random, ir::Policy& policy, const RandomLimits& limits,
                                 std::size_t depth, const Elements& elements = {});

// `any` or `all` over a set, JSON, or a member of an element.
ir::ConditionId random_quantified(Random& random, ir::Policy& policy, const RandomLimits& limits,
                                  std::size_t depth, Elements elements) {
  constexpr std::array kLists = {AttributeId::agent_roles, AttributeId::user_groups,
                                 AttributeId::body, AttributeId::args};
  ir::AttributeRef list{kLists[below(random, kLists.size())], {}};
  const bool nested = !elements.empty() && ir::type_of(elements.back()) == Type::json;
  if (nested && once_in(random, 2)) list = elements.back();
  if (ir::type_of(list) == Type::json && !once_in(random, 3)) {
    list.steps.emplace_back(pick(random, kMembers));
  }
  ir::AttributeRef element{list.attribute, {}};
  element.binder = static_cast<std::uint8_t>(elements.size() + 1);
  element.element = elements.empty() ? "x" : "y";
  elements.push_back(element);
  const ir::ConditionId child = random_condition(random, policy, limits, depth, elements);
  const bool some = once_in(random, 2);
  return quantified(policy,
                    some ? ir::ConditionKind::some_element : ir::ConditionKind::every_element,
                    element.element, std::move(list), child);
}

ir::ConditionId random_condition(Random& random, ir::Policy& policy, const RandomLimits& limits,
                                 std::size_t depth, const Elements& elements) {
  if (elements.size() < limits.quantifiers_max && once_in(random, 12)) {
    return random_quantified(random, policy, limits, depth == 0 ? 0 : depth - 1, elements);
  }
  if (depth == 0 || once_in(random, 3)) {
    if (once_in(random, 12)) return always(policy);
    if (!policy.conditions.empty() && once_in(random, 3)) {
      // The same test again, so that rules compete and conditions say yes and no to one thing.
      const auto last = static_cast<std::uint32_t>(policy.conditions.size() - 1);
      const auto back = static_cast<std::uint32_t>(below(random, 6));
      const ir::Condition& earlier =
          policy.conditions[ir::ConditionId{last - std::min(back, last)}];
      const auto& other = earlier.atom.other;
      const bool known = earlier.atom.attribute.binder == 0 && (!other || other->binder == 0);
      const auto fits = [&](const ir::AttributeRef& one) {
        const bool counts = one.attribute == AttributeId::session_count;
        return one.attribute != AttributeId::response && (!counts || elements.empty()) &&
               (limits.answers || !is_of_answers(one.attribute));
      };
      if (earlier.kind == ir::ConditionKind::atom && known && fits(earlier.atom.attribute) &&
          (!other || fits(*other))) {
        return atom(policy, ir::Atom(earlier.atom));
      }
    }
    return random_time_condition(random, policy, random_atom_of(random, limits, elements));
  }
  if (once_in(random, 3)) {
    return not_of(policy, random_condition(random, policy, limits, depth - 1, elements));
  }
  std::vector<ir::ConditionId> children;
  const std::size_t count = 2 + below(random, limits.children_max - 1);
  for (std::size_t i = 0; i < count; ++i) {
    children.push_back(random_condition(random, policy, limits, depth - 1, elements));
  }
  return once_in(random, 2) ? all_of(policy, std::move(children))
                            : any_of(policy, std::move(children));
}

oracle::Value random_string(Random& random) {
  // Rare, because the oracle takes its time over them.
  if (once_in(random, 200)) return string_value(std::string(limits::kMatchedBytesMax + 1, 'a'));
  if (once_in(random, 200)) return string_value(std::string(limits::kMatchedBytesMax, 'a'));
  if (once_in(random, 4)) return string_value(random_segments(random, "/."[below(random, 2)]));
  const std::size_t count = once_in(random, 8) ? kWords.size() : kCleanWords;
  return string_value(pick(random, kWords, count));
}

oracle::Value random_number(Random& random) {
  const std::size_t count = once_in(random, 8) ? kNumbers.size() : kExactNumbers;
  return number_value(pick(random, kNumbers, count));
}

oracle::Value random_set(Random& random) {
  std::vector<oracle::Value> elements;
  for (std::size_t i = below(random, 4); i > 0; --i) elements.push_back(random_string(random));
  return list_value(std::move(elements));
}

// Unreadable parts stand only at the root: a body is read whole or not at all.
oracle::Value random_json(Random& random, std::size_t depth) {
  // What is near the root is most often an object: tests ask for members of members.
  switch (below(random, 5 + 3 * depth)) {
    case 0:
      return null_value();
    case 1:
      return boolean_value(once_in(random, 2));
    case 2:
      return random_number(random);
    case 3:
    case 4:
      return random_string(random);
    case 5: {
      if (once_in(random, 60)) {
        return list_value(
            std::vector(limits::kListElementsMax + below(random, 2), string_value("a")));
      }
      std::vector<oracle::Value> elements;
      for (std::size_t i = below(random, 4); i > 0; --i) {
        elements.push_back(random_json(random, depth - 1));
      }
      return list_value(std::move(elements));
    }
    default: {
      oracle::Value object = object_value({});
      for (const std::string_view name : kMembers) {
        if (once_in(random, 2)) continue;
        object.names.emplace_back(name);
        object.elements.push_back(random_json(random, depth - 1));
      }
      return object;
    }
  }
}

oracle::Value random_value(Random& random, Type type) {
  if (once_in(random, 6)) return absent();
  if (once_in(random, 8)) return unreadable();
  switch (type) {
    case Type::boolean:
      return boolean_value(once_in(random, 2));
    case Type::number:
      return random_number(random);
    case Type::string:
      return random_string(random);
    case Type::risk:
      return string_value(once_in(random, 16) ? "severe"sv : pick(random, kRisks));
    case Type::string_set:
      return random_set(random);
    case Type::json:
      return random_json(random, 3);
    case Type::time:
      return string_value(random_instant(random));
    case Type::ip:
      return string_value(random_address_text(random));
  }
  return absent();
}

oracle::NameList random_names(Random& random) {
  oracle::NameList list;
  list.unreadable = once_in(random, 10);
  if (list.unreadable) return list;
  for (std::size_t i = below(random, 4); i > 0; --i) {
    list.entries.emplace_back(pick(random, kMembers), random_string(random).text);
  }
  return list;
}

}  // namespace

ir::Atom random_atom(Random& random, const RandomLimits& limits) {
  return random_test_of(random, limits, random_reference(random, limits));
}

ir::ConditionId random_quantifier(Random& random, ir::Policy& policy, const RandomLimits& limits) {
  RandomLimits one = limits;
  one.quantifiers_max = 1;
  return random_quantified(random, policy, one, 1 + below(random, 2), {});
}

ir::Policy random_policy(Random& random, const RandomLimits& limits) {
  ir::Policy policy;
  policy.name = "random";
  policy.default_effect = static_cast<Effect>(below(random, 3));
  std::size_t count = 0;
  const bool phases = once_in(random, 3);
  for (std::size_t i = 1 + below(random, limits.tiers_max); i > 0; --i) {
    ir::Tier tier;
    tier.name = "tier" + std::to_string(policy.tiers.size());
    tier.guard = once_in(random, 3);
    for (std::size_t k = below(random, limits.rules_max + 1); k > 0; --k) {
      RandomLimits own = limits;
      own.answers = phases && once_in(random, 3);
      ir::ConditionId when = random_condition(random, policy, own, limits.depth_max);
      if (once_in(random, 12))
        when = all_of(policy, {atom(policy, random_count(random, policy)), when});
      if (own.answers) when = all_of(policy, {atom(policy, answered()), when});
      // Outcome numbers: allow is 0, which a guard tier may not hold.
      auto outcome = static_cast<Outcome>(tier.guard ? 1 + below(random, 3) : below(random, 4));
      if (own.answers && outcome == Outcome::require_approval) outcome = Outcome::block;
      ir::Rule made = rule("r" + std::to_string(count++), outcome, when);
      if (once_in(random, 3)) {
        made.unless = random_condition(random, policy, own, limits.depth_max);
      }
      made.on_response = own.answers;
      tier.rules.push_back(std::move(made));
    }
    policy.tiers.push_back(std::move(tier));
  }
  add_random_approvals(random, policy);
  return policy;
}

oracle::Request random_request(Random& random) {
  oracle::Request request;
  for (const Attribute& row : kAttributes) {
    if (row.has_members && row.type == Type::string) continue;
    oracle::Value value = random_value(random, row.type);
    if (row.name == row_of(AttributeId::session_count).name) value = random_counts(random);
    if (is_of_session(*attribute_named(row.name)) && value.kind == oracle::ValueKind::number) {
      value = number_value(pick(random, kCounts));
    }
    if (value.kind == oracle::ValueKind::absent) continue;
    request.values.emplace(row.name, std::move(value));
  }
  answer_or_not(random, request);
  request.query = random_names(random);
  request.headers = random_names(random);
  return request;
}

}  // namespace sentrail::support
