// Prints the mutation score. See mutation_output.hpp.
#include "compiler/driver/mutation_output.hpp"

#include <unistd.h>

#include <cstdio>
#include <optional>
#include <string>

#include "compiler/driver/coverage_output.hpp"
#include "compiler/driver/test_findings.hpp"
#include "compiler/driver/written_tests.hpp"
#include "core/text.hpp"

namespace sentrail::compiler {
namespace {

// Where the default is written, or where it would be.
Span place_of_default(const Loaded& loaded) {
  const Ast& ast = *loaded.ast;
  if (!ast.defaults.empty()) return ast.defaults.front().span;
  return ast.policy ? ast.policy->span : Span{ast.source, 0, 0};
}

// The text with each line moved to the right.
std::string indented(const std::string& text) {
  std::string out;
  bool begin = true;
  for (const char c : text) {
    if (begin && c != '\n') out += "      ";
    begin = c == '\n';
    out += c;
  }
  return out;
}

}  // namespace

Result<MutationScore> score_of(const Loaded& loaded, bool told) {
  MutationProgress progress;
  if (told && ::isatty(STDERR_FILENO) == 1) {
    progress = [](std::size_t done, std::size_t all) {
      std::fprintf(stderr, done < all ? "\r%zu of %zu mistakes tried" : "\r\x1b[K", done, all);
      std::fflush(stderr);
    };
  }
  return mutation_score(*loaded.policy, loaded.tested_modules, loaded.catalogs, loaded.sources,
                        place_of_default(loaded), progress);
}

void print_mutation(const MutationScore& score, const Loaded& loaded) {
  std::printf("mutation: %zu of %zu mistakes noticed", score.noticed, score.noticeable());
  if (score.no_difference > 0) std::printf(", %zu make no difference", score.no_difference);
  if (score.left_out > 0) std::printf(", %zu more were not tried", score.left_out);
  std::printf("\n");
  for (const Survivor& survivor : score.survivors) {
    const bool with_test = !survivor.test.empty();
    std::printf("  %s: no test notices if %s; %s\n",
                place_of(survivor.mistake.span, loaded.sources).c_str(),
                said_of(survivor.mistake, *loaded.policy, loaded.sources).c_str(),
                with_test ? "this one would" : escape_display(hint_of(survivor)).c_str());
    if (!with_test) continue;
    const Result<std::string> text = laid_out(survivor.test);
    std::printf("%s", indented(text.value_or(survivor.test)).c_str());
  }
}

void write_mutation(JsonWriter& json, const MutationScore& score, const Loaded& loaded) {
  json.key("mutation").begin_object();
  json.key("mistakes").unsigned_integer(score.noticeable());
  json.key("noticed").unsigned_integer(score.noticed);
  json.key("noDifference").unsigned_integer(score.no_difference);
  json.key("notTried").unsigned_integer(score.left_out);
  json.key("survivors").begin_array();
  for (const Survivor& survivor : score.survivors) {
    json.begin_object().key("place").string(place_of(survivor.mistake.span, loaded.sources));
    json.key("mistake").string(said_of(survivor.mistake, *loaded.policy, loaded.sources));
    const auto request = survivor.shown ? json_of(*survivor.shown) : std::nullopt;
    json.key("request");
    request ? json.string(*request) : json.null();
    const Result<std::string> text = laid_out(survivor.test);
    json.key("test").string(text.value_or(survivor.test));
    json.key("noticing").string(survivor.noticing);
    json.key("unknown").string(survivor.why).end_object();
  }
  json.end_array().end_object();
}

void report_mutation(const MutationScore& score, const Loaded& loaded, Reporter& reporter) {
  for (const Survivor& survivor : score.survivors) {
    reporter.finding(finding_of(survivor, *loaded.policy, loaded.sources), loaded.sources);
  }
}

}  // namespace sentrail::compiler
