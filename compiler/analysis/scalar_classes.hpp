// The classes of the value of one attribute or member, and each test's truth in each of them.
//
// Neighbours: text_classes.hpp, number_classes.hpp, address_classes.hpp (infinite kinds), space.cpp
// (all attributes). Must not know: rules. source: docs/language.md, section 5.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "compiler/analysis/bits.hpp"
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

// Whether analysis knows what a test of one value means; `has` is known apart.
[[nodiscard]] bool is_known(const ir::Atom& atom) noexcept;
// Whether its classes take no product over single characters.
[[nodiscard]] bool is_quick(const ir::Atom& atom) noexcept;

// What attributes that are compared with each other have in common: `tests` tell the values of each
// of them apart, and patterns among them have the separator.
struct Shared {
  std::vector<const ir::Atom*> tests;
  char separator = '/';
};

// Makes the classes for tests of one attribute or member. `lists`: whether lists are told apart by
// what they hold. REQUIRES: is_known of each test, none is a `has`. Nothing if tests of
// texts exceed their budgets, or classes and tests limits::kAnalysisBitsMax.
[[nodiscard]] std::optional<ScalarClasses> scalar_classes(const ir::AttributeRef& ref,
                                                          std::span<const ir::Atom* const> tests,
                                                          bool lists,
                                                          const Shared* shared = nullptr);

// Lists as elements tell them apart: all elements of one kind, none, others among them, too many.
enum class ListKind : std::uint8_t { none, empty, strings, numbers, booleans, mixed, endless };
[[nodiscard]] ListKind list_kind_of(const oracle::Value& value);

}  // namespace sentrail::compiler::analysis
