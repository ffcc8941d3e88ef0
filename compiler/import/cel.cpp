// Operators, functions and variables of CEL. See cel.hpp.
//
// `&&` and `||` of CEL look at both sides: one that fails does not matter where the other settles
// the answer. What is lost may fail as well, unless it asks only for what is always there.
#include "compiler/import/cel.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace sentrail::compiler::import_ {
namespace {

Carried lost_value(const std::string& reason) {
  return total(unknown(reason));
}

Term lost_term(std::string reason) {
  return {TermKind::unknown, std::move(reason), {}, {}};
}

std::optional<Constant> constant_of(const SourceExpr& node) {
  switch (node.kind) {
    case SourceKind::string:
      return Constant{ConstantKind::string, node.text};
    case SourceKind::number:
      return Constant{ConstantKind::number, node.text};
    case SourceKind::boolean:
      return Constant{ConstantKind::boolean, node.text};
    case SourceKind::null:
      return Constant{ConstantKind::null, {}};
    default:
      return std::nullopt;
  }
}

std::optional<Comparison> ordering_of(std::string_view op, bool mirrored) {
  if (op == "<") return mirrored ? Comparison::greater : Comparison::less;
  if (op == "<=") return mirrored ? Comparison::greater_equal : Comparison::less_equal;
  if (op == ">") return mirrored ? Comparison::less : Comparison::greater;
  if (op == ">=") return mirrored ? Comparison::less_equal : Comparison::greater_equal;
  return std::nullopt;
}

// A variable with text is there always in CEL, empty where ours is absent.
bool is_variable(const Place& place) {
  return place.type != Type::json && place.steps == 0;
}

// Where a test on a text has a value.
FormulaRef defined_as(const Place& place, ValueKind kind) {
  return is_variable(place) ? always() : has_kind(place, kind);
}

// A test on a text; on a variable that is empty in CEL, absence answers as `on_empty` says.
Carried text_test(const Place& place, FormulaRef test, bool on_empty) {
  if (test->kind == FormulaKind::unknown) return total(test);
  if (is_variable(place) && on_empty) test = either({negation(exists(place.path)), test});
  return {std::move(test), defined_as(place, ValueKind::string)};
}

class CelConditions {
 public:
  CelConditions(const SourceExprs& nodes, const ImportMap& map) : nodes_(nodes), map_(map) {}

  [[nodiscard]] Carried condition(SourceExprId id) const {
    Carried carried = test(id);
    const bool lost = carried.value->kind == FormulaKind::unknown;
    if (lost && may_fail(id)) carried.defined = carried.value;
    return carried;
  }

 private:
  // Whether an expression may have no value: variables alone always have one.
  [[nodiscard]] bool may_fail(SourceExprId id) const {
    const SourceExpr& node = nodes_[id];
    switch (node.kind) {
      case SourceKind::member:
      case SourceKind::index:
      case SourceKind::other:
        return true;
      case SourceKind::call:
        if (is_conversion(node.text)) return true;
        break;
      default:
        break;
    }
    return std::any_of(node.children.begin(), node.children.end(),
                       [this](SourceExprId child) { return may_fail(child); });
  }

  static bool is_conversion(std::string_view function) {
    constexpr std::array<std::string_view, 8> kConversions = {
        "int", "uint", "double", "bool", "bytes", "string", "duration", "timestamp"};
    return std::find(kConversions.begin(), kConversions.end(), function) != kConversions.end();
  }

  // Recursion is bounded by the tree's depth.
  [[nodiscard]] Carried test(SourceExprId id) const {
    const SourceExpr& node = nodes_[id];
    switch (node.kind) {
      case SourceKind::boolean:
        return total(node.text == "true" ? always() : never());
      case SourceKind::not_:
        return negated(condition(node.children.front()));
      case SourceKind::and_:
      case SourceKind::or_:
        return joined(node);
      case SourceKind::conditional:
        return conditional(node);
      case SourceKind::binary:
        return binary(node);
      case SourceKind::call:
        return call(node);
      case SourceKind::method:
        return method(node);
      case SourceKind::name:
      case SourceKind::member:
      case SourceKind::index:
        return boolean_term(id);
      default:
        break;
    }
    return lost_value(shown(node) + " is not a condition of the language");
  }

  static std::string shown(const SourceExpr& node) {
    switch (node.kind) {
      case SourceKind::call:
      case SourceKind::method:
        return "`" + node.text + "(…)`";
      case SourceKind::name:
        return "`" + node.text + "`";
      case SourceKind::other:
        return node.text.empty() ? "a part of the condition" : node.text;
      default:
        return "a part of the condition";
    }
  }

  static Carried lost_term_of(const Term& term) {
    return lost_value(term.kind == TermKind::unknown
                          ? term.text
                          : std::string("an operator stands where the language takes none"));
  }

  // One side that settles the answer is enough, whatever becomes of the others.
  [[nodiscard]] Carried joined(const SourceExpr& node) const {
    const bool conjunction = node.kind == SourceKind::and_;
    std::vector<FormulaRef> values;
    std::vector<FormulaRef> all_defined;
    std::vector<FormulaRef> defined;
    bool partial = false;
    for (const SourceExprId child : node.children) {
      const Carried part = condition(child);
      values.push_back(part.value);
      all_defined.push_back(part.defined);
      partial = partial || part.defined->kind != FormulaKind::always;
      defined.push_back(both({part.defined, conjunction ? negation(part.value) : part.value}));
    }
    FormulaRef value = conjunction ? both(std::move(values)) : either(std::move(values));
    if (!partial) return total(std::move(value));
    defined.push_back(both(std::move(all_defined)));
    return {std::move(value), either(std::move(defined))};
  }

  [[nodiscard]] Carried conditional(const SourceExpr& node) const {
    const Carried test = condition(node.children[0]);
    const Carried then = condition(node.children[1]);
    const Carried otherwise = condition(node.children[2]);
    const auto chosen = [&](const FormulaRef& a, const FormulaRef& b) {
      if (a->kind == FormulaKind::always && b->kind == FormulaKind::always) return a;
      return either({both({test.value, a}), both({negation(test.value), b})});
    };
    return {chosen(then.value, otherwise.value),
            both({test.defined, chosen(then.defined, otherwise.defined)})};
  }

  [[nodiscard]] Carried binary(const SourceExpr& node) const {
    const Term left = term(node.children[0]);
    const Term right = term(node.children[1]);
    if (left.kind == TermKind::unknown) return lost_value(left.text);
    if (right.kind == TermKind::unknown) return lost_value(right.text);
    if (node.text == "in") return within(left, right);
    const bool mirrored = left.kind == TermKind::constant;
    const Term& what = mirrored ? right : left;
    const Term& constant = mirrored ? left : right;
    if (constant.kind != TermKind::constant) {
      return lost_value("two values of the request are compared with each other");
    }
    if (node.text == "==") return equality(what, constant.constants.front());
    if (node.text == "!=") return negated(equality(what, constant.constants.front()));
    if (const auto comparison = ordering_of(node.text, mirrored)) {
      return ordered(what, *comparison, constant.constants.front());
    }
    return lost_value("`" + node.text + "` is not an operator that can be carried");
  }

  [[nodiscard]] static Carried equality(const Term& what, const Constant& constant) {
    if (what.kind == TermKind::size) return sized(what.place, Comparison::equal, constant);
    if (what.kind == TermKind::root) return kind_of_call(what.text, constant.text);
    if (what.kind != TermKind::place) return lost_term_of(what);
    FormulaRef test = compare(what.place, Comparison::equal, constant);
    if (is_variable(what.place)) {
      const bool empty = constant.kind == ConstantKind::string && constant.text.empty();
      return text_test(what.place, std::move(test), empty);
    }
    if (test->kind == FormulaKind::unknown) return total(test);
    return {std::move(test), exists(what.place.path)};
  }

  [[nodiscard]] static Carried ordered(const Term& what, Comparison comparison,
                                       const Constant& constant) {
    if (what.kind == TermKind::size) return sized(what.place, comparison, constant);
    if (what.kind != TermKind::place || constant.kind != ConstantKind::number) {
      return lost_value("an order is asked between what is not one value and one number");
    }
    FormulaRef test = compare(what.place, comparison, constant);
    if (test->kind == FormulaKind::unknown) return total(test);
    return {std::move(test), has_kind(what.place, ValueKind::number)};
  }

  [[nodiscard]] static Carried sized(const Place& place, Comparison comparison,
                                     const Constant& constant) {
    FormulaRef test = compare_size(place, comparison, constant);
    if (test->kind == FormulaKind::unknown) return total(test);
    if (is_variable(place)) {
      return lost_value("the size of `" + place.path + "`, which may be absent, is compared");
    }
    // Of other kinds `size` has no value, which is less than not being true: `ok && size(7) < 2`.
    return {std::move(test),
            either({is_kind(place.path, ValueKind::string), is_kind(place.path, ValueKind::list),
                    is_kind(place.path, ValueKind::object)})};
  }

  // `action_type` and `protocol` tell calls of MCP tools from other actions.
  [[nodiscard]] static Carried kind_of_call(const std::string& variable, const std::string& text) {
    const bool mcp = variable == "action_type" ? text == "tool_call" : text == "mcp";
    if (mcp) return total(exists("mcp.tool"));
    return lost_value("`" + variable + "` is asked for `" + text +
                      "`, and only calls of MCP tools have a counterpart");
  }

  [[nodiscard]] Carried within(const Term& left, const Term& right) const {
    if (left.kind == TermKind::place && right.kind == TermKind::constants) {
      const Constant empty{ConstantKind::string, {}};
      const bool has_empty =
          std::find(right.constants.begin(), right.constants.end(), empty) != right.constants.end();
      FormulaRef test = is_one_of(left.place, right.constants);
      if (is_variable(left.place)) return text_test(left.place, std::move(test), has_empty);
      if (test->kind == FormulaKind::unknown) return total(test);
      return {std::move(test), exists(left.place.path)};
    }
    if (left.kind == TermKind::root && right.kind == TermKind::constants) {
      std::vector<FormulaRef> parts;
      for (const Constant& constant : right.constants) {
        parts.push_back(kind_of_call(left.text, constant.text).value);
      }
      return total(either(std::move(parts)));
    }
    if (left.kind == TermKind::constant && right.kind == TermKind::place) {
      return element_or_key(right.place, left.constants.front());
    }
    return lost_value("`in` joins what the language cannot join");
  }

  // The arguments as a whole are a map; of what is in them, nothing says whether it is one.
  [[nodiscard]] static Carried element_or_key(const Place& place, const Constant& constant) {
    if (place.type == Type::string_set) return total(has_element(place, constant));
    if (place.steps == 0 && constant.kind == ConstantKind::string) {
      if (const std::optional<Place> member = member_of(place, constant.text)) {
        return total(exists(member->path));
      }
    }
    return lost_value("`in` asks `" + place.path + "`, which may be a list or a map");
  }

  [[nodiscard]] Carried call(const SourceExpr& node) const {
    if (node.text == "has" && node.children.size() == 1) return has(node.children.front());
    if (node.text == "glob" && node.children.size() == 2) {
      const Term glob = term(node.children[0]);
      const Term name = term(node.children[1]);
      if (glob.kind == TermKind::constant && name.kind == TermKind::place) {
        return text_test(name.place, matches_glob(name.place, glob.constants.front().text), false);
      }
    }
    if (node.text == "matches" && node.children.size() == 2) {
      return matches(term(node.children[0]), term(node.children[1]));
    }
    return lost_value("`" + node.text + "(…)` has no counterpart");
  }

  [[nodiscard]] Carried has(SourceExprId id) const {
    const Term what = term(id);
    if (what.kind != TermKind::place) return lost_term_of(what);
    const SourceExpr& node = nodes_[id];
    if (node.kind != SourceKind::member) return lost_value("`has(…)` asks about no member");
    if (what.place.steps < 2) return total(exists(what.place.path));
    const Term outer = term(node.children.front());
    if (outer.kind != TermKind::place) return lost_term_of(outer);
    return {exists(what.place.path), has_kind(outer.place, ValueKind::object)};
  }

  [[nodiscard]] static Carried matches(const Term& text, const Term& expression) {
    if (text.kind != TermKind::place) return lost_term_of(text);
    if (expression.kind != TermKind::constant) return lost_term_of(expression);
    const std::string& source = expression.constants.front().text;
    const std::optional<std::string> ours = regex_of_re2(source);
    if (!ours) return lost_value("the expression `" + source + "` has no counterpart");
    FormulaRef test = finds(text.place, *ours);
    if (test->kind == FormulaKind::unknown) return total(test);
    // An empty variable might match: what is absent then counts as failing.
    return {std::move(test), has_kind(text.place, ValueKind::string)};
  }

  [[nodiscard]] Carried method(const SourceExpr& node) const {
    const SourceExpr& receiver = nodes_[node.children.front()];
    if (receiver.kind == SourceKind::name && receiver.text == "sets") return sets(node);
    const Term what = term(node.children.front());
    if (node.text == "exists" && node.children.size() == 3) return any_element(what, node);
    if (node.children.size() != 2) return lost_value(shown(node) + " has no counterpart");
    const Term argument = term(node.children[1]);
    if (node.text == "matches") return matches(what, argument);
    const std::optional<TestOp> op = part_test(node.text);
    if (!op) return lost_value(shown(node) + " has no counterpart");
    if (what.kind != TermKind::place) return lost_term_of(what);
    if (argument.kind != TermKind::constant ||
        argument.constants.front().kind != ConstantKind::string) {
      return lost_value(shown(node) + " takes something else than a constant");
    }
    const std::string& part = argument.constants.front().text;
    return text_test(what.place, has_part(what.place, *op, part), part.empty());
  }

  [[nodiscard]] static std::optional<TestOp> part_test(std::string_view method) {
    if (method == "startsWith") return TestOp::starts_with;
    if (method == "endsWith") return TestOp::ends_with;
    if (method == "contains") return TestOp::contains;
    return std::nullopt;
  }

  [[nodiscard]] static Carried any_of(const Place& place, const std::vector<Constant>& constants,
                                      bool all) {
    std::vector<FormulaRef> parts;
    for (const Constant& constant : constants) parts.push_back(has_element(place, constant));
    FormulaRef test = all ? both(std::move(parts)) : either(std::move(parts));
    return {std::move(test), defined_as(place, ValueKind::list)};
  }

  // `roles.exists(r, r == "admin")` and `roles.exists(r, r in ["admin", "owner"])`.
  [[nodiscard]] Carried any_element(const Term& what, const SourceExpr& node) const {
    const SourceExpr& binder = nodes_[node.children[1]];
    const SourceExpr& test = nodes_[node.children[2]];
    if (what.kind != TermKind::place) return lost_term_of(what);
    if (binder.kind == SourceKind::name && test.kind == SourceKind::binary) {
      const SourceExpr& left = nodes_[test.children[0]];
      const bool binder_left = left.kind == SourceKind::name && left.text == binder.text;
      const Term right = term(test.children[1]);
      if (binder_left && test.text == "==" && right.kind == TermKind::constant) {
        return any_of(what.place, right.constants, false);
      }
      if (binder_left && test.text == "in" && right.kind == TermKind::constants) {
        return any_of(what.place, right.constants, false);
      }
    }
    return lost_value("`exists(…)` asks more than for one of some constants");
  }

  // `sets.contains(roles, ["a", "b"])` and `sets.intersects`.
  [[nodiscard]] Carried sets(const SourceExpr& node) const {
    if (node.children.size() == 3 && (node.text == "contains" || node.text == "intersects")) {
      const Term list = term(node.children[1]);
      const Term constants = term(node.children[2]);
      if (list.kind == TermKind::place && constants.kind == TermKind::constants) {
        return any_of(list.place, constants.constants, node.text == "contains");
      }
    }
    return lost_value("`sets." + node.text + "(…)` joins what the language cannot join");
  }

  [[nodiscard]] Carried boolean_term(SourceExprId id) const {
    const Term what = term(id);
    if (what.kind != TermKind::place) return lost_term_of(what);
    FormulaRef test = is_true(what.place);
    if (test->kind == FormulaKind::unknown) return total(test);
    return {std::move(test), has_kind(what.place, ValueKind::boolean)};
  }

  // --- terms -------------------------------------------------------------------------------
  [[nodiscard]] Term term(SourceExprId id) const {
    const SourceExpr& node = nodes_[id];
    if (std::optional<Constant> constant = constant_of(node)) {
      return {TermKind::constant, {}, {std::move(*constant)}, {}};
    }
    switch (node.kind) {
      case SourceKind::name:
        return variable(node.text);
      case SourceKind::member:
        return member(term(node.children.front()), node.text);
      case SourceKind::index:
        return index(node);
      case SourceKind::list:
        return constants(node);
      case SourceKind::call:
      case SourceKind::method:
        return function_term(node);
      default:
        return lost_term(shown(node) + " has no counterpart");
    }
  }

  [[nodiscard]] Term variable(const std::string& name) const {
    if (const auto found = map_.variables.find(name); found != map_.variables.end()) {
      return {TermKind::place, {}, {}, found->second};
    }
    if (name == "action_type" || name == "protocol") return {TermKind::root, name, {}, {}};
    return lost_term("the variable `" + name + "` has no counterpart, and no `variables: {" + name +
                     ": …}` in a map gives it one");
  }

  [[nodiscard]] static Term member(Term outer, const std::string& name) {
    if (outer.kind == TermKind::unknown) return outer;
    std::optional<Place> place =
        outer.kind == TermKind::place ? member_of(outer.place, name) : std::nullopt;
    if (!place) return lost_term("`" + name + "` is a member of what has no members");
    return {TermKind::place, {}, {}, std::move(*place)};
  }

  [[nodiscard]] Term index(const SourceExpr& node) const {
    const Term key = term(node.children[1]);
    if (key.kind == TermKind::constant && key.constants.front().kind == ConstantKind::string) {
      return member(term(node.children[0]), key.constants.front().text);
    }
    return lost_term("an element of a list is asked for by its number");
  }

  [[nodiscard]] Term constants(const SourceExpr& node) const {
    Term list{TermKind::constants, {}, {}, {}};
    for (const SourceExprId child : node.children) {
      std::optional<Constant> constant = constant_of(nodes_[child]);
      if (!constant) return lost_term("a list holds something else than constants");
      list.constants.push_back(std::move(*constant));
    }
    return list;
  }

  // `size(x)`, `x.size()` and `action_arg(arguments, "key")`.
  [[nodiscard]] Term function_term(const SourceExpr& node) const {
    if (node.text == "size" && node.children.size() == 1) {
      Term what = term(node.children.front());
      if (what.kind == TermKind::place) what.kind = TermKind::size;
      return what.kind == TermKind::size || what.kind == TermKind::unknown
                 ? what
                 : lost_term("the size of a constant is asked for");
    }
    if (node.kind == SourceKind::call && node.text == "action_arg" && node.children.size() == 2) {
      const Term key = term(node.children[1]);
      if (key.kind == TermKind::constant && key.constants.front().kind == ConstantKind::string) {
        return member(term(node.children[0]), key.constants.front().text);
      }
    }
    return lost_term(shown(node) + " has no counterpart");
  }

  const SourceExprs& nodes_;
  const ImportMap& map_;
};

}  // namespace

Carried carry_cel(std::string_view text, const ImportMap& map) {
  const Result<CelExpression> parsed = parse_cel(text);
  if (!parsed) return lost_value("the condition is not CEL: " + parsed.error().message);
  return CelConditions(parsed->expressions, map).condition(parsed->root);
}

}  // namespace sentrail::compiler::import_
