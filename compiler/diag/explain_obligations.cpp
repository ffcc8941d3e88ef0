// S029x: obligations, `also` and shadow rules. See explain.hpp.
#include "compiler/diag/explain.hpp"

namespace sentrail::compiler {
namespace {

using enum DiagnosticKind;

// clang-format off
constexpr Explanation kTable[] = {
{unknown_obligation,
 "`then` obliges to `redact PATH`, `mask PATH`, `notify CHANNEL \"TARGET\"`, `tag \"TEXT\"`, "
 "`taint \"TEXT\"`, `alert` and `log full`, and to nothing else.",
 "rule one: allow when risk == low then redcat args.card\n",
 "rule one: allow when risk == low then redact args.card\n"},
{also_with_outcome,
 "An `also` rule adds obligations wherever it may match, and decides nothing; what decides is a "
 "rule without `also`.",
 "also rule pii: block when resource.type == \"pii\" then tag \"pii\"\n",
 "also rule pii when resource.type == \"pii\" then tag \"pii\"\n"},
{misplaced_also_clause,
 "`because` is the reason of a decision, `priority` the turn of a rule in its tier, and a `limit` "
 "counts what a rule lets through. An `also` rule decides nothing and is always looked at.",
 "also rule pii when resource.type == \"pii\" then tag \"pii\" priority 3\n",
 "also rule pii when resource.type == \"pii\" then tag \"pii\"\n"},
{also_without_then,
 "An `also` rule is there for what it adds.",
 "also rule pii when resource.type == \"pii\"\n",
 "also rule pii when resource.type == \"pii\" then tag \"pii\", log full\n"},
{bad_redaction,
 "What `redact` and `mask` keep out of records is a value that the request carries: `body`, "
 "`args`, or a member of them. All other attributes are what was decided about.",
 "rule one: allow when risk == low then redact agent.id\n",
 "rule one: allow when risk == low then redact body.card\n"},
{repeated_obligation,
 "A clause names an obligation once; of several rules equal obligations are one anyway.",
 "rule one: allow when risk == low then alert, alert\n",
 "rule one: allow when risk == low then alert\n"},
{bad_obligation_text,
 "Tags, taints and the targets of channels stand in records and messages: 1 to 128 bytes without "
 "control characters.",
 "rule one: allow when risk == low then tag \"\"\n",
 "rule one: allow when risk == low then tag \"cards\"\n"},
{expected_aside,
 "`also` and shadow rules never decide, so no test expects a decision by one. What an `also` rule "
 "adds is expected by `then`.",
 "rule one: allow when risk == low\nalso rule two when always then alert\n"
 "test \"a\" {\n  given with risk = low\n  expect allow by two\n}\n",
 "rule one: allow when risk == low\nalso rule two when always then alert\n"
 "test \"a\" {\n  given with risk = low\n  expect allow by one then alert\n}\n"},
{too_many_obligations,
 "A policy has at most 256 different obligations, so that a set of them has a fixed size, and 64 "
 "shadow rules, each of which costs time with every request that it matches.",
 "@{65*shadow rule r@: block when risk == low\n}\n",
 "shadow rule one: block when risk == low\n"},
{dead_also,
 "No request makes the condition of this `also` rule true. Where its tests cannot be decided it "
 "still adds its obligations.",
 "also rule one when resource.ref ~ \"a/**\" and resource.ref ~ \"b/**\" then alert\n",
 "also rule one when resource.ref ~ \"a/**\" or resource.ref ~ \"b/**\" then alert\n"},
{dead_shadow,
 "If this shadow rule were a rule, it would never be tried where it matches: rules before it match "
 "there, or no request makes its condition true.",
 "rule one: block when env == live\nshadow rule two: allow when env == live and risk == low\n",
 "rule one: block when env == live\nshadow rule two: allow when env == test and risk == low\n"},
};
// clang-format on

}  // namespace

std::span<const Explanation> obligation_explanations() noexcept {
  return kTable;
}

}  // namespace sentrail::compiler
