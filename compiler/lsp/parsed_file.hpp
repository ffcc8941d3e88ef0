// One text with everything that can be said of it alone.
//
// Neighbours: workspace.hpp keeps one for each file, names.hpp reads their trees, features answer
// from them. Must not know: other files, what a policy means.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/lsp/positions.hpp"
#include "compiler/lsp/tokens.hpp"
#include "compiler/source.hpp"
#include "compiler/syntax/ast.hpp"

namespace sentrail::compiler::lsp {

// A text, its lines, its tokens, and what of it could be parsed. Never changes; the tree views into
// it, so that it stays where it is.
struct ParsedFile {
  ParsedFile(std::string path, std::string text);
  ParsedFile(const ParsedFile&) = delete;
  ParsedFile& operator=(const ParsedFile&) = delete;

  std::string path;
  Sources sources;
  SourceId source;
  LineIndex lines;
  std::vector<Token> tokens;
  Ast ast;
  bool whole = false;  // the tree is that of the whole text

  [[nodiscard]] std::string_view text() const { return sources[source].text(); }
  [[nodiscard]] std::string_view slice(Span span) const { return sources[source].slice(span); }
  // The name that the file says it is; empty if it says none.
  [[nodiscard]] std::string_view policy() const {
    return ast.policy ? ast.policy->text : std::string_view();
  }
  // What the file says of the others it needs: equal for two texts, the same files are looked for.
  [[nodiscard]] std::string imports_signature() const;
  // Positions of this text.
  [[nodiscard]] Range range_of(Span span, Encoding encoding) const;
  [[nodiscard]] std::uint32_t offset_of(Position position, Encoding encoding) const {
    return lines.offset_of(text(), position, encoding);
  }
  // The token that an offset is in or at the end of, if any; of two that touch, a word, number or
  // string.
  [[nodiscard]] const Token* token_at(std::uint32_t offset) const;
};
using ParsedFilePtr = std::shared_ptr<const ParsedFile>;

}  // namespace sentrail::compiler::lsp
