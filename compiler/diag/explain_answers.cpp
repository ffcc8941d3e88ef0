// S034x: rules, tests and claims about answers, and what sessions count. See explain.hpp.
#include "compiler/diag/explain.hpp"

namespace sentrail::compiler {
namespace {

using enum DiagnosticKind;

// clang-format off
constexpr Explanation kTable[] = {
{held_answer,
 "When a rule about answers decides, the call has happened. Its answer goes to the agent or does "
 "not: no connection waits a day for people. Who is to approve is asked before the call.",
 "rule one: require_approval on response when response.status == 200\n",
 "rule one: block on response when response.status == 200\n"},
{answer_in_request,
 "While a request is decided there is no answer yet, so a test of `response` or a part of it is "
 "false whatever the tool will answer, and a reason has nothing to show.",
 "rule one: block when response.status >= 500\n",
 "rule one: block on response when response.status >= 500\n"},
{limited_answer,
 "A limit counts what is let through, and that is decided before the call. A rule about answers "
 "lets through what has been counted already.",
 "rule one: allow on response when response.status == 200 limit 20 per 1h\n",
 "rule one: allow when risk == low limit 20 per 1h\n"},
{other_redaction,
 "A rule about requests redacts `body` and `args`, whose record is written before the call; "
 "a rule about answers redacts `response.body`, which goes to the agent without them.",
 "rule one: allow when risk == low then redact response.body.card\n",
 "rule one: allow on response when response.status == 200 then redact response.body.card\n"},
{unjudged_answer,
 "Without a rule `on response` no answer is looked at, and each passes. Tests and claims about "
 "answers stand in a file that has such a rule, or imports one that has.",
 "rule one: block when risk == high\n"
 "prove \"a\" never allow when response.body.secret exists\n",
 "rule one: block on response when response.body.secret exists\n"
 "prove \"a\" never allow when response.body.secret exists\n"},
{bad_answer,
 "`answered` takes a status that HTTP has, 100 to 599. `response` itself is there or not, and is "
 "there where a part of it is given. Calls are counted when their requests are decided, so `after` "
 "stands behind no answer.",
 "rule one: block on response when response.status == 500\n"
 "test \"a\" {\n  given with response = false\n  expect allow\n}\n",
 "rule one: block on response when response.status == 500\n"
 "test \"a\" {\n  given with response.status = 500\n  expect block\n}\n"},
{bad_count,
 "A session counts earlier calls by what each of them was when it was decided. What the session "
 "had done then, and what was answered later, is nothing that a call is; nor has it elements of "
 "this call's lists. All that is counted is tried against each call, so there is a limit to it.",
 "rule one: block when session.count(session.calls > 3) within 10m > 5\n",
 "rule one: block when session.count(action == issues.create) within 10m > 5\n"},
{bad_count_time,
 "A count looks back as long as a limit does, from a second to 30 days: servers remember calls as "
 "long as that.",
 "rule one: block when session.count(action == issues.create) within 90d > 5\n",
 "rule one: block when session.count(action == issues.create) within 30d > 5\n"},
{unknown_count,
 "A count that no rule asks for changes nothing. It is the same count if, written out, it counts "
 "the same calls in the same time.",
 "rule one: block when session.count(action == issues.create) within 10m > 5\n"
 "test \"a\" {\n  given with session.count(action == issues.create) within 5m = 6\n"
 "  expect block\n}\n",
 "rule one: block when session.count(action == issues.create) within 10m > 5\n"
 "test \"a\" {\n  given with session.count(action == issues.create) within 10m = 6\n"
 "  expect block\n}\n"},
};
// clang-format on

}  // namespace

std::span<const Explanation> answer_explanations() noexcept {
  return kTable;
}

}  // namespace sentrail::compiler
