// From literals to operands: types, numbers, patterns, lists.
//
// Neighbours: conditions.cpp and rules.cpp ask, ir/pattern.hpp judges patterns. Must not know:
// operators beyond what they take. source: docs/language.md, L4.9, L10.6 to L10.8.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/check/context.hpp"
#include "compiler/ir/ir.hpp"

namespace sentrail::compiler::checking {

// Where a literal stands: it decides whether ranges and patterns are read.
enum class Place : std::uint8_t {
  value,    // beside `==`, `<`, `has` and in a given request: literal
  entry,    // under `in`: a range, or a pattern if it has a wildcard
  pattern,  // beside `~`
};

// The left side of a test: what a reference names, or the size of that.
struct Left {
  // Implicit: a reference is the usual left side.
  Left(const ir::AttributeRef& reference, bool size = false) : ref(reference), sized(size) {}

  const ir::AttributeRef& ref;
  bool sized;

  // The type that it is compared as, and how it is written.
  [[nodiscard]] Type type() const;
  [[nodiscard]] std::string name() const;
};

// Gives a literal the type of the value it is compared with. Reports what is wrong and gives
// nothing if the two cannot be compared.
[[nodiscard]] std::optional<ir::Operand> operand_of(Context& context, const Left& left,
                                                    const Literal& literal, Place place);

// The entries that stand right of `in`: in brackets, one range, or by the name of a list. Reports
// what is wrong with them; entries that are wrong are left out.
[[nodiscard]] std::vector<ir::Operand> entries_of(Context& context, const Left& left,
                                                  const Operand& operand);

// The entries of a list as operands, as above; `use` is where they are tested.
[[nodiscard]] std::vector<ir::Operand> entries_of(Context& context, const Left& left,
                                                  std::span<const Literal> entries, Span use);

// Counts so many more operands. Reports at `use` the first time that they are too many.
// out: whether they are within limits::kOperandsMax.
bool spend_operands(Context& context, std::size_t more, Span use);

// The list that a word after `in` names; reports if there is none, and gives null then.
const ListNode* list_of(Context& context, const Literal& literal);

// Warns of entries that stand twice.
void warn_of_repeats(Context& context, std::span<const Literal> entries);

}  // namespace sentrail::compiler::checking
