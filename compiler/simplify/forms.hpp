// Conditions while they are being simplified: each node keeps its place in the text and a key that
// equals another's exactly if both say the same.
//
// Neighbours: simplify.cpp builds forms bottom-up and writes them back. Must not know: rules.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "compiler/ir/ir.hpp"

namespace sentrail::compiler {

using FormId = Id<struct FormTag>;

// What a form is. `all` and `any` have two children or more, none of their own kind, no constants.
enum class FormKind : std::uint8_t { never, always, literal, all, any, quantified };
struct Form {
  FormKind kind = FormKind::always;
  const ir::Atom* atom = nullptr;  // literal
  // quantified: which, and over what; its one child is never negated, the whole may be
  const ir::Condition* quantifier = nullptr;
  bool negated = false;  // literal, quantified
  std::vector<FormId> children;
  Span span;
  std::uint32_t key = 0;
  std::uint32_t cost = 0;  // a guess, for ordering
};

// Owns forms and makes them small as they are made. The rewrites are named in README.md.
class Forms {
 public:
  // Makes room for the forms of so many conditions.
  void reserve(std::size_t conditions);
  // True or false of every request.
  FormId constant(bool value, Span span);
  FormId literal(const ir::Atom& atom, bool negated, Span span);
  FormId quantified(const ir::Condition& quantifier, bool negated, FormId child);
  // `kind` is all or any. cost: n log n in the children.
  FormId junction(FormKind kind, const std::vector<FormId>& children, Span span);

  [[nodiscard]] const Form& operator[](FormId id) const { return forms_[id]; }

 private:
  [[nodiscard]] std::vector<FormId> flattened(FormKind kind, const std::vector<FormId>& children);
  void drop_repeated(std::vector<FormId>& children) const;
  void drop_absorbed(FormKind kind, std::vector<FormId>& children) const;
  [[nodiscard]] std::uint32_t key_of(const std::string& text);

  IdVector<FormTag, Form> forms_;
  std::string key_;  // of the literal being made
  std::unordered_map<std::string, std::uint32_t> keys_;
};

// A text that two atoms share exactly if they are equal but for repeated operands.
[[nodiscard]] std::string key_text(const ir::Atom& atom);

// A text that two conditions share only if they say the same: of equal trees of equal tests.
// Recursion: kConditionDepthMax.
[[nodiscard]] std::string key_text(const ir::Policy& policy, ir::ConditionId id);

// A text that two rules share only if they match the same, `when`, `unless` and end.
[[nodiscard]] std::string key_text(const ir::Policy& policy, const ir::Rule& rule);

}  // namespace sentrail::compiler
