// Lays tests out in a file of their own, whose head is then left out. See written_tests.hpp.
#include "compiler/driver/written_tests.hpp"

#include <optional>
#include <string_view>

#include "compiler/diag/diagnostic.hpp"
#include "compiler/format/format.hpp"
#include "compiler/syntax/parser.hpp"

namespace sentrail::compiler {

Result<std::string> laid_out(const std::string& tests) {
  constexpr std::string_view kHead = "policy generated\nlanguage 1\n";
  Sources sources;
  DiagnosticSink sink;
  const SourceId source = sources.add("generated tests", std::string(kHead) + tests);
  const std::optional<Ast> ast = parse(source, sources, sink);
  if (!ast) return fail(Errc::invalid_argument, "the tests that were made cannot be written");
  const std::string text = format(*ast, sources);
  const std::size_t begin = text.find("\ntest ");
  return begin == std::string::npos ? std::string() : text.substr(begin + 1);
}

}  // namespace sentrail::compiler
