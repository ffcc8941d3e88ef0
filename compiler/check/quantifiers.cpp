// Names elements and finds their lists. See quantifiers.hpp.
#include "compiler/check/quantifiers.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "compiler/check/paths.hpp"
#include "compiler/check/uses.hpp"
#include "core/limits.hpp"

namespace sentrail::compiler::checking {
namespace {

bool check_binder(Context& context, const Name& binder) {
  const auto refuse = [&](const std::string& what, std::vector<DiagnosticNote> notes) {
    context.report(DiagnosticKind::bad_binder, binder.span, ticked(binder.text) + " " + what,
                   "choose another name, such as `x`", std::move(notes));
    return false;
  };
  if (begins_attribute(binder.text))
    return refuse("is an attribute, or begins the name of one", {});
  if (const Element* taken = element_named(context.frame->elements, binder.text)) {
    return refuse("names an element already",
                  {{taken->quantifier->binder.span, "the other element"}});
  }
  if (const auto index = parameter_of(context.frame->named, binder.text)) {
    return refuse("is a parameter of this condition",
                  {{context.frame->named->node->parameters[*index].span, "the parameter"}});
  }
  return true;
}

bool check_depth(Context& context, const Name& binder) {
  if (context.quantifier_depth < limits::kQuantifierDepthMax) return true;
  if (context.quantifier_depth == limits::kQuantifierDepthMax) {
    context.report(DiagnosticKind::quantifiers_too_deep, binder.span,
                   "more than " + std::to_string(limits::kQuantifierDepthMax) +
                       " quantifiers stand within each other",
                   "give the inner one a rule of its own");
  }
  return false;
}

// The path up to `[*]`.
Path list_of(const Path& path) {
  Path list = path;
  list.star = 0;
  if (path.star > 0) list.steps = list.steps.first(path.star);
  return list;
}

// Whether a reference has elements, with members if `[*]` is followed by some.
bool check_list(Context& context, const ir::AttributeRef& list, bool with_members, Span span) {
  const Type type = type_of(list);
  if (type == Type::json || (type == Type::string_set && !with_members)) return true;
  const std::string name = ticked(to_string(list));
  context.report(DiagnosticKind::wrong_operator, span,
                 type == Type::string_set
                     ? "the elements of " + name + " have no members"
                     : name + " is of type " + std::string(name_of(type)) + " and has no elements",
                 "`any` and `all` ask sets and JSON lists");
  return false;
}

}  // namespace

const Element* element_named(const Element* innermost, std::string_view name) {
  for (const Element* one = innermost; one != nullptr; one = one->outer) {
    if (one->quantifier->binder.text == name) return one;
  }
  return nullptr;
}

bool begins_attribute(std::string_view name) {
  return std::ranges::any_of(kAttributes, [&](const Attribute& row) {
    return row.name.substr(0, row.name.find('.')) == name;
  });
}

Element element_of(Context& context, const Quantifier& quantifier) {
  Element element;
  element.quantifier = &quantifier;
  element.outer = context.frame->elements;
  const bool shallow = check_depth(context, quantifier.binder);
  const bool named = check_binder(context, quantifier.binder);
  auto list = resolve(context, list_of(quantifier.list));
  if (!shallow || !named || !list) return element;
  const std::span<const Name> steps = quantifier.list.steps;
  const std::size_t own = quantifier.list.star > 0 ? quantifier.list.star : steps.size();
  if (!check_list(context, *list, own < steps.size(), quantifier.list.span)) return element;
  element.sound = true;
  element.ref.attribute = list->attribute;
  element.ref.binder = static_cast<std::uint8_t>(context.quantifier_depth + 1);
  element.ref.element = std::string(quantifier.binder.text);
  for (std::size_t i = own; i < steps.size(); ++i) element.ref.steps.emplace_back(steps[i].text);
  element.list = *std::move(list);
  return element;
}

ir::ConditionId append_quantified(Context& context, const Element& element, ir::ConditionId child,
                                  Span span) {
  const ir::ConditionKind kind =
      element.quantifier->all ? ir::ConditionKind::every_element : ir::ConditionKind::some_element;
  const ir::ConditionId made = append(context, kind, {child}, span);
  ir::Condition& condition = context.policy.conditions[made];
  condition.atom.attribute = element.list;
  condition.element = std::string(element.quantifier->binder.text);
  return made;
}

}  // namespace sentrail::compiler::checking
