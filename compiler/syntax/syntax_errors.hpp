// From a place where the grammar failed to a diagnostic that a person can act on.
//
// Neighbours: failure_points.hpp says what was expected where, syntax_help.hpp what to write
// instead, builder.hpp reports what the grammar cannot know. Must not know: PEGTL, the tree. It
// looks at the text around the failure to say what was found instead: a keyword of a later
// language, a reserved word, a wrong quote, the end.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/diag/diagnostic.hpp"
#include "compiler/source.hpp"

namespace sentrail::compiler {

// What the grammar wanted at one of its points of failure: "expected `expected`, found …".
struct FailurePoint {
  DiagnosticKind kind;
  const char* expected;
  const char* help;  // "" for none
};

// Collects the syntax errors of one source. It keeps the brackets that are open, so that an
// unexpected end is explained by the bracket that was never closed.
class SyntaxErrors {
 public:
  SyntaxErrors(SourceId source, std::string_view text, DiagnosticSink& sink);

  // Reports that the grammar failed at `offset`, the last whole token having ended at `token_end`.
  // A second failure at one place is not reported.
  void expected(std::uint32_t offset, std::uint32_t token_end, const FailurePoint& point);
  // Reports nesting past limits::kNestingMax.
  void too_deep(std::uint32_t offset);
  // Reports an error that is not a failure of the grammar.
  void report(DiagnosticKind kind, Span span, std::string message, Help help,
              std::vector<DiagnosticNote> notes = {});

  // Remembers an opening bracket or quote, and forgets the innermost, or all of them.
  void open(std::uint32_t offset) { open_.push_back(offset); }
  void close() noexcept;
  void close_all() noexcept { open_.clear(); }
  // Forgets those of a clause that is given up, but not the braces that it stands in.
  void close_inner() noexcept;
  // Remembers where the string being read begins.
  void begin_string(std::uint32_t offset) noexcept { string_begin_ = offset; }

  [[nodiscard]] std::size_t count() const noexcept { return count_; }
  [[nodiscard]] Span span(std::size_t begin, std::size_t end) const noexcept;

 private:
  bool report_broken_token(std::uint32_t offset, const FailurePoint& point);
  bool report_later_language(std::uint32_t offset, const FailurePoint& point);
  bool report_reserved_word(std::uint32_t offset, const FailurePoint& point);
  bool report_end(std::uint32_t offset, std::uint32_t token_end, const FailurePoint& point);
  [[nodiscard]] std::uint32_t token_begin(std::uint32_t offset) const;
  [[nodiscard]] bool is_missing(std::uint32_t offset, std::uint32_t token_end) const;
  [[nodiscard]] Span found_span(std::uint32_t offset) const;
  [[nodiscard]] std::string describe(std::uint32_t offset) const;

  SourceId source_;
  std::string_view text_;
  DiagnosticSink& sink_;
  std::vector<std::uint32_t> open_;
  std::uint32_t string_begin_ = 0;
  std::uint32_t last_failure_ = 0xffffffff;
  std::size_t count_ = 0;
};

}  // namespace sentrail::compiler
