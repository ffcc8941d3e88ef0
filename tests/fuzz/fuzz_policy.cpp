// Any bytes as policy text: parse or a diagnostic with a place; what parses keeps the laws of
// formatting (PrintParseIdentity, idempotence, no comment lost).
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "compiler/format/format.hpp"
#include "compiler/syntax/parser.hpp"
#include "core/check.hpp"

namespace {

using namespace sentrail::compiler;

struct Parsed {
  std::string dump;
  std::string formatted;
  std::size_t comments = 0;
};

std::optional<Parsed> parse_text(std::string text) {
  Sources sources;
  const SourceId id = sources.add("p.sentrail", std::move(text));
  DiagnosticSink sink;
  const std::optional<Ast> ast = parse(id, sources, sink);
  SENTRAIL_CHECK(ast.has_value() != sink.has_errors());
  for (const Diagnostic& diagnostic : sink.sorted()) {
    SENTRAIL_CHECK(diagnostic.span.begin <= diagnostic.span.end);
    SENTRAIL_CHECK(diagnostic.span.end <= sources[id].text().size());
    SENTRAIL_CHECK(!render_text(diagnostic, sources, true).empty());
    SENTRAIL_CHECK(!render_json(diagnostic, sources).empty());
  }
  if (!ast) return std::nullopt;
  SENTRAIL_CHECK(ast->verify().has_value());
  return Parsed{ast->dump(), format(*ast, sources), ast->comments.size()};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::optional<Parsed> once =
      parse_text(std::string(reinterpret_cast<const char*>(data), size));
  if (!once) return 0;
  const std::optional<Parsed> twice = parse_text(once->formatted);
  SENTRAIL_CHECK(twice.has_value());
  SENTRAIL_CHECK(twice->dump == once->dump);
  SENTRAIL_CHECK(twice->formatted == once->formatted);
  SENTRAIL_CHECK(twice->comments == once->comments);
  return 0;
}
