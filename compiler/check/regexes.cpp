// Reads them, and shows the place within them. See regexes.hpp.
#include "compiler/check/regexes.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "compiler/regex/compile.hpp"
#include "compiler/regex/tree.hpp"

namespace sentrail::compiler::checking {
namespace {

// The place of a problem in the author's text: `prefix` bytes were written before it.
Span place_of(const Literal& literal, std::size_t offset, std::size_t prefix) {
  const std::size_t length = literal.text.size();
  const std::size_t at = std::min(offset < prefix ? 0 : offset - prefix, length);
  const auto begin = literal.span.begin + 1 + static_cast<std::uint32_t>(at);
  return {literal.span.source, begin, begin + (at < length ? 1u : 0u)};
}

}  // namespace

std::optional<ir::Operand> regex_of(Context& context, const Literal& literal) {
  const std::string prefix = literal.upper.empty() ? "" : "(?" + std::string(literal.upper) + ")";
  ir::Operand made{ir::OperandKind::regex, prefix + std::string(literal.text), {}, false};
  const auto report = [&](const regex::Problem& problem) {
    context.report(DiagnosticKind::bad_regex, place_of(literal, problem.offset, prefix.size()),
                   "the regular expression " + problem.what, problem.help);
    return std::nullopt;
  };
  const auto tree = regex::parse(made.text);
  if (!tree) return report(tree.error());
  const auto program = regex::compile(*tree);
  if (!program) return report(program.error());
  return made;
}

void warn_of_unanchored(Context& context, const ir::Rule& rule) {
  std::vector<std::pair<ir::ConditionId, bool>> left = {{rule.when, false}};
  if (rule.unless) left.emplace_back(*rule.unless, true);
  while (!left.empty()) {
    const auto [id, negated] = left.back();
    left.pop_back();
    const ir::Condition& condition = context.policy.conditions[id];
    const bool turns = condition.kind == ir::ConditionKind::not_;
    for (const ir::ConditionId child : condition.children)
      left.emplace_back(child, negated != turns);
    const ir::Atom& atom = condition.atom;
    if (condition.kind != ir::ConditionKind::atom || negated || atom.op != ir::AtomOp::search) {
      continue;
    }
    const auto tree = regex::parse(atom.operands.at(0).text);
    if (!tree || regex::is_anchored(*tree)) continue;
    context.report(DiagnosticKind::unanchored_allow, condition.span,
                   "rule " + ticked(rule.name) + " allows whatever has a match somewhere in " +
                       ticked(to_string(atom.attribute)),
                   "write `^` before and `$` behind what must be the whole value");
  }
}

}  // namespace sentrail::compiler::checking
