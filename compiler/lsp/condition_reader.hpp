// What may come next in a condition that is read token by token.
//
// Neighbours: completion_place.cpp feeds it with the tokens of one condition. Must not know: rules,
// tests, what anything is of the language beyond conditions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/lsp/tokens.hpp"

namespace sentrail::compiler::lsp {

// The name of an element in `any x in body.files[*].path: …`, and its list up to `[*]`.
struct Binder {
  std::string name;
  std::string list;
  bool member = false;  // something follows `[*]`
};

// What comes next; from `binder` on between the word `any` and its colon.
enum class Next : std::uint8_t {
  operand,
  operator_,
  value,
  type,
  joiner,
  within,
  binder,
  in_,
  list,
  colon
};

// What a parenthesis in a condition holds; `size` has arguments.
enum class Parenthesis : std::uint8_t { tests, arguments, counted };

// Whether a word or sign is an operator; `not in` is known by its second word.
[[nodiscard]] bool is_operator(std::string_view word);

// Reads one condition from its first token on.
class ConditionReader {
 public:
  // Takes a token, which is `word`; `previous` stood before it.
  void take(const Token& token, std::string_view word, std::string_view previous);

  [[nodiscard]] Next next() const noexcept { return next_; }
  // Left of the operator, or what is used.
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] bool in_bracket() const noexcept { return bracket_; }
  // Whether this is between the parentheses of a use, or of `size`.
  [[nodiscard]] bool in_arguments() const { return is_in(Parenthesis::arguments); }
  // The elements that have a name here, the innermost last.
  [[nodiscard]] std::vector<Binder> binders() const;

 private:
  [[nodiscard]] bool is_in(Parenthesis kind) const {
    return !parentheses_.empty() && parentheses_.back() == kind;
  }
  void quantifier(const Token& token);
  void read(const Token& token);
  void close();
  void step(const Token& token);

  std::string_view word_;
  std::string_view previous_;
  Next next_ = Next::operand;
  bool bracket_ = false;
  std::vector<Parenthesis> parentheses_;
  std::vector<std::pair<std::size_t, Binder>> binders_;  // with the parentheses around each
  std::string path_;
};

}  // namespace sentrail::compiler::lsp
