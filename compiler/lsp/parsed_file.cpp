// Parses as far as it goes. See parsed_file.hpp.
#include "compiler/lsp/parsed_file.hpp"

#include <algorithm>
#include <utility>

#include "compiler/syntax/parser.hpp"

namespace sentrail::compiler::lsp {

ParsedFile::ParsedFile(std::string where, std::string text)
    : path(std::move(where)),
      source(sources.add(path, std::move(text))),
      lines(sources[source].text()),
      tokens(tokens_of(sources[source].text())) {
  DiagnosticSink unheard;  // the check reports them
  PartialParse parsed = parse_partly(source, sources, unheard);
  ast = std::move(parsed.ast);
  whole = parsed.whole;
}

std::string ParsedFile::imports_signature() const {
  std::string signature(policy());
  for (const ImportNode& import : ast.imports) {
    signature += '\n';
    signature += import.name.text;
    signature += ' ';
    if (import.alias) signature += import.alias->text;
  }
  return signature;
}

Range ParsedFile::range_of(Span span, Encoding encoding) const {
  return {lines.position_of(text(), span.begin, encoding),
          lines.position_of(text(), span.end, encoding)};
}

const Token* ParsedFile::token_at(std::uint32_t offset) const {
  auto behind = std::ranges::upper_bound(tokens, offset, {}, &Token::begin);
  if (behind == tokens.begin()) return nullptr;
  const Token& here = *std::prev(behind);
  if (here.end < offset) return nullptr;
  const bool touches = here.begin == offset && here.kind == TokenKind::sign;
  if (touches && std::prev(behind) != tokens.begin()) {
    const Token& before = *std::prev(behind, 2);
    if (before.end == offset && before.kind != TokenKind::sign) return &before;
  }
  return &here;
}

}  // namespace sentrail::compiler::lsp
