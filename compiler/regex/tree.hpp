// A regular expression as a tree, read from its text.
//
// Neighbours: check/ reports what is wrong with one, ir/verify.cpp asks whether it is well formed,
// compile.hpp turns the tree into steps. The oracle has its own reader and must not include this.
// Must not know: policies, values. source: docs/language.md, L7.7 to L7.14.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "core/ids.hpp"

namespace sentrail::compiler::regex {

using NodeId = Id<struct RegexNodeTag>;

// Code points from `low` to `high`, both included.
struct Range {
  char32_t low = 0;
  char32_t high = 0;

  friend auto operator<=>(const Range&, const Range&) = default;
};

// What holds between two characters.
enum class Assertion : std::uint8_t {
  text_begin,
  text_end,
  line_begin,
  line_end,
  word_boundary,
  no_word_boundary
};

// The kinds of node. `repeat` has one child, `sequence` and `choice` two or more, others none.
enum class NodeKind : std::uint8_t { empty, set, assertion, sequence, choice, repeat };
struct Node {
  NodeKind kind = NodeKind::empty;
  std::vector<Range> set;  // set: ascending, apart from each other
  Assertion assertion = Assertion::text_begin;
  std::vector<NodeId> children;
  std::uint32_t least = 0;  // repeat
  std::uint32_t most = 0;   // repeat; kUnbounded
};
inline constexpr std::uint32_t kUnbounded = std::numeric_limits<std::uint32_t>::max();

// One regular expression; children before parents, the root last.
struct Tree {
  IdVector<RegexNodeTag, Node> nodes;
  NodeId root;
};

// What is wrong with a regular expression, in words that continue "the regular expression …", what
// to write instead, and the byte of its text where it is.
struct Problem {
  std::string what;
  std::string help;
  std::size_t offset = 0;

  friend bool operator==(const Problem&, const Problem&) = default;
};

// Reads a text, which may begin with flags such as `(?i)`.
// cost: linear; recursion is bounded by limits::kRegexDepthMax.
[[nodiscard]] tl::expected<Tree, Problem> parse(std::string_view text);

// Whether each match begins where the text begins and ends where it ends.
[[nodiscard]] bool is_anchored(const Tree& tree);

}  // namespace sentrail::compiler::regex
