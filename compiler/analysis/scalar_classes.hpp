// The classes of the value of one attribute or member, and each test's truth in each of them.
//
// Neighbours: text_classes.hpp, number_classes.hpp, address_classes.hpp (infinite kinds), space.cpp
// (all attributes). Must not know: rules. source: docs/language.md, section 5.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "compiler/analysis/bits.hpp"
#include "compiler/analysis/size_classes.hpp"
#include "compiler/ir/ir.hpp"
#include "compiler/oracle/value.hpp"

namespace sentrail::compiler::analysis {

// Where one test is true, and where it is undecidable.
struct TestTruth {
  Bits certain;
  Bits undecidable;
};

// The classes by a value of each, and the truth of the tests that they were made for.
struct ScalarClasses {
  std::vector<oracle::Value> values;
  std::vector<TestTruth> tests;
};

// Whether the classes of a test take no product over single characters.
[[nodiscard]] bool is_quick(const ir::Atom& atom) noexcept;

// How lists are told apart: not at all, by what kinds of element they hold, or by whether their
// elements are looked at.
enum class ListDetail : std::uint8_t { none, kinds, ends };

// What attributes that are compared with each other have in common: `tests` tell the values of each
// of them apart, and patterns among them have the separator.
struct Shared {
  std::vector<const ir::Atom*> tests;
  char separator = '/';
};

// Makes the classes for tests of one attribute or member. `sizes`: ranges of sizes that texts are
// told apart by where they are tested otherwise too, none: sizes do not matter. Where they do, a
// text without a size is a class of its own, but not in JSON (L4.8). REQUIRES: no test is a `has`,
// of a size or of equality with another attribute. Nothing if tests of texts exceed their budgets,
// or classes and tests limits::kAnalysisBitsMax.
[[nodiscard]] std::optional<ScalarClasses> scalar_classes(const ir::AttributeRef& ref,
                                                          std::span<const ir::Atom* const> tests,
                                                          ListDetail lists,
                                                          std::span<const SizeRange> sizes,
                                                          const Shared* shared = nullptr);

// Lists as elements tell them apart: all elements of one kind, none, others among them, too many.
enum class ListKind : std::uint8_t { none, empty, strings, numbers, booleans, mixed, endless };
[[nodiscard]] ListKind list_kind_of(const oracle::Value& value);

}  // namespace sentrail::compiler::analysis
