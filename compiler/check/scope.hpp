// The names that one file gives to lists and conditions, and those of the modules it imports.
//
// Neighbours: check.cpp fills it, named.hpp judges the conditions in it, uses.hpp writes them out
// where they are used, operands.hpp looks lists up. Must not know: rules, tests, files.
// source: docs/language.md, section 12.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/ir/ir.hpp"
#include "compiler/syntax/ast.hpp"

namespace sentrail::compiler::checking {

struct Scope;

// What stands for a parameter: a path where it is left of an operator, a value where it is right.
enum class Role : std::uint8_t { unused, path, value };

// One condition with a name, as its uses need to know it.
struct NamedCondition {
  const ConditionNode* node = nullptr;
  const Scope* scope = nullptr;  // where its body is read
  std::vector<Role> roles{};     // of its parameters
  std::size_t tests = 0;         // of its body, other conditions written out
  std::size_t depth = 0;         // of the parentheses in it, likewise
  bool broken = false;           // reported: its uses stand as `always`
};

// The tests of bodies that name no parameter are checked once. By the number of a test's
// expression: the conditions [begin, end) that it has become.
struct Settled {
  IdVector<ir::ConditionTag, ir::Condition> conditions{};
  std::map<std::uint32_t, std::pair<std::uint32_t, std::uint32_t>> of{};
};

// The names of one file. Texts view into its Ast.
struct Scope {
  const Ast* ast = nullptr;
  std::string_view module{};
  std::map<std::string_view, const ListNode*> lists{};
  std::map<std::string_view, NamedCondition> conditions{};
  std::map<std::string_view, const Scope*> modules{};  // by the name that they have in this file
  Settled settled{};
};

// A name, divided: `ci` belongs to the scope itself, `lists.ci` to the module called `lists`.
struct ScopedName {
  const Scope* home = nullptr;  // null: no module is called so
  std::string_view module{};    // as written, without the last dot
  std::string_view name{};
};

// Divides a name as it is written in a scope.
[[nodiscard]] ScopedName look_up(const Scope& scope, std::string_view name);

// Whether a name is for its own module alone.
[[nodiscard]] constexpr bool is_private(std::string_view name) noexcept {
  return name.starts_with('_');
}

// Every list, or every condition, that a scope can name, in the order of names.
[[nodiscard]] std::vector<std::string_view> list_names(const Scope& scope);
[[nodiscard]] std::vector<std::string_view> condition_names(const Scope& scope);

}  // namespace sentrail::compiler::checking
