// Asks the analysis, and makes a line of what it says of each rule. See analysed.hpp.
#include "compiler/lsp/analysed.hpp"

#include <cstddef>
#include <vector>

#include "compiler/analysis/diagnose.hpp"

namespace sentrail::compiler::lsp {
namespace {

constexpr std::size_t kNamedMax = 3;  // rules that one line names

std::string shadowed_by(const std::vector<std::size_t>& by,
                        const std::vector<const ir::Rule*>& rules) {
  if (by.empty()) return "never reached";
  std::string names;
  const bool more = by.size() > kNamedMax;
  for (std::size_t i = 0; i < by.size() && i < kNamedMax; ++i) {
    if (i > 0) names += !more && i + 1 == by.size() ? " and " : ", ";
    names += rules[by[i]]->name;
  }
  if (more) names += " and " + std::to_string(by.size() - kNamedMax) + " more";
  return "never reached: shadowed by " + names;
}

std::string line_of(const analysis::RuleReach& found, const std::vector<const ir::Rule*>& rules) {
  const std::string counts = found.possible ? "; counts where something cannot be read" : "";
  switch (found.reach) {
    case analysis::Reach::reached:
      return "reachable";
    case analysis::Reach::never_matches:
      return "never matches" + counts;
    case analysis::Reach::shadowed:
      return shadowed_by(found.by, rules) + counts;
    case analysis::Reach::unknown:
      return "not known whether it is reached: " + found.why;
  }
  return {};
}

}  // namespace

std::string Analysed::line_on(std::string_view rule) const {
  if (large) return "not analysed: the policy is large";
  const auto found = rules.find(rule);
  return found == rules.end() ? "not analysed" : found->second;
}

Analysed analysed(const ir::Policy& policy, SourceId root, const DiagnosticSink& checked) {
  Analysed result{checked};
  const analysis::Unasked found = analysis::diagnose_unasked(policy, root, result.findings);
  result.large = found.large;
  std::vector<const ir::Rule*> rules;
  for (const ir::Tier& tier : policy.tiers) {
    for (const ir::Rule& rule : tier.rules) rules.push_back(&rule);
  }
  for (std::size_t i = 0; i < found.rules.size(); ++i) {
    result.rules.emplace(rules[i]->qualified_name, line_of(found.rules[i], rules));
  }
  return result;
}

}  // namespace sentrail::compiler::lsp
