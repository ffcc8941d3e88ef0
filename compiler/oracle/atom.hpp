// The truth of single tests.
//
// Neighbours: oracle.cpp joins them. Must not know: rules.
// source: docs/language.md, L5.
#pragma once

#include <vector>

#include "compiler/ir/ir.hpp"
#include "compiler/oracle/value.hpp"
#include "core/truth.hpp"

namespace sentrail::compiler::oracle {

// The elements that the quantifiers around a test look at, from the outside in.
using Elements = std::vector<const Value*>;

// The value that a reference names in a request: absent, unreadable or a value. source: L5.2.
[[nodiscard]] Value look_up(const Request& request, const ir::AttributeRef& ref,
                            const Elements& elements = {});
// The same where it stands, for lists are long; `made` holds what stands nowhere.
[[nodiscard]] const Value& look_up(const Request& request, const ir::AttributeRef& ref,
                                   const Elements& elements, Value& made);

// The truth of one test. REQUIRES: the atom stands in a policy that verifies.
[[nodiscard]] Truth evaluate(const ir::Atom& atom, const Request& request,
                             const Elements& elements = {});

// Whether two values of attributes of a type, or of JSON, are one. source: L5.16.
[[nodiscard]] Truth same(const Value& a, const Value& b, Type type);

}  // namespace sentrail::compiler::oracle
