// Strings as strings, numbers as reals, three values as two formulas. See smt.hpp.
#include "tests/unit/analysis/smt.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include "tests/support/build_ir.hpp"

namespace sentrail::compiler::analysis {
namespace {

using support::Random;

constexpr std::array<const char*, 4> kRoles = {"admin", "ci", "bot", "x"};
// Characters of a segment: not the separator; in paths neither NUL nor backslash.
constexpr const char* kPathCharacter =
    "(re.union (re.range \"\\u{1}\" \"\\u{2e}\") (re.range \"\\u{30}\" \"\\u{5b}\") "
    "(re.range \"\\u{5d}\" \"\\u{ff}\"))";
constexpr const char* kNameCharacter =
    "(re.union (re.range \"\\u{0}\" \"\\u{2d}\") (re.range \"\\u{2f}\" \"\\u{ff}\"))";

// An expression and what it means, searched for in a whole value. One that is bounded takes no
// value of more than a few characters.
struct Searched {
  const char* written;
  const char* meant;
  bool bounded = false;
};
constexpr std::array<Searched, 7> kSearched = {{
    {"iv", "(re.++ re.all (str.to_re \"iv\") re.all)"},
    {"^l.*e$",
     "(re.++ (str.to_re \"l\") (re.* (re.diff re.allchar (str.to_re \"\\u{a}\"))) "
     "(str.to_re \"e\"))"},
    {"^[a-z]+$", "(re.+ (re.range \"a\" \"z\"))"},
    {"(?i)^rel",
     "(re.++ (re.union (str.to_re \"r\") (str.to_re \"R\")) (re.union (str.to_re \"e\") "
     "(str.to_re \"E\")) (re.union (str.to_re \"l\") (str.to_re \"L\")) re.all)"},
    {"^t\\d+$", "(re.++ (str.to_re \"t\") (re.+ (re.range \"0\" \"9\")))"},
    {"/(a|b)$", "(re.++ re.all (str.to_re \"/\") (re.union (str.to_re \"a\") (str.to_re \"b\")))"},
    {"^(live|main)$", "(re.union (str.to_re \"live\") (str.to_re \"main\"))", true},
}};

// The ends that rules have, in the order of time.
constexpr std::array<std::int64_t, 2> kEnds = {1'798'848'000'000, 1'801'440'000'000};  // 2027

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

std::string joined(const char* op, const char* none, const std::vector<std::string>& parts) {
  if (parts.empty()) return none;
  if (parts.size() == 1) return parts[0];
  std::string out = std::string("(") + op;
  for (const std::string& part : parts) out += " " + part;
  return out + ")";
}
std::string both_of(const std::vector<std::string>& parts) {
  return joined("and", "true", parts);
}
std::string any_of(const std::vector<std::string>& parts) {
  return joined("or", "false", parts);
}
std::string not_of(const std::string& part) {
  return "(not " + part + ")";
}

// What a test says in both banks.
struct Smt {
  std::string may;
  std::string must;
};

// The regular expression of a pattern, for the separator and then the value.
std::string regex_of(const std::string& pattern, char separator) {
  const std::string sep = std::string("(str.to_re \"") + separator + "\")";
  const std::string character = separator == '/' ? kPathCharacter : kNameCharacter;
  std::vector<std::string> segments(1);
  for (const char c : pattern) {
    if (c == separator) {
      segments.emplace_back();
    } else {
      segments.back() += c;
    }
  }
  std::vector<std::string> parts;
  for (const std::string& segment : segments) {
    if (segment == "**") {
      parts.push_back("(re.* (re.++ " + sep + " (re.* " + character + ")))");
      continue;
    }
    parts.push_back(sep);
    for (const char c : segment) {
      parts.push_back(c == '*'   ? "(re.* " + character + ")"
                      : c == '?' ? character
                                 : "(str.to_re " + quoted(std::string(1, c)) + ")");
    }
  }
  return joined("re.++", "", parts);
}

// L5.2 to L5.11 for one attribute: `x_absent`, `x_unreadable`, and what else its type has.
class Values {
 public:
  static Smt test(const ir::Atom& atom) {
    const std::string name(row_of(atom.attribute.attribute).name);
    const std::string x = name == "resource.ref"       ? "ref"
                          : name == "agent.registered" ? "registered"
                          : name == "agent.roles"      ? "roles"
                                                       : name;
    const std::string absent = x + "_absent";
    const std::string unreadable = x + "_unreadable";
    Smt inner = {"true", "true"};  // exists
    if (atom.op == ir::AtomOp::has) {
      const std::string has = "roles_" + atom.operands[0].text;
      inner = {any_of({has, "roles_endless"}), both_of({has, not_of("roles_endless")})};
    } else if (atom.op != ir::AtomOp::exists) {
      inner = of_value(atom, x);
    }
    return {any_of({unreadable, both_of({not_of(absent), inner.may})}),
            both_of({not_of(unreadable), not_of(absent), inner.must})};
  }

 private:
  static Smt of_value(const ir::Atom& atom, const std::string& x) {
    if (x == "risk") return of_risk(atom);
    if (x == "registered") {
      const std::string same = atom.operands[0].boolean ? "registered" : "(not registered)";
      return {same, same};
    }
    if (x == "body") return of_json(atom);
    if (atom.op == ir::AtomOp::search) return of_search(atom.operands[0].text, x);
    if (const char* part = part_of(atom.op)) {
      const std::string literal = quoted(atom.operands[0].text);
      const std::string holds = atom.op == ir::AtomOp::contains
                                    ? std::string("(") + part + " " + x + " " + literal + ")"
                                    : std::string("(") + part + " " + literal + " " + x + ")";
      return {holds, holds};
    }
    return of_text(atom.operands, x, row_of(atom.attribute.attribute).separator);
  }

  static const char* part_of(ir::AtomOp op) {
    switch (op) {
      case ir::AtomOp::contains:
        return "str.contains";
      case ir::AtomOp::starts_with:
        return "str.prefixof";
      case ir::AtomOp::ends_with:
        return "str.suffixof";
      default:
        return nullptr;
    }
  }

  // L7.10 and on. What is too long for patterns may be searched; what is longer still may not.
  static Smt of_search(const std::string& written, const std::string& x) {
    const Searched& one = *std::ranges::find(kSearched, written, &Searched::written);
    std::string found = "(str.in_re " + x + " " + one.meant + ")";
    const std::string endless = x + "_endless";
    if (one.bounded && x == "env") found = both_of({found, not_of("env_odd")});
    return {any_of({found, endless}), both_of({found, not_of(endless)})};
  }

  static Smt of_risk(const ir::Atom& atom) {
    std::vector<std::string> ways;
    for (const ir::Operand& operand : atom.operands) {
      const char* op = atom.op == ir::AtomOp::less            ? "<"
                       : atom.op == ir::AtomOp::less_equal    ? "<="
                       : atom.op == ir::AtomOp::greater       ? ">"
                       : atom.op == ir::AtomOp::greater_equal ? ">="
                                                              : "=";
      ways.push_back(std::string("(") + op + " risk " +
                     std::to_string(static_cast<int>(*risk_named(operand.text))) + ")");
    }
    return {any_of(ways), any_of(ways)};
  }

  static Smt of_text(const std::vector<ir::Operand>& operands, const std::string& x,
                     char separator) {
    std::vector<std::string> may;
    std::vector<std::string> must;
    const std::string odd = x + "_odd";
    for (const ir::Operand& operand : operands) {
      if (operand.kind == ir::OperandKind::string) {
        const std::string same = "(= " + x + " " + quoted(operand.text) + ")";
        // A name is odd only where it is too long, which no literal is.
        const std::string longer = separator == '/' ? x + "_endless" : odd;
        must.push_back(both_of({same, not_of(longer)}));
        may.push_back(must.back());
      } else if (operand.kind == ir::OperandKind::pattern) {
        const std::string matches = std::string("(str.in_re (str.++ \"") + separator + "\" " + x +
                                    ") " + regex_of(operand.text, separator) + ")";
        must.push_back(both_of({matches, not_of(odd)}));
        may.push_back(any_of({matches, odd}));
      }
    }
    return {any_of(may), any_of(must)};
  }

  // Kinds: 0 bool, 1 number, 2 number past the limits, 3 string, 4 list, object or null.
  static Smt of_json(const ir::Atom& atom) {
    if (atom.op == ir::AtomOp::is_type) {
      const std::string is = atom.tested_type == ir::TestedType::number
                                 ? "(or (= body_kind 1) (= body_kind 2))"
                                 : "(= body_kind 3)";
      return {is, is};
    }
    std::vector<std::string> numbers;
    std::vector<ir::Operand> texts;
    for (const ir::Operand& operand : atom.operands) {
      if (operand.kind == ir::OperandKind::number) {
        const char* op = atom.op == ir::AtomOp::less ? "<" : "=";
        numbers.push_back(std::string("(") + op + " body_number " + operand.text + ".0)");
      } else if (operand.kind == ir::OperandKind::number_range) {
        numbers.push_back("(and (>= body_number " + operand.text + ".0) (<= body_number " +
                          operand.upper.str() + ".0))");
      } else {
        texts.push_back(operand);
      }
    }
    const Smt text = of_text(texts, "body_text", '/');
    const auto by_kind = [&](const std::string& undecidable, const std::string& as_text) {
      const std::string number = numbers.empty() ? undecidable : any_of(numbers);
      const std::string string = texts.empty() ? undecidable : as_text;
      return "(ite (= body_kind 1) " + number + " (ite (= body_kind 3) " + string + " " +
             undecidable + "))";
    };
    return {by_kind("true", text.may), by_kind("false", text.must)};
  }
};

ir::Atom random_test(Random& random) {
  using ir::AtomOp;
  using support::number;
  using support::pattern;
  using support::range;
  using support::test;
  using support::text;
  const auto pick = [&](std::initializer_list<const char*> from) {
    return *(from.begin() + random() % from.size());
  };
  switch (random() % 15) {
    case 0:
      return test("env", AtomOp::equal, {text(pick({"live", "test"}))});
    case 1:
      return test("env", AtomOp::in, {text("live"), pattern(pick({"t*", "?", "a.**", "*.b"}))});
    case 2:
      return test("resource.ref", AtomOp::matches,
                  {pattern(pick({"release/**", "**/a", "*", "r*", "a/*/b", "**/b/**", "main"}))});
    case 3:
      return test("resource.ref", AtomOp::in, {text("main"), pattern(pick({"m*", "*/x", "**"}))});
    case 4:
      return test("risk", random() % 2 == 0 ? AtomOp::greater_equal : AtomOp::less,
                  {support::risk(pick({"medium", "high"}))});
    case 5:
      return test("risk", AtomOp::in, {support::risk("low"), support::risk("critical")});
    case 6:
      return test("agent.registered", AtomOp::equal, {support::boolean(random() % 2 == 0)});
    case 7:
      return test("agent.roles", AtomOp::has, {text(kRoles[random() % 3])});
    case 8:
      return test("body.n", random() % 2 == 0 ? AtomOp::equal : AtomOp::less,
                  {number(pick({"1", "5"}))});
    case 9:
      return test("body.n", AtomOp::in, {range("0", "5"), text("a"), pattern("b/*")});
    case 10:
    case 11:
      return test(pick({"env", "resource.ref"}), AtomOp::search,
                  {support::regex(kSearched[random() % kSearched.size()].written)});
    case 12:
      return test(pick({"env", "resource.ref"}), AtomOp::contains,
                  {text(pick({"i", "ive", "a/", "rel"}))});
    case 13:
      return random() % 2 == 0
                 ? test("env", AtomOp::starts_with, {text(pick({"l", "te"}))})
                 : test("resource.ref", AtomOp::ends_with, {text(pick({"n", "/a", "ain"}))});
    default:
      return random() % 2 == 0 ? test(pick({"env", "resource.ref", "body.n"}), AtomOp::exists)
                               : support::is_type("body.n", ir::TestedType::number);
  }
}

ir::ConditionId random_condition(Random& random, ir::Policy& policy, int depth) {
  if (depth == 0 || random() % 3 == 0) return support::atom(policy, random_test(random));
  if (random() % 3 == 0) {
    return support::not_of(policy, random_condition(random, policy, depth - 1));
  }
  std::vector<ir::ConditionId> parts = {random_condition(random, policy, depth - 1),
                                        random_condition(random, policy, depth - 1)};
  return random() % 3 == 0 ? support::any_of(policy, std::move(parts))
                           : support::all_of(policy, std::move(parts));
}

std::string define(const std::string& name, const std::string& body, const char* sort = "Bool") {
  return "(define-fun " + name + " () " + sort + " " + body + ")\n";
}

// Each condition as two functions; what they are called.
std::vector<Smt> conditions_of(const ir::Policy& policy, const std::string& prefix,
                               std::string& out) {
  std::vector<Smt> conditions;
  for (const ir::Condition& condition : policy.conditions) {
    std::vector<std::string> may;
    std::vector<std::string> must;
    for (const ir::ConditionId child : condition.children) {
      may.push_back(conditions[child.value].may);
      must.push_back(conditions[child.value].must);
    }
    Smt made;
    switch (condition.kind) {
      case ir::ConditionKind::always:
        made = {"true", "true"};
        break;
      case ir::ConditionKind::atom:
        made = Values::test(condition.atom);
        break;
      case ir::ConditionKind::not_:
        made = {not_of(must[0]), not_of(may[0])};
        break;
      case ir::ConditionKind::all:
        made = {both_of(may), both_of(must)};
        break;
      case ir::ConditionKind::any:
        made = {any_of(may), any_of(must)};
        break;
      case ir::ConditionKind::some_element:
      case ir::ConditionKind::every_element:
        break;  // none is drawn
    }
    const std::string name = prefix + "c" + std::to_string(conditions.size());
    out += define(name + "may", made.may) + define(name + "must", made.must);
    conditions.push_back({name + "may", name + "must"});
  }
  return conditions;
}

}  // namespace

ir::Policy smt_policy(Random& random) {
  ir::Policy policy;
  policy.name = "smt";
  policy.default_effect = static_cast<Effect>(random() % 3);
  std::size_t count = 0;
  for (std::size_t t = 0; t < 1 + random() % 2; ++t) {
    ir::Tier tier;
    tier.name = "t" + std::to_string(t);
    tier.guard = random() % 3 == 0;
    for (std::size_t i = 0; i < 1 + random() % 4; ++i) {
      const ir::ConditionId when = random_condition(random, policy, 2);
      const auto outcome = static_cast<Outcome>(tier.guard ? 1 + random() % 3 : random() % 4);
      ir::Rule made = support::rule("r" + std::to_string(count++), outcome, when);
      if (random() % 4 == 0) made.unless = random_condition(random, policy, 1);
      if (random() % 4 == 0) made.until_ms = kEnds[random() % kEnds.size()];
      tier.rules.push_back(std::move(made));
    }
    policy.tiers.push_back(std::move(tier));
  }
  for (const char* name : {"one", "two"}) {
    policy.proofs.push_back(
        {name, static_cast<Effect>(random() % 3), random_condition(random, policy, 1), {}});
  }
  return policy;
}

std::string smt_request() {
  std::string out;
  const auto declare = [&](const std::string& name, const char* sort) {
    out += "(declare-const " + name + " " + sort + ")\n";
  };
  for (const char* x : {"env", "ref", "risk", "registered", "roles", "body"}) {
    declare(std::string(x) + "_absent", "Bool");
    declare(std::string(x) + "_unreadable", "Bool");
    out += std::string("(assert (not (and ") + x + "_absent " + x + "_unreadable)))\n";
  }
  for (const char* x : {"env", "ref", "body_text"}) {
    declare(x, "String");
    out += std::string("(assert (<= (str.len ") + x + ") 24))\n";
  }
  // What is too long to be searched is too long for patterns.
  for (const char* x : {"env", "ref"}) declare(std::string(x) + "_endless", "Bool");
  out += define("body_text_endless", "false");
  // How many of the ends have come: none too where nobody says when, all where nobody knows.
  declare("ended", "Int");
  out += "(assert (and (>= ended 0) (<= ended 2)))\n";
  declare("risk", "Int");
  out += "(assert (and (>= risk 0) (<= risk 3)))\n";
  declare("registered", "Bool");
  declare("env_odd", "Bool");
  out += "(assert (=> env_endless env_odd))\n";
  declare("roles_endless", "Bool");
  for (const char* role : kRoles) declare(std::string("roles_") + role, "Bool");
  declare("body_kind", "Int");
  out += "(assert (and (>= body_kind 0) (<= body_kind 4)))\n";
  declare("body_number", "Real");
  // L7.5 for paths.
  const std::string character = kPathCharacter;
  const std::string segment = "(re.inter (re.+ " + character +
                              ") (re.comp (re.union (str.to_re \".\") (str.to_re \"..\"))))";
  const std::string sound = "(re.++ (re.opt " + segment + ") (re.* (re.++ (str.to_re \"/\") " +
                            segment + ")) (re.opt (str.to_re \"/\")))";
  for (const char* x : {"ref", "body_text"}) {
    out += define(std::string(x) + "_odd",
                  any_of({std::string(x) + "_endless",
                          not_of(std::string("(str.in_re ") + x + " " + sound + ")")}));
  }
  return out;
}

std::string smt_of(const ir::Policy& policy, const std::string& prefix) {
  std::string out;
  const std::vector<Smt> conditions = conditions_of(policy, prefix, out);
  std::array<std::vector<std::string>, 3> candidates;
  std::vector<std::string> lifts;
  std::size_t index = 0;
  for (const ir::Tier& tier : policy.tiers) {
    std::vector<std::string> none;  // before it, certain
    std::vector<std::string> pass;  // before it, not even possible
    for (const ir::Rule& rule : tier.rules) {
      const std::string n = std::to_string(index++);
      Smt whole = conditions[rule.when.value];
      if (rule.unless) {
        const Smt& unless = conditions[rule.unless->value];
        whole = {both_of({whole.may, not_of(unless.must)}),
                 both_of({whole.must, not_of(unless.may)})};
      }
      if (rule.until_ms && rule.outcome == Outcome::allow) {
        const auto end = std::ranges::find(kEnds, *rule.until_ms) - kEnds.begin();
        const std::string lasts = "(<= ended " + std::to_string(end) + ")";
        whole = {both_of({whole.may, lasts}), both_of({whole.must, lasts})};
      }
      out += define(prefix + "may" + n, whole.may) + define(prefix + "must" + n, whole.must);
      out += define(prefix + "before" + n, both_of(none));
      const std::string before = prefix + "before" + n;
      out += define(prefix + "candidate" + n, both_of({before, prefix + "may" + n}));
      out += define(prefix + "fires" + n, both_of({before, prefix + "must" + n}));
      if (const auto effect = effect_of(rule.outcome)) {
        candidates[static_cast<std::size_t>(*effect)].push_back(prefix + "candidate" + n);
        std::vector<std::string> lift = pass;
        lift.push_back(prefix + "fires" + n);
        if (!tier.guard) lifts.push_back(both_of(lift));
      } else {
        pass.push_back(not_of(prefix + "candidate" + n));
      }
      none.push_back(not_of(prefix + "must" + n));
    }
  }
  candidates[static_cast<std::size_t>(policy.default_effect)].push_back(not_of(any_of(lifts)));
  out += define(prefix + "effect",
                "(ite " + any_of(candidates[2]) + " 2 (ite " + any_of(candidates[1]) + " 1 0))",
                "Int");
  for (std::size_t i = 0; i < policy.proofs.size(); ++i) {
    const ir::Proof& proof = policy.proofs[i];
    out += define(prefix + "claim" + std::to_string(i),
                  both_of({conditions[proof.when.value].may,
                           "(= " + prefix + "effect " +
                               std::to_string(static_cast<int>(proof.never)) + ")"}));
  }
  return out;
}

}  // namespace sentrail::compiler::analysis
