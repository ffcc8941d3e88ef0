// The table of workloads. See workload.hpp.
#include "bench/workload.hpp"

#include <cstdio>

#include "bench/workload_kinds.hpp"
#include "compiler/check/check.hpp"
#include "compiler/syntax/parser.hpp"
#include "core/check.hpp"

namespace sentrail::bench {

const std::vector<WorkloadKind>& workload_kinds() {
  static const std::vector<WorkloadKind> kKinds = {
      {"gateway-mixed", "wildcards over nine attributes, two to four tests a rule",
       "hardly: with the words of a row and the cache that they miss", true, fill_gateway_mixed},
      {"gateway-globs", "the tests of gateway-mixed, two effects in an order that means nothing",
       "as gateway-mixed", true, fill_gateway_globs},
      {"equality-rbac", "equality tests only, hardly ever a match", "not at all", true,
       fill_equality_rbac},
      {"paths", "many globs on one attribute, `*` and `**` in all places",
       "with the cache that the automaton misses", true, fill_paths},
      {"bodies", "members of JSON bodies: strings, exact decimals, lists",
       "hardly: the body has the same size whatever the rules", true, fill_bodies},
      {"regex-heavy", "a regular expression on one of three texts, for one kind of action",
       "with the expressions that one action has, a share of all", true, fill_regex_heavy},
      {"deny-heavy-tiers", "six guard tiers, gone through to their end, before two ordinary ones",
       "hardly; with the tiers", true, fill_deny_heavy_tiers},
      {"residual-heavy",
       "quantifiers, sizes, two attributes compared, contains, trees of or and not",
       "with the rules that one action has, a share of all", true, fill_residual_heavy},
      {"residual-trees",
       "trees over a dozen facts: amounts, flags, risks, few of them insisted on by a rule",
       "with the rules: hardly any can be told apart by one value", true, fill_residual_trees},
      {"real-packs",
       "the policies that people start from, put together, asked about what they test", "one size",
       false, fill_real_packs},
  };
  return kKinds;
}

Workload make_workload(std::string_view name, std::size_t rule_count, std::size_t request_count,
                       std::uint64_t seed) {
  for (const WorkloadKind& kind : workload_kinds()) {
    if (kind.name != name) continue;
    Workload workload;
    workload.name = name;
    workload.rule_count = rule_count;
    kind.fill(workload, seed, request_count);
    return workload;
  }
  SENTRAIL_UNREACHABLE("no such workload");
}

compiler::ir::Policy checked_policy(const std::string& name, const std::string& text) {
  compiler::Sources sources;
  compiler::DiagnosticSink sink;
  const compiler::SourceId id = sources.add(name, text);
  std::optional<compiler::ir::Policy> policy;
  if (const std::optional<compiler::Ast> ast = compiler::parse(id, sources, sink)) {
    policy = compiler::check(*ast, sources, nullptr, sink);
  }
  if (!policy) {
    for (const compiler::Diagnostic& diagnostic : sink.sorted()) {
      std::fputs(compiler::render_text(diagnostic, sources, false).c_str(), stderr);
    }
  }
  SENTRAIL_CHECK_NOTE(policy.has_value(), "a workload's policy checks");
  return std::move(*policy);
}

compiler::ir::Policy checked_policy(const Workload& workload) {
  if (workload.policy) return *workload.policy;
  return checked_policy(workload.name + ".sentrail", workload.policy_text);
}

}  // namespace sentrail::bench
