// Operators and methods of Cedar. See cedar_terms.hpp; what entities are is in cedar_entities.cpp.
#include "compiler/import/cedar_terms.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace sentrail::compiler::import_ {
namespace {

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
    default:
      return std::nullopt;
  }
}

Comparison mirrored(Comparison comparison) {
  switch (comparison) {
    case Comparison::less:
      return Comparison::greater;
    case Comparison::less_equal:
      return Comparison::greater_equal;
    case Comparison::greater:
      return Comparison::less;
    case Comparison::greater_equal:
      return Comparison::less_equal;
    case Comparison::equal:
      break;
  }
  return Comparison::equal;
}

std::optional<Comparison> ordering_of(std::string_view op) {
  if (op == "<") return Comparison::less;
  if (op == "<=") return Comparison::less_equal;
  if (op == ">") return Comparison::greater;
  if (op == ">=") return Comparison::greater_equal;
  return std::nullopt;
}

// Why a term is no attribute.
std::string why_not(const Term& term) {
  return term.kind == TermKind::unknown
             ? term.text
             : std::string("an operator of Cedar stands where the language takes none");
}

std::string display_of(const SourceExpr& node) {
  switch (node.kind) {
    case SourceKind::call:
    case SourceKind::method:
      return "`" + node.text + "(…)`";
    case SourceKind::slot:
      return "the template's slot `" + node.text + "`";
    case SourceKind::name:
      return "the variable `" + node.text + "`";
    case SourceKind::entity:
      return "an entity where a value is compared";
    case SourceKind::other:
      return node.text.empty() ? "a part of the condition" : node.text;
    default:
      return "a part of the condition";
  }
}

// Members of `context` are members of a JSON object; a step into what is none is an error in Cedar.
FormulaRef is_object_or_absent(const Place& place) {
  return either({negation(exists(place.path)), is_kind(place.path, ValueKind::object)});
}

}  // namespace

FormulaRef CedarConditions::when_applies(const CedarPolicy& policy) const {
  std::vector<Carried> parts;
  for (const SourceExprId scope : policy.scopes) parts.push_back(condition(scope));
  for (const CedarCondition& one : policy.conditions) {
    const Carried carried = condition(one.expression);
    parts.push_back(one.unless ? negated(carried) : carried);
  }
  // All parts must have a value and be true, in whatever order they are looked at.
  std::vector<FormulaRef> all;
  for (const Carried& part : parts) all.push_back(when_true(part));
  return both(std::move(all));
}

Carried CedarConditions::condition(SourceExprId id) const {
  const SourceExpr& node = file_.expressions[id];
  switch (node.kind) {
    case SourceKind::boolean:
      return total(node.text == "true" ? always() : never());
    case SourceKind::name:
      // A scope without a constraint.
      if (node.text == "principal" || node.text == "action" || node.text == "resource") {
        return total(always());
      }
      break;
    case SourceKind::not_:
      return negated(condition(node.children.front()));
    case SourceKind::and_:
    case SourceKind::or_:
      return joined(node);
    case SourceKind::conditional:
      return conditional(node);
    case SourceKind::binary:
      return binary(node);
    case SourceKind::method:
      return method(node);
    case SourceKind::has:
      return has(node);
    case SourceKind::like:
      return like(node);
    case SourceKind::is:
      if (const Term what = term(node.children.front()); what.kind == TermKind::root) {
        return total(is_type(what.text, node.text));
      }
      return lost("`is` asks about something else than principal, action and resource");
    case SourceKind::member:
      return boolean_term(id);
    default:
      break;
  }
  return lost(display_of(node) + " is not a condition of the language");
}

// Cedar looks at its operands from left to right and stops at the first that settles the answer:
// what stands behind it may then fail.
Carried CedarConditions::joined(const SourceExpr& node) const {
  const bool conjunction = node.kind == SourceKind::and_;
  Carried result = condition(node.children.back());
  for (std::size_t i = node.children.size() - 1; i-- > 0;) {
    const Carried left = condition(node.children[i]);
    if (conjunction) {
      result = {both({left.value, result.value}),
                both({left.defined, either({negation(left.value), result.defined})})};
    } else {
      result = {either({left.value, result.value}),
                both({left.defined, either({left.value, result.defined})})};
    }
  }
  return result;
}

Carried CedarConditions::conditional(const SourceExpr& node) const {
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

Carried CedarConditions::binary(const SourceExpr& node) const {
  const SourceExprId left = node.children[0];
  const SourceExprId right = node.children[1];
  if (node.text == "==") return equality(left, right);
  if (node.text == "!=") return negated(equality(left, right));
  if (node.text == "in") return within(left, right);
  if (const std::optional<Comparison> comparison = ordering_of(node.text)) {
    return ordered(*comparison, left, right);
  }
  return lost("`" + node.text + "` is not an operator that can be carried");
}

Carried CedarConditions::equality(SourceExprId left, SourceExprId right) const {
  const SourceExpr& left_node = file_.expressions[left];
  const SourceExpr& right_node = file_.expressions[right];
  if (left_node.kind == SourceKind::entity && right_node.kind != SourceKind::entity) {
    return equality(right, left);
  }
  const Term term_left = term(left);
  if (right_node.kind == SourceKind::entity) {
    if (term_left.kind == TermKind::root) return total(is_entity(term_left.text, right_node));
    return lost("an attribute is compared with an entity, and holds an id alone");
  }
  const Term term_right = term(right);
  if (term_left.kind == TermKind::place && term_right.kind == TermKind::constant) {
    return tested(compare(term_left.place, Comparison::equal, term_right.constants.front()),
                  exists(term_left.place.path));
  }
  if (term_left.kind == TermKind::constant && term_right.kind == TermKind::place) {
    return equality(right, left);
  }
  if (term_left.kind == TermKind::unknown) return lost(term_left.text);
  if (term_right.kind == TermKind::unknown) return lost(term_right.text);
  return lost("two values of the request are compared with each other");
}

Carried CedarConditions::ordered(Comparison comparison, SourceExprId left,
                                 SourceExprId right) const {
  const Term term_left = term(left);
  const Term term_right = term(right);
  if (term_left.kind == TermKind::constant && term_right.kind == TermKind::place) {
    return ordered(mirrored(comparison), right, left);
  }
  if (term_left.kind == TermKind::place && term_right.kind == TermKind::constant &&
      term_right.constants.front().kind == ConstantKind::number) {
    return tested(compare(term_left.place, comparison, term_right.constants.front()),
                  has_kind(term_left.place, ValueKind::number));
  }
  if (term_left.kind == TermKind::unknown) return lost(term_left.text);
  if (term_right.kind == TermKind::unknown) return lost(term_right.text);
  return lost("an order is asked between what is not one attribute and one number");
}

Carried CedarConditions::within(SourceExprId left, SourceExprId right) const {
  const Term what = term(left);
  const SourceExpr& where = file_.expressions[right];
  if (what.kind != TermKind::root) {
    return lost("`in` asks about something else than principal, action and resource");
  }
  if (where.kind == SourceKind::entity) return total(is_in(what.text, where));
  if (where.kind != SourceKind::list) {
    return lost(display_of(where) + " stands behind `in`");
  }
  std::vector<FormulaRef> parts;
  for (const SourceExprId id : where.children) {
    const SourceExpr& entity = file_.expressions[id];
    if (entity.kind != SourceKind::entity) return lost(display_of(entity) + " stands behind `in`");
    parts.push_back(is_in(what.text, entity));
  }
  return total(either(std::move(parts)));
}

Carried CedarConditions::method(const SourceExpr& node) const {
  if (node.text == "contains" && node.children.size() == 2) return contains(node);
  if ((node.text == "containsAll" || node.text == "containsAny") && node.children.size() == 2) {
    return contains_each(node);
  }
  if (node.text == "isEmpty" && node.children.size() == 1) {
    const Term list = term(node.children.front());
    if (list.kind != TermKind::place) return lost(why_not(list));
    return tested(compare_size(list.place, Comparison::equal, {ConstantKind::number, "0"}),
                  has_kind(list.place, ValueKind::list));
  }
  return lost("`." + node.text + "(…)` has no counterpart");
}

Carried CedarConditions::contains(const SourceExpr& node) const {
  const Term list = term(node.children[0]);
  const Term element = term(node.children[1]);
  if (list.kind == TermKind::place && element.kind == TermKind::constant) {
    return tested(has_element(list.place, element.constants.front()),
                  has_kind(list.place, ValueKind::list));
  }
  if (list.kind == TermKind::constants && element.kind == TermKind::place) {
    return tested(is_one_of(element.place, list.constants), exists(element.place.path));
  }
  if (list.kind == TermKind::unknown) return lost(list.text);
  if (element.kind == TermKind::unknown) return lost(element.text);
  return lost("`.contains(…)` joins what the language cannot join");
}

Carried CedarConditions::contains_each(const SourceExpr& node) const {
  const Term list = term(node.children[0]);
  const Term elements = term(node.children[1]);
  if (list.kind != TermKind::place) return lost(why_not(list));
  if (elements.kind != TermKind::constants) {
    return lost("`." + node.text + "(…)` takes something else than constants");
  }
  std::vector<FormulaRef> parts;
  for (const Constant& element : elements.constants) {
    FormulaRef part = has_element(list.place, element);
    if (part->kind == FormulaKind::unknown) return lost(part->reason);
    parts.push_back(std::move(part));
  }
  return tested(node.text == "containsAll" ? both(std::move(parts)) : either(std::move(parts)),
                has_kind(list.place, ValueKind::list));
}

Carried CedarConditions::has(const SourceExpr& node) const {
  std::vector<std::string> names;
  const SourceExpr* at = &file_.expressions[node.children.front()];
  for (; at->kind == SourceKind::member; at = &file_.expressions[at->children.front()]) {
    names.insert(names.begin(), at->text);
  }
  if (at->kind != SourceKind::name) return lost(display_of(*at) + " stands before `has`");
  const std::size_t before = names.size();
  std::vector<FormulaRef> defined;
  if (before > 0) {
    const Term outer = member(at->text, names);
    if (outer.kind != TermKind::place) return lost(why_not(outer));
    defined.push_back(has_kind(outer.place, ValueKind::object));
  }
  names.insert(names.end(), node.words.begin(), node.words.end());
  const Term inner = member(at->text, names);
  if (inner.kind != TermKind::place) return lost(why_not(inner));
  if (node.words.size() > 1) {
    names.pop_back();
    const Term outer = member(at->text, names);
    if (outer.kind != TermKind::place) return lost(why_not(outer));
    defined.push_back(is_object_or_absent(outer.place));
  }
  return {exists(inner.place.path), both(std::move(defined))};
}

Carried CedarConditions::like(const SourceExpr& node) const {
  const Term text = term(node.children.front());
  if (text.kind != TermKind::place) return lost(why_not(text));
  const std::vector<std::string>& pieces = node.words;
  const Place& place = text.place;
  const FormulaRef defined = has_kind(place, ValueKind::string);
  if (pieces.size() == 1) {
    return tested(compare(place, Comparison::equal, {ConstantKind::string, pieces.front()}),
                  defined);
  }
  const bool middles_empty =
      std::all_of(pieces.begin() + 1, pieces.end() - 1, [](const auto& p) { return p.empty(); });
  if (middles_empty && pieces.front().empty() && pieces.back().empty()) {
    return {always(), defined};
  }
  if (middles_empty && pieces.back().empty()) {
    return tested(has_part(place, TestOp::starts_with, pieces.front()), defined);
  }
  if (middles_empty && pieces.front().empty()) {
    return tested(has_part(place, TestOp::ends_with, pieces.back()), defined);
  }
  if (pieces.size() == 3 && pieces.front().empty() && pieces.back().empty()) {
    return tested(has_part(place, TestOp::contains, pieces[1]), defined);
  }
  std::string expression = "(?s)^";
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (i > 0) expression += ".*";
    expression += regex_escaped(pieces[i]);
  }
  return tested(finds(place, expression + "$"), defined);
}

Carried CedarConditions::boolean_term(SourceExprId id) const {
  const Term what = term(id);
  if (what.kind != TermKind::place) return lost(why_not(what));
  return tested(is_true(what.place), has_kind(what.place, ValueKind::boolean));
}

Term CedarConditions::term(SourceExprId id) const {
  const SourceExpr& node = file_.expressions[id];
  if (std::optional<Constant> constant = constant_of(node)) {
    return {TermKind::constant, {}, {std::move(*constant)}, {}};
  }
  if (node.kind == SourceKind::list) {
    Term list{TermKind::constants, {}, {}, {}};
    for (const SourceExprId child : node.children) {
      std::optional<Constant> constant = constant_of(file_.expressions[child]);
      if (!constant) return lost_term("a list holds something else than constants");
      list.constants.push_back(std::move(*constant));
    }
    return list;
  }
  std::vector<std::string> names;
  const SourceExpr* at = &node;
  for (; at->kind == SourceKind::member; at = &file_.expressions[at->children.front()]) {
    names.insert(names.begin(), at->text);
  }
  if (at->kind != SourceKind::name) return lost_term(display_of(*at) + " has no counterpart");
  if (names.empty()) return {TermKind::root, at->text, {}, {}};
  return member(at->text, names);
}

Term CedarConditions::member(std::string_view root, const std::vector<std::string>& names) const {
  if (root == "context") return context_member(names);
  const bool principal = root == "principal";
  if (!principal && root != "resource") {
    return lost_term("`" + std::string(root) + "` has no attributes here");
  }
  const PlaceMap& places = principal ? principal_attributes_ : map_.resource_attributes;
  const auto found = places.find(names.front());
  if (found == places.end()) {
    return lost_term("the map has no `" + std::string(root) + ": {attributes: {" + names.front() +
                     ": …}}`");
  }
  std::optional<Place> place = found->second;
  for (std::size_t i = 1; place && i < names.size(); ++i) place = member_of(*place, names[i]);
  if (!place) return lost_term("`" + names.back() + "` is a member of what has no members");
  return {TermKind::place, {}, {}, std::move(*place)};
}

// The longest part of the chain that the map knows, then members of that.
Term CedarConditions::context_member(const std::vector<std::string>& names) const {
  std::string prefix;
  std::optional<Place> place = map_.context;
  std::size_t taken = 0;
  for (std::size_t i = 0; i < names.size(); ++i) {
    prefix += (i == 0 ? "" : ".") + names[i];
    if (const auto found = map_.context_members.find(prefix); found != map_.context_members.end()) {
      place = found->second;
      taken = i + 1;
    }
  }
  for (std::size_t i = taken; place && i < names.size(); ++i) place = member_of(*place, names[i]);
  if (!place) return lost_term("`context." + prefix + "` is not below an attribute with members");
  return {TermKind::place, {}, {}, std::move(*place)};
}

}  // namespace sentrail::compiler::import_
