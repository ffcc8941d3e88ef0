// Where in a policy the cursor is, so that only what could stand there is offered.
//
// Neighbours: tokens.hpp is read up to the cursor, completion.cpp makes the offers. Must not know:
// catalogs, names of other files. Works on texts that are not whole: that is when people ask.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/lsp/condition_reader.hpp"
#include "compiler/lsp/tokens.hpp"

namespace sentrail::compiler::lsp {

// Kinds of things that may stand somewhere; several at once.
enum class Want : std::uint32_t {
  declarations = 1u << 0,
  rule = 1u << 1,  // the word, within a tier
  outcomes = 1u << 2,
  effects = 1u << 3,
  clauses = 1u << 4,
  tools = 1u << 5,
  actions = 1u << 6,  // of Place::tool
  attributes = 1u << 7,
  conditions = 1u << 8,
  parameters = 1u << 9,
  always = 1u << 10,
  not_ = 1u << 11,
  operators = 1u << 12,  // for Place::path
  joiners = 1u << 13,
  values = 1u << 14,  // for Place::path
  lists = 1u << 15,
  types = 1u << 16,
  imports = 1u << 17,
  as = 1u << 18,
  because = 1u << 19,
  given = 1u << 20,
  request = 1u << 21,  // `body`, `with`
  expect = 1u << 22,
  by = 1u << 23,
  rules = 1u << 24,  // by their names
  methods = 1u << 25,
  columns = 1u << 26,
  table = 1u << 27,
  for_ = 1u << 28,
  with = 1u << 29,
  unreadable = 1u << 30,
  obligations = 1u << 31,
};

// The place of a cursor.
struct Place {
  std::uint32_t wants = 0;
  std::uint32_t begin = 0;  // of the word that is being written; what is chosen takes its place
  std::uint32_t end = 0;
  std::string path;             // the attribute left of the operator
  std::string tool;             // behind `on`
  std::string condition;        // whose body this is
  std::vector<Binder> binders;  // that stand for elements there, the innermost last
  bool guard = false;           // in a guard tier
  bool answers = false;         // `response` may stand there, behind `on`
  bool in_list = false;         // `in` may stand there, behind `any x`

  // Whether something of that kind may stand there.
  [[nodiscard]] bool has(Want want) const noexcept {
    return (wants & static_cast<std::uint32_t>(want)) != 0;
  }
};

// The place of an offset. Within comments, numbers, expressions and strings that hold no attribute
// nothing is wanted. cost: linear in the tokens before it.
[[nodiscard]] Place place_at(std::string_view text, const std::vector<Token>& tokens,
                             std::uint32_t offset);

}  // namespace sentrail::compiler::lsp
