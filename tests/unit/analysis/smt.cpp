// Strings as strings, numbers as reals, three values as two formulas. See smt.hpp.
#include "tests/unit/analysis/smt.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include "tests/unit/analysis/smt_words.hpp"

namespace sentrail::compiler::analysis {
namespace {

// Roles that an agent has at most, where they can be counted: one of each, another and one twice.
constexpr std::size_t kSlots = 6;

// Characters of a segment: not the separator; in paths neither NUL nor backslash.
constexpr const char* kPathCharacter =
    "(re.union (re.range \"\\u{1}\" \"\\u{2e}\") (re.range \"\\u{30}\" \"\\u{5b}\") "
    "(re.range \"\\u{5d}\" \"\\u{ff}\"))";
constexpr const char* kNameCharacter =
    "(re.union (re.range \"\\u{0}\" \"\\u{2d}\") (re.range \"\\u{2f}\" \"\\u{ff}\"))";

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
  // A list has that many elements or more; one of them is a role, by its number.
  static std::string taken(std::size_t slot) {
    return "(> roles_size " + std::to_string(slot) + ")";
  }
  static std::string holds(std::size_t slot, std::size_t role) {
    return "(= role" + std::to_string(slot) + " " + std::to_string(role) + ")";
  }

  static Smt test(const ir::Atom& atom) {
    const std::string name(row_of(atom.attribute.attribute).name);
    const std::string x = name == "resource.ref"       ? "ref"
                          : name == "agent.registered" ? "registered"
                          : name == "agent.roles"      ? "roles"
                                                       : name;
    const std::string absent = x + "_absent";
    const std::string unreadable = x + "_unreadable";
    Smt inner = {"true", "true"};  // exists
    if (atom.sized) {
      inner = of_size(atom, x);
    } else if (atom.op == ir::AtomOp::has) {
      const std::string has = role_is(atom.operands[0].text);
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
    if (one.bounded) found = both_of({found, not_of(x + "_long")});
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
        must.push_back(both_of({same, not_of(x + "_long")}));
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

  // Some slot holds the role.
  static std::string role_is(const std::string& role) {
    const auto number = std::ranges::find(kRoles, role) - kRoles.begin();
    std::vector<std::string> ways;
    for (std::size_t i = 0; i < kSlots; ++i) {
      ways.push_back(both_of({taken(i), holds(i, static_cast<std::size_t>(number))}));
    }
    return any_of(ways);
  }

  // L5.13.
  static Smt of_size(const ir::Atom& atom, const std::string& x) {
    std::vector<std::string> ways;
    for (const ir::Operand& operand : atom.operands) {
      const char* op = atom.op == ir::AtomOp::less      ? "<"
                       : atom.op == ir::AtomOp::greater ? ">"
                                                        : "=";
      const std::string& upper = operand.upper;
      ways.push_back(operand.kind == ir::OperandKind::number_range
                         ? "(<= " + operand.text + " " + x + "_size " + upper + ")"
                         : std::string("(") + op + " " + x + "_size " + operand.text + ")");
    }
    const std::string stands = any_of(ways);
    return {any_of({x + "_sizeless", stands}), both_of({not_of(x + "_sizeless"), stands})};
  }

  // Kinds: 0 bool, 1 number, 2 number past the limits, 3 string, 4 list or object, 5 null.
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

std::string define(const std::string& name, const std::string& body, const char* sort = "Bool") {
  return "(define-fun " + name + " () " + sort + " " + body + ")\n";
}

// What the body of a quantifier says where its element is a role, by its number.
Smt body_of(const ir::Policy& policy, ir::ConditionId id, std::size_t role) {
  const ir::Condition& condition = policy.conditions[id];
  if (condition.kind == ir::ConditionKind::atom) {
    if (condition.atom.attribute.binder == 0) return Values::test(condition.atom);
    const bool is = std::ranges::any_of(condition.atom.operands, [&](const ir::Operand& operand) {
      return role < kRoles.size() && operand.text == kRoles[role];
    });
    return is ? Smt{"true", "true"} : Smt{"false", "false"};
  }
  std::vector<std::string> may;
  std::vector<std::string> must;
  for (const ir::ConditionId child : condition.children) {
    const Smt one = body_of(policy, child, role);
    may.push_back(one.may);
    must.push_back(one.must);
  }
  if (condition.kind == ir::ConditionKind::not_) return {not_of(must[0]), not_of(may[0])};
  if (condition.kind == ir::ConditionKind::all) return {both_of(may), both_of(must)};
  return {any_of(may), any_of(must)};
}

// L5.15 over agent.roles, element by element.
Smt quantifier_of(const ir::Policy& policy, const ir::Condition& condition) {
  const bool some = condition.kind == ir::ConditionKind::some_element;
  const auto join = [&](const std::vector<std::string>& said) {
    std::vector<std::string> parts;
    for (std::size_t i = 0; i < kSlots; ++i) {
      std::vector<std::string> of_slot;
      for (std::size_t role = 0; role < said.size(); ++role) {
        of_slot.push_back(both_of({Values::holds(i, role), said[role]}));
      }
      parts.push_back(some ? both_of({Values::taken(i), any_of(of_slot)})
                           : any_of({not_of(Values::taken(i)), any_of(of_slot)}));
    }
    return some ? any_of(parts) : both_of(parts);
  };
  std::vector<std::string> may;
  std::vector<std::string> must;
  for (std::size_t role = 0; role <= kRoles.size(); ++role) {
    const Smt said = body_of(policy, condition.children[0], role);
    may.push_back(said.may);
    must.push_back(said.must);
  }
  const std::string open =
      any_of({"roles_unreadable", both_of({not_of("roles_absent"), "roles_endless"})});
  const std::string listed = both_of({not_of(open), not_of("roles_absent")});
  return {any_of({open, both_of({listed, join(may)})}), both_of({listed, join(must)})};
}

// Each condition as two functions; what they are called.
std::vector<Smt> conditions_of(const ir::Policy& policy, const std::string& prefix,
                               std::string& out) {
  std::vector<Smt> conditions;
  const std::vector<bool> within = policy.within_quantifiers();
  for (const ir::Condition& condition : policy.conditions) {
    if (within[conditions.size()]) {
      conditions.push_back({"true", "true"});  // nobody asks for it
      continue;
    }
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
        made = quantifier_of(policy, condition);
        break;
    }
    const std::string name = prefix + "c" + std::to_string(conditions.size());
    out += define(name + "may", made.may) + define(name + "must", made.must);
    conditions.push_back({name + "may", name + "must"});
  }
  return conditions;
}

}  // namespace

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
  // Too long for patterns, too long to be searched, not UTF-8: each is all before it.
  for (const std::string x : {"env", "ref"}) {
    for (const char* odd : {"_long", "_endless", "_broken"}) declare(x + odd, "Bool");
    out += "(assert (=> " + x + "_broken " + x + "_endless))\n";
    out += "(assert (=> " + x + "_endless " + x + "_long))\n";
    out += define(x + "_size", "(ite " + x + "_long 8193 (str.len " + x + "))", "Int");
    out += define(x + "_sizeless", x + "_broken");
  }
  out += define("body_text_long", "false");
  // How many of the ends have come: none too where nobody says when, all where nobody knows.
  declare("ended", "Int");
  out += "(assert (and (>= ended 0) (<= ended 2)))\n";
  declare("risk", "Int");
  out += "(assert (and (>= risk 0) (<= risk 3)))\n";
  declare("registered", "Bool");
  out += define("env_odd", "env_long");
  // Roles one after the other, or too many to be looked at.
  declare("roles_endless", "Bool");
  declare("roles_size", "Int");
  const std::string slots = std::to_string(kSlots);
  out += "(assert (ite roles_endless (= roles_size 4097) (<= 0 roles_size " + slots + ")))\n";
  for (std::size_t i = 0; i < kSlots; ++i) {
    const std::string role = "role" + std::to_string(i);
    declare(role, "Int");
    out += "(assert (<= 0 " + role + " " + std::to_string(kRoles.size()) + "))\n";
  }
  out += define("roles_sizeless", "false");
  declare("body_kind", "Int");
  out += "(assert (and (>= body_kind 0) (<= body_kind 5)))\n";
  declare("body_parts", "Int");
  out += "(assert (>= body_parts 0))\n";
  out += define("body_size", "(ite (= body_kind 3) (str.len body_text) body_parts)", "Int");
  out += define("body_sizeless", "(not (or (= body_kind 3) (= body_kind 4)))");
  declare("body_number", "Real");
  // L7.5 for paths.
  const std::string character = kPathCharacter;
  const std::string segment = "(re.inter (re.+ " + character +
                              ") (re.comp (re.union (str.to_re \".\") (str.to_re \"..\"))))";
  const std::string sound = "(re.++ (re.opt " + segment + ") (re.* (re.++ (str.to_re \"/\") " +
                            segment + ")) (re.opt (str.to_re \"/\")))";
  for (const char* x : {"ref", "body_text"}) {
    out += define(std::string(x) + "_odd",
                  any_of({std::string(x) + "_long",
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
