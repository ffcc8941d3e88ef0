// Draws tests and values attribute by attribute. See wide_policy.hpp.
#include "tests/support/wide_policy.hpp"

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "core/limits.hpp"
#include "tests/support/build_ir.hpp"

namespace sentrail::support {
namespace {

using ir::AtomOp;

constexpr std::array kNames = {"env", "agent.id", "mcp.tool", "body.kind", "http.query.q"};
constexpr std::array kTexts = {"http.path", "resource.ref", "tool", "body.path"};
constexpr std::array kSets = {"agent.roles", "user.groups", "body.tags"};
constexpr std::array kBooleans = {"mcp.first_seen", "agent.registered", "body.dry"};
constexpr std::array kRisks = {"low", "medium", "high", "critical"};

std::size_t below(Random& random, std::size_t count) {
  return static_cast<std::size_t>(random() % count);
}

bool once_in(Random& random, std::size_t count) {
  return below(random, count) == 0;
}

template <class Pool>
const char* pick(Random& random, const Pool& pool) {
  return pool[below(random, pool.size())];
}

char separator_of(std::string_view attribute) {
  return attribute == "tool" ? '.' : '/';
}

std::string name(Random& random, const WideLimits& limits) {
  return "n" + std::to_string(below(random, limits.names));
}

// A segment of paths: few, so that values and patterns meet.
std::string segment(Random& random) {
  return std::string(1, "abcdef"[below(random, 6)]) + std::to_string(below(random, 4));
}

std::string path(Random& random, char separator) {
  std::string made = once_in(random, 3) ? std::string(1, separator) : "";
  for (std::size_t i = 1 + below(random, 4); i > 0; --i) {
    made += segment(random);
    if (i > 1) made += separator;
  }
  return made;
}

// Heads, tails and segments of those paths, in all places, and some that demand nothing.
std::string glob(Random& random, char separator) {
  const std::string s(1, separator);
  const std::string lead = once_in(random, 3) ? s : "";
  const std::string a = segment(random);
  const std::string b = segment(random);
  switch (below(random, 12)) {
    case 0:
      return lead + a + s + "**";
    case 1:
      return "**" + s + a;
    case 2:
      return "**" + s + a + s + "**";
    case 3:
      return lead + a + s + "*" + s + b;
    case 4:
      return "*" + s + a;
    case 5:
      return lead + a + s + b + s + "*";
    case 6:
      return lead + a + s + "**" + s + b;
    case 7:
      return a.substr(0, 1) + "*" + s + "**";
    case 8:
      return "**" + s + "*" + b.substr(1);
    case 9:
      return lead + a + s + b + "?";
    case 10:
      return once_in(random, 2) ? "**" : "*";
    default:
      return lead + "?" + a.substr(1) + s + "*";
  }
}

ir::Atom list_test(Random& random, const WideLimits& limits) {
  const bool named = once_in(random, 2);
  const char* const attribute = named ? pick(random, kNames) : pick(random, kTexts);
  std::vector<ir::Operand> operands;
  for (std::size_t i = 1 + below(random, once_in(random, 6) ? 30 : 4); i > 0; --i) {
    if (named) {
      operands.push_back(text(name(random, limits)));
    } else if (once_in(random, 2)) {
      operands.push_back(text(path(random, separator_of(attribute))));
    } else {
      operands.push_back(pattern(glob(random, separator_of(attribute))));
    }
  }
  const bool json = std::string_view(attribute).starts_with("body");
  if (json && once_in(random, 4)) operands.push_back(number("5"));
  if (json && once_in(random, 8)) operands.push_back(boolean(true));
  return test(attribute, AtomOp::in, std::move(operands));
}

// Parts of paths and names: some are parts, heads or tails of others, some are everywhere.
std::string part(Random& random, const WideLimits& limits) {
  switch (below(random, 10)) {
    case 0:
      return name(random, limits).substr(1);
    case 1:
      return segment(random) + "/" + segment(random).substr(0, 1);
    case 2:
      return segment(random).substr(below(random, 2), 1);
    case 3:
      return "a0/a0/a0/a0/a0/a0/a0/a0/a0/a0/a0/a0/a0/a0/a0/a0/a0/a0/a0/a0/a0/a0" + segment(random);
    case 4:
      return once_in(random, 3) ? "" : "\xc3\xa9";
    case 5:
      return "/" + segment(random);
    default:
      return segment(random);
  }
}

// Expressions that demand texts at the head, the tail or anywhere, one of several, in either case,
// or none.
std::string demanding_regex(Random& random) {
  const std::string a = segment(random);
  const std::string b = segment(random);
  switch (below(random, 10)) {
    case 0:
      return "^" + a;
    case 1:
      return b + "$";
    case 2:
      return "^(" + a + "|" + b + ")";
    case 3:
      return "(?i)" + std::string(1, static_cast<char>(a[0] - 'a' + 'A')) + a.substr(1);
    case 4:
      return "\\b" + a + "\\b.*" + b;
    case 5:
      return a + "[0-9/]*(" + b + "|$)";
    case 6:
      return "(" + a + ")?.{1,3}";
    case 7:
      return "^" + a + "|" + b + "$|[ef]3";
    case 8:
      return "^" + a + "$";
    default:
      return "[" + a.substr(0, 1) + "-f]" + b.substr(1);
  }
}

ir::Atom part_test(Random& random, const WideLimits& limits) {
  const char* const attribute = once_in(random, 3) ? pick(random, kNames) : pick(random, kTexts);
  switch (below(random, 5)) {
    case 0:
    case 1:
      return test(attribute, AtomOp::contains, {text(part(random, limits))});
    case 2:
      return test(attribute, AtomOp::starts_with, {text(part(random, limits))});
    case 3:
      return test(attribute, AtomOp::ends_with, {text(part(random, limits))});
    default:
      return test(attribute, AtomOp::search, {regex(demanding_regex(random))});
  }
}

// A test that nothing is filed under.
ir::Atom unfiled_test(Random& random) {
  switch (below(random, 5)) {
    case 0:
      return test("body.size", AtomOp::greater, {number(std::to_string(below(random, 10)))});
    case 1:
      return test(pick(random, kNames), AtomOp::search, {regex("^n[0-4]+$")});
    case 2:
      return test(pick(random, kTexts), AtomOp::exists);
    case 3:
      return size_test(pick(random, kSets), AtomOp::less, {number("3")});
    default:
      return same("agent.id", "body.kind");
  }
}

ir::Atom wide_atom(Random& random, const WideLimits& limits) {
  switch (below(random, 20)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return test(pick(random, kNames), AtomOp::equal, {text(name(random, limits))});
    case 4:
    case 5:
    case 6:
    case 7: {
      const char* const attribute = pick(random, kTexts);
      return test(attribute, AtomOp::matches, {pattern(glob(random, separator_of(attribute)))});
    }
    case 8:
    case 9:
      return test(pick(random, kSets), AtomOp::has, {text(name(random, limits))});
    case 10:
      return list_test(random, limits);
    case 11:
      return test("risk", static_cast<AtomOp>(below(random, 5)), {risk(pick(random, kRisks))});
    case 12:
      return test(pick(random, kBooleans), AtomOp::equal, {boolean(once_in(random, 2))});
    case 13:
      return test("body.tags", AtomOp::has,
                  {once_in(random, 2) ? number("1") : boolean(once_in(random, 2))});
    case 14:
      return list_test(random, limits);
    case 15:
    case 16:
    case 17:
    case 18:
      return part_test(random, limits);
    default:
      return unfiled_test(random);
  }
}

ir::ConditionId condition(Random& random, ir::Policy& policy, const WideLimits& limits,
                          std::size_t depth) {
  if (once_in(random, 40)) return always(policy);
  if (once_in(random, 12)) return not_of(policy, condition(random, policy, limits, depth));
  if (depth == 0 || once_in(random, 4)) return atom(policy, wide_atom(random, limits));
  std::vector<ir::ConditionId> children;
  const bool all = !once_in(random, 3);
  // Now and then more tests than a clause names.
  const std::size_t count = !all && once_in(random, 60) ? 80 : 2 + below(random, 2);
  for (std::size_t i = 0; i < count; ++i) {
    children.push_back(condition(random, policy, limits, count > 4 ? 0 : depth - 1));
  }
  return all ? all_of(policy, std::move(children)) : any_of(policy, std::move(children));
}

oracle::Value odd_value(Random& random) {
  switch (below(random, 6)) {
    case 0:
      return unreadable();
    case 1:
      return null_value();
    case 2:
      return boolean_value(once_in(random, 2));
    case 3:
      return number_value("5");
    case 4:
      return strings_value({"n1"});
    default:
      return object_value({{"kind", string_value("n1")}});
  }
}

oracle::Value path_value(Random& random, char separator) {
  static constexpr std::array kOdd = {"a0//b1", "../a0", "a0/./b1", "a0\\b1",
                                      "/",      "",      "a0/",     "\xff"};
  if (once_in(random, 12)) return string_value(pick(random, kOdd));
  if (once_in(random, 200)) return string_value(std::string(limits::kMatchedBytesMax + 1, 'a'));
  if (once_in(random, 300)) return string_value(std::string(limits::kRegexValueBytesMax + 1, 'a'));
  std::string made = path(random, separator);
  if (once_in(random, 12)) made[below(random, made.size())] ^= ' ';  // another case, among others
  if (once_in(random, 24)) made += once_in(random, 2) ? "\xff" : "\xc3\xa9";
  // The same segment again and again.
  if (once_in(random, 20)) {
    for (int i = 0; i < 100; ++i) made += separator + std::string("a0");
  }
  return string_value(made);
}

// JSON lists also hold what is no string.
oracle::Value set_value(Random& random, const WideLimits& limits, bool json) {
  std::vector<oracle::Value> elements;
  std::size_t count = below(random, 4);
  if (once_in(random, 10)) count = 65 + below(random, 40);
  if (once_in(random, 300)) count = limits::kListElementsMax + below(random, 2);
  for (std::size_t i = 0; i < count; ++i) {
    if (json && once_in(random, 60)) {
      elements.push_back(number_value("1"));
    } else if (count > 60 && i < limits.names) {
      elements.push_back(string_value("n" + std::to_string(i)));
    } else {
      elements.push_back(string_value(name(random, limits)));
    }
  }
  return list_value(std::move(elements));
}

void put(oracle::Request& request, std::string_view dotted, oracle::Value value) {
  if (value.kind == oracle::ValueKind::absent) return;
  if (!dotted.starts_with("body.")) {
    request.values.emplace(dotted, std::move(value));
    return;
  }
  if (value.kind == oracle::ValueKind::unreadable) return;  // a body is read whole or not at all
  oracle::Value& body = request.values["body"];
  body.kind = oracle::ValueKind::object;
  body.names.emplace_back(dotted.substr(5));
  body.elements.push_back(std::move(value));
}

}  // namespace

ir::Policy wide_policy(Random& random, const WideLimits& limits) {
  ir::Policy policy;
  policy.name = "wide";
  policy.default_effect = static_cast<Effect>(below(random, 3));
  std::size_t count = 0;
  for (std::size_t i = 1 + below(random, limits.tiers_max); i > 0; --i) {
    ir::Tier tier;
    tier.name = "tier" + std::to_string(policy.tiers.size());
    tier.guard = once_in(random, 3);
    for (std::size_t k = below(random, limits.rules_max + 1); k > 0; --k) {
      const ir::ConditionId when = condition(random, policy, limits, 2);
      // Outcome numbers: allow is 0, which a guard tier may not hold.
      const auto outcome =
          static_cast<Outcome>(tier.guard ? 1 + below(random, 3) : below(random, 4));
      ir::Rule made = rule("r" + std::to_string(count++), outcome, when);
      if (once_in(random, 6)) made.unless = condition(random, policy, limits, 1);
      if (once_in(random, 6))
        made.until_ms = static_cast<std::int64_t>(1 + below(random, 2)) * limits::kDayMs;
      tier.rules.push_back(std::move(made));
    }
    policy.tiers.push_back(std::move(tier));
  }
  return policy;
}

oracle::Request wide_request(Random& random, const WideLimits& limits) {
  oracle::Request request;
  request.now_ms = static_cast<std::int64_t>(1 + below(random, 3)) * limits::kDayMs - 1;
  const auto usual = [&](std::string_view attribute, const auto& draw) {
    if (once_in(random, 10)) return;
    const bool json = attribute.starts_with("body.");
    const bool odd = once_in(random, 16);
    put(request, attribute, !odd ? draw() : json ? odd_value(random) : unreadable());
  };
  for (const std::string_view attribute : kNames) {
    if (attribute.starts_with("http.")) continue;
    usual(attribute, [&] { return string_value(name(random, limits)); });
  }
  for (const std::string_view attribute : kTexts) {
    usual(attribute, [&] { return path_value(random, separator_of(attribute)); });
  }
  for (const std::string_view attribute : kSets) {
    usual(attribute, [&] { return set_value(random, limits, attribute.starts_with("body.")); });
  }
  for (const std::string_view attribute : kBooleans) {
    usual(attribute, [&] { return boolean_value(once_in(random, 2)); });
  }
  usual("risk",
        [&] { return string_value(once_in(random, 16) ? "severe" : pick(random, kRisks)); });
  usual("body.size", [&] { return number_value(std::to_string(below(random, 10))); });
  request.query.unreadable = once_in(random, 16);
  if (!request.query.unreadable) {
    for (std::size_t i = below(random, 3); i > 0; --i) {
      request.query.entries.emplace_back("q", name(random, limits));
    }
  }
  if (once_in(random, 40)) request.values["body"] = odd_value(random);
  return request;
}

}  // namespace sentrail::support
