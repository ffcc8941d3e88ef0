// Quantifiers: the lists that they ask, and what the names of their elements stand for.
//
// Neighbours: uses.cpp writes them, paths.cpp resolves an element's name here. Must not know:
// operators. source: docs/language.md, L3.6, L10.15.
#pragma once

#include <cstdint>
#include <string_view>

#include "compiler/check/context.hpp"
#include "compiler/ir/ir.hpp"

namespace sentrail::compiler::checking {

// What the name of an element stands for. `list` and `ref` mean something if it is sound.
struct Element {
  const Quantifier* quantifier = nullptr;
  const Element* outer = nullptr;  // of the quantifier around this one, in the same body
  bool sound = false;
  ir::AttributeRef list;
  ir::AttributeRef ref;  // `[*]` and what follows it included
};

// The element that a name stands for, from the inside out; null if it is none.
[[nodiscard]] const Element* element_named(const Element* innermost, std::string_view name);

// Whether a name begins the path of some attribute, which an element of that name would hide.
[[nodiscard]] bool begins_attribute(std::string_view name);

// Makes the element of a quantifier under the current frame; reports what is wrong with its name,
// its list, or how deep it stands.
[[nodiscard]] Element element_of(Context& context, const Quantifier& quantifier);

// Appends the condition that `child` holds of some or all of the elements.
ir::ConditionId append_quantified(Context& context, const Element& element, ir::ConditionId child,
                                  Span span);

}  // namespace sentrail::compiler::checking
