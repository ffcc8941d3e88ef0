// Expressions of CEL and Cedar as one kind of tree, and the builder that parsers feed.
//
// Neighbours: cel_parser.cpp and cedar_parser.cpp build trees, cel.cpp and cedar.cpp read them.
// Must not know: what an expression means in either language, or what can be carried of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/ids.hpp"

namespace sentrail::compiler::import_ {

using SourceExprId = Id<struct SourceExprTag>;

// The kinds of expression. `other` is what both importers only know by name: arithmetic, records.
enum class SourceKind : std::uint8_t {
  string,       // text
  number,       // text: a JSON number
  boolean,      // text: true, false
  null,         //
  name,         // text: a variable
  slot,         // text: of a template
  entity,       // text: the type, words: the id
  list,         // children
  member,       // text: the name; child: of what
  index,        // children: of what, which
  call,         // text: the function; children: arguments
  method,       // text: the method; children: of what, then arguments
  not_,         // child
  and_,         // children
  or_,          // children
  binary,       // text: the operator; children: both sides
  conditional,  // children: condition, then, else
  has,          // words: the names; child: of what
  like,         // words: the texts between wildcards; child: of what
  is,           // text: the type; child: of what
  other,        // text: what it is
};

// One node.
struct SourceExpr {
  SourceKind kind = SourceKind::other;
  std::string text;
  std::vector<std::string> words;
  std::vector<SourceExprId> children;
  std::uint32_t depth = 1;
};

// The expressions of one file.
using SourceExprs = IdVector<SourceExprTag, SourceExpr>;

// A stack machine: leaves are pushed, operators take what they join. Calls come from a parser whose
// grammar makes them balanced; what is wrong beyond the grammar (an escape, nesting) is kept as the
// first problem, and building goes on with a stand-in.
class SourceExprBuilder {
 public:
  // Pushes a leaf, or a node over the last `count` nodes.
  void push(SourceKind kind, std::string text = {}, std::size_t count = 0,
            std::vector<std::string> words = {});
  // Remembers a place of the stack, for what has any number of parts.
  void open();
  // Joins all that was pushed since `open`. `before` is how many nodes under it belong to it too.
  void close(SourceKind kind, std::size_t before = 0, std::string text = {});
  // The same, but one node alone stays itself.
  void close_join(SourceKind kind, std::string text = {});
  // Puts `-` before the node on top: a number is one still.
  void negate_number();
  // Remembers the name of an operator until `take_operator`.
  void keep_operator(std::string text) { operators_.push_back(std::move(text)); }
  [[nodiscard]] std::string take_operator();
  // `x is T in E` as `x is T && x in E`; the stack holds the first and E.
  void join_is_in();
  // Takes the node on top. REQUIRES: there is one.
  [[nodiscard]] SourceExprId pop();
  // Keeps the first of several problems.
  void problem(std::string message);

  [[nodiscard]] const std::optional<std::string>& problem() const { return problem_; }
  [[nodiscard]] SourceExprs take() { return std::move(nodes_); }

 private:
  SourceExprId add(SourceExpr node);

  SourceExprs nodes_;
  std::vector<SourceExprId> stack_;
  std::vector<std::size_t> frames_;  // sizes of the stack
  std::vector<std::string> operators_;
  std::optional<std::string> problem_;
};

// Decodes what stands between the quotes of a string: `\n`, `\x41`, `\u{1f600}` and, with `cel`,
// octal, `\uHHHH` and `\UHHHHHHHH`. With `pieces` an unescaped `*` divides the text and `\*` is a
// star. out: nothing where an escape means nothing, or the text is not UTF-8.
enum class StringStyle : std::uint8_t { cel, cedar };
[[nodiscard]] std::optional<std::vector<std::string>> decode_string(std::string_view text,
                                                                    StringStyle style,
                                                                    bool pieces = false);

// The place of a byte, as `line L, column C`.
[[nodiscard]] std::string place_in(std::string_view text, std::size_t offset);

}  // namespace sentrail::compiler::import_
