// A layout into which the comments and empty lines of a source are written as it is filled.
//
// Neighbours: format.cpp fills it with what the tree says; layout.hpp renders. Must not know: the
// shapes of declarations.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "compiler/format/layout.hpp"
#include "compiler/syntax/ast.hpp"

namespace sentrail::compiler {

// What a formatter of one file builds on. Both references outlive it.
class Commented {
 protected:
  Commented(const Ast& ast, const Source& source) : ast_(ast), source_(source) {}

  [[nodiscard]] std::string_view slice(Span span) const { return source_.slice(span); }

  // Writes the comments that stand before `offset`; `first` tells that nothing of the block stands
  // above, `blanks` that empty lines are kept here. Returns whether a line was written.
  bool flush(std::size_t offset, bool blanks, bool first);
  // Comments, then a new line for a unit that keeps the author's empty lines.
  void begin_unit(std::size_t offset, bool first);
  // Comments, then a new line within a construct.
  void begin_part(std::size_t offset);
  // Comments before a closing brace, which stands on a line of its own.
  void close_block(Span block, bool empty);

  // `[a, b]`, or one entry a line with a last comma; `close` is where its bracket ends it.
  void bracketed(std::span<const Literal> entries, std::size_t close);
  // Who approves and by when, as much as there is room for on a line; `from` begins the people.
  void approval_parts(const ApprovalNode& node, std::string_view from);

  // Whether the author left an empty line above the line that begins with `offset`.
  [[nodiscard]] bool blank_before(std::size_t offset) const;

  const Ast& ast_;
  const Source& source_;
  Layout layout_;

 private:
  std::size_t next_ = 0;  // the first comment that is not yet written
};

}  // namespace sentrail::compiler
