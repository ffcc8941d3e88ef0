// Lays the rows of one expression out. See searched.hpp.
#include "tests/unit/regex/searched.hpp"

#include <utility>

#include "compiler/regex/compile.hpp"
#include "core/check.hpp"
#include "core/program_verify_regexes.hpp"

namespace sentrail::support {
namespace {

ProgramStorage checked(std::string_view expression) {
  auto storage = steps_of(expression);
  SENTRAIL_CHECK_NOTE(storage.has_value(), storage ? "" : storage.error().what.c_str());
  SENTRAIL_CHECK(verify_regexes(storage->view()).has_value());
  return std::move(*storage);
}

}  // namespace

tl::expected<ProgramStorage, compiler::regex::Problem> steps_of(std::string_view expression) {
  namespace regex = compiler::regex;
  const auto tree = regex::parse(expression);
  if (!tree) return tl::make_unexpected(tree.error());
  const auto program = regex::compile(*tree);
  if (!program) return tl::make_unexpected(program.error());
  ProgramStorage out;
  out.regex_steps = program->steps;
  for (const std::vector<regex::Range>& set : program->sets) {
    out.regex_sets.push_back({static_cast<std::uint32_t>(out.regex_ranges.size()),
                              static_cast<std::uint32_t>(set.size())});
    for (const regex::Range range : set) out.regex_ranges.push_back({range.low, range.high});
  }
  RegexRow row;
  row.steps_count = static_cast<std::uint32_t>(out.regex_steps.size());
  row.sets_count = static_cast<std::uint32_t>(out.regex_sets.size());
  out.regexes.push_back(row);
  return out;
}

Searched::Searched(std::string_view expression)
    : storage_(checked(expression)), set_(storage_.view()) {}

Truth Searched::search(std::string_view text) const {
  return set_.search(0, text);
}

std::uint64_t Searched::looks(std::string_view text) const {
  std::uint64_t looks = 0;
  (void)set_.search(0, text, &looks);
  return looks;
}

}  // namespace sentrail::support
