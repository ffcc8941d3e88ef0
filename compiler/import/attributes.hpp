// Tests on our attributes, made from what foreign conditions compare.
//
// Neighbours: formula.hpp joins the tests, cel.cpp and cedar.cpp ask for them. Must not know: any
// source format. Where the language has no such test, because of the attribute's type or the
// constant's, the answer is an unknown with the reason.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/import/formula.hpp"
#include "compiler/import/literal.hpp"
#include "core/schema.hpp"

namespace sentrail::compiler::import_ {

// An attribute or a member of one.
struct Place {
  std::string path;  // as written
  Type type = Type::json;
  std::size_t steps = 0;  // members below the attribute
};

// Finds an attribute by its name, members allowed: `agent.id`, `args`, `args.a.b`.
[[nodiscard]] std::optional<Place> place_named(std::string_view path);

// Goes on to a member. out: nothing where the attribute has none, or past the longest path.
[[nodiscard]] std::optional<Place> member_of(const Place& place, std::string_view member);

// The orders and equality of source languages.
enum class Comparison : std::uint8_t { equal, less, less_equal, greater, greater_equal };

// `place op constant`. Wrong types at run time are undecidable.
[[nodiscard]] FormulaRef compare(const Place& place, Comparison comparison,
                                 const Constant& constant);
// `size(place) op constant`.
[[nodiscard]] FormulaRef compare_size(const Place& place, Comparison comparison,
                                      const Constant& constant);
// Whether the value is one of the constants.
[[nodiscard]] FormulaRef is_one_of(const Place& place, const std::vector<Constant>& constants);
// Whether a list or set holds the constant.
[[nodiscard]] FormulaRef has_element(const Place& place, const Constant& constant);
// Whether a string begins with, ends with or contains a text.
[[nodiscard]] FormulaRef has_part(const Place& place, TestOp op, std::string_view part);
// Whether a regular expression of ours, without slashes and flags around it, finds a piece.
[[nodiscard]] FormulaRef finds(const Place& place, std::string_view expression);
// Whether a bool is true.
[[nodiscard]] FormulaRef is_true(const Place& place);

// Whether the value is there and of that kind, where its type does not already say so.
[[nodiscard]] FormulaRef has_kind(const Place& place, ValueKind kind);

// `text` with everything escaped that means something in a regular expression.
[[nodiscard]] std::string regex_escaped(std::string_view text);

}  // namespace sentrail::compiler::import_
