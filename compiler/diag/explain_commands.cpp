// S0604 and on: what commands find beside the text. See explain.hpp.
#include "compiler/diag/explain.hpp"

namespace sentrail::compiler {
namespace {

using enum DiagnosticKind;

// clang-format off
constexpr Explanation kTable[] = {
{rule_untested,
 "`sentrailc test --coverage` found a rule that decides no test, or an `also` rule that no test "
 "matches: what it does now, nobody has said that it should.",
 "rule one: block when env == live\n"
 "test \"other\" {\n  given with env = test\n  expect require_approval by default\n}\n",
 "rule one: block when env == live\n"
 "test \"live\" {\n  given with env = live\n  expect block by one\n}\n"},
{outcome_untested,
 "`sentrailc test --coverage` found a test of a condition that is never true, or never false, in "
 "the policy's tests.",
 "rule one: block when env == live\n"
 "test \"live\" {\n  given with env = live\n  expect block by one\n}\n",
 "rule one: block when env == live\n"
 "test \"live\" {\n  given with env = live\n  expect block by one\n}\n"
 "test \"other\" {\n  given with env = test\n  expect require_approval by default\n}\n"},
{boundary_untested,
 "`sentrailc test --coverage` found a boundary that no test is at or beside, or a limit of which "
 "no test is the last with room or the first without.",
 "rule one: allow when env == live limit 5 per 1h\n"
 "test \"live\" {\n  given with env = live\n  expect allow by one\n}\n",
 "rule one: allow when env == live limit 5 per 1h\n"
 "test \"last\" {\n  given with env = live used one = 4\n  expect allow by one\n}\n"
 "test \"full\" {\n  given with env = live used one = 5\n  expect block by one\n}\n"},
{claim_refuted,
 "`sentrailc prove` found a request that has the effect which the policy claims never to have.",
 "rule one: allow when risk == low\nprove \"live\" never allow when env == live\n",
 "rule one: allow when risk == low and env != live\n"
 "prove \"live\" never allow when env == live\n"},
{claim_unknown,
 "`sentrailc prove` can neither prove the claim nor find a request against it. A claim about less, "
 "or a rule written with what docs/analysis.md calls exact, can be told.",
 "rule one: allow when mcp.tool exists then redact args.card\n"
 "prove \"card\" never block when mcp.tool exists\n",
 "rule one: allow when mcp.tool exists\nprove \"tools\" never block when mcp.tool exists\n"},
{decision_changed,
 "`sentrailc diff` found that the two policies do not do the same: some requests are decided more "
 "strictly, other people are asked, or a rule counts or obliges to something else.",
 "rule one: block when env == live\n"
 "#file before.sentrail\npolicy p\nlanguage 1\nrule one: allow when env == live\n",
 "rule one: block when env == live\n"
 "#file before.sentrail\npolicy p\nlanguage 1\nrule one: block when env == live\n"},
{decision_widened,
 "`sentrailc diff` found that some requests are decided more loosely than before, or that a limit "
 "or an obligation is less than it was.",
 "rule one: allow when env == live\n"
 "#file before.sentrail\npolicy p\nlanguage 1\nrule one: block when env == live\n",
 "rule one: block when env == live\n"
 "#file before.sentrail\npolicy p\nlanguage 1\nrule one: allow when env == live\n"},
{not_carried,
 "`sentrailc import` met something that the language has no words for. The policy that was written "
 "is stricter there than its source, never looser, and says so in a comment.",
 "rule one: block when env == live\n"
 "#file foreign.cedar\npermit (principal, action, resource) when { context.a == context.b };\n",
 "rule one: block when env == live\n"
 "#file foreign.cedar\nforbid (principal, action, resource);\n"},
{tool_changed,
 "`sentrailc lock --check` found that a server lists other tools than the lock file has: one is "
 "new, gone, or takes something else.",
 "rule one: block when env == live\n#file listed.json\n[{\"name\": \"send\"}]\n",
 "rule one: block when env == live\n#file listed.json\n[]\n"},
{broken_record,
 "`sentrailc replay` and `diff --log` read a request on each line of a log; this line is none, and "
 "is left out of all counts.",
 "rule one: block when env == live\n#file log.jsonl\n{\"attributes\":\n",
 "rule one: block when env == live\n"
 "#file log.jsonl\n{\"attributes\":{\"env\":\"live\"}}\n"},
};
// clang-format on

}  // namespace

std::span<const Explanation> command_explanations() noexcept {
  return kTable;
}

}  // namespace sentrail::compiler
