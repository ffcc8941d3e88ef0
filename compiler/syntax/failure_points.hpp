// What the grammar expects at each of its points of failure.
//
// Neighbours: grammar/ has the rules, syntax_errors.hpp words the diagnostics; included by
// parser.cpp alone. Must not know: the tree. A rule under `must` without a row here does not
// compile, so every failure has its own words.
#pragma once

#include "compiler/syntax/syntax_errors.hpp"
#include "grammar/policy.hpp"

namespace sentrail::compiler {

// The row of a rule; only specialisations exist.
template <typename Rule>
struct FailurePointOf;

// Adds a row: rule, kind, what was expected, help.
#define SENTRAIL_EXPECT(rule, kind, expected, help)                            \
  template <>                                                                  \
  struct FailurePointOf<grammar::rule> {                                       \
    static constexpr FailurePoint value{DiagnosticKind::kind, expected, help}; \
  }

// clang-format off
// Tokens.
SENTRAIL_EXPECT(name_end, malformed_word, "a name", "a name is made of letters, digits and `_`");
SENTRAIL_EXPECT(qualified_step, expected_name, "a name after the dot",
                "a qualified name is written `acme.agents`");
SENTRAIL_EXPECT(word_end, malformed_word, "a word",
                "a word is made of letters, digits, `_`, `-` and `*`, joined by dots; "
                "write anything else in quotes");
SENTRAIL_EXPECT(escape_code, bad_escape, "an escape",
                "the escapes are `\\\"`, `\\\\`, `\\n`, `\\t` and `\\u{…}`");
SENTRAIL_EXPECT(string_close, unterminated_string, "`\"`",
                "end it with `\"`; a newline is written `\\n`");
SENTRAIL_EXPECT(number_lower, malformed_number, "a number",
                "a number is written as in JSON, without leading zeros");
SENTRAIL_EXPECT(number_upper, malformed_number, "a range", "a range is written `0..500`");
SENTRAIL_EXPECT(number_end, malformed_number, "a number",
                "a number is written as in JSON; write any other value in quotes");
SENTRAIL_EXPECT(instant_upper, expected_value, "an instant",
                "a range of instants is written `2026-12-20..2027-01-05`");
SENTRAIL_EXPECT(instant_end, malformed_number, "an instant",
                "an instant is written `2027-01-31` or `2027-01-31T12:00:00Z`");
SENTRAIL_EXPECT(no_window, expected_value, "a value",
                "a window stands behind `in` alone, without brackets; join two tests by `or`");
SENTRAIL_EXPECT(list_next, expected_value, "a value or `]`", "");
SENTRAIL_EXPECT(list_close, expected_token, "`,` or `]`", "");
SENTRAIL_EXPECT(path_step, expected_name, "a member's name after the dot",
                "an odd name is written in quotes: `body.\"odd key\"`");
SENTRAIL_EXPECT(path_end, malformed_word, "a path",
                "write an odd member in quotes: `http.headers.\"x-request-id\"`");
// Head, imports, lists.
SENTRAIL_EXPECT(policy_name, expected_name, "the policy's name", "write `policy acme.agents`");
SENTRAIL_EXPECT(language_version, expected_value, "the language's version", "write `language 1`");
SENTRAIL_EXPECT(import_name, expected_name, "the name of what is imported",
                "write `import sentrail.github`");
SENTRAIL_EXPECT(import_alias, expected_name, "a name after `as`", "");
SENTRAIL_EXPECT(list_name, expected_name, "the list's name", "write `list NAME = [ … ]`");
SENTRAIL_EXPECT(list_equals, expected_token, "`=` after the list's name",
                "write `list NAME = [ … ]`");
SENTRAIL_EXPECT(list_entries, expected_value, "`[`", "write `list NAME = [ … ]`");
// Conditions with a name.
SENTRAIL_EXPECT(condition_name, expected_name, "the condition's name",
                "write `condition NAME = …`");
SENTRAIL_EXPECT(parameter, expected_name, "a parameter's name",
                "write `condition NAME(who) = …`, or take the parentheses away");
SENTRAIL_EXPECT(parameters_close, expected_token, "`,` or `)`", "");
SENTRAIL_EXPECT(condition_equals, expected_token, "`=` after the condition's name",
                "write `condition NAME = …` or `condition NAME(who) = …`");
// Rules.
SENTRAIL_EXPECT(rule_name, expected_name, "the rule's name", "write `rule NAME: EFFECT`");
SENTRAIL_EXPECT(rule_colon, expected_token, "`:` after the rule's name",
                "write `rule NAME: EFFECT`");
SENTRAIL_EXPECT(rule_outcome, expected_effect,
                "`allow`, `require_approval`, `block` or `pass`", "");
SENTRAIL_EXPECT(quorum_open, expected_token, "`(` after `from`",
                "write `from (2 of group platform_leads)`");
SENTRAIL_EXPECT(of_keyword, expected_token, "`of` after the number",
                "write `from (2 of group platform_leads)`");
SENTRAIL_EXPECT(seats_kind, expected_value, "`group` or `role`",
                "write `from (2 of group platform_leads and role admin)`");
SENTRAIL_EXPECT(seats_name, expected_value, "a name", "write `group platform_leads`");
SENTRAIL_EXPECT(quorum_close, expected_token, "`and` or `)`", "");
SENTRAIL_EXPECT(duration, expected_value, "a time", "write `within 24h`");
SENTRAIL_EXPECT(on_tool, expected_value, "a tool", "write `on github` or `on github [ref.delete]`");
SENTRAIL_EXPECT(because_text, expected_value, "a text in quotes", "write `because \"…\"`");
SENTRAIL_EXPECT(priority_number, expected_value, "a number", "write `priority 10`");
SENTRAIL_EXPECT(owner_name, expected_value, "a text in quotes", "write `owner \"platform\"`");
SENTRAIL_EXPECT(ticket_name, expected_value, "a text in quotes", "write `ticket \"SEC-12\"`");
SENTRAIL_EXPECT(date, expected_value, "a date", "write `until 2027-01-31`");
SENTRAIL_EXPECT(limit_amount, expected_name, "an attribute",
                "write `limit sum args.amount 5000 per 1d`");
SENTRAIL_EXPECT(limit_most, expected_value, "a number",
                "write `limit 20 per 1h` or `limit sum args.amount 5000 per 1d`");
SENTRAIL_EXPECT(limit_per, expected_token, "`per` after the number", "write `limit 20 per 1h`");
SENTRAIL_EXPECT(limit_time, expected_value, "a time", "write `limit 20 per 1h`");
SENTRAIL_EXPECT(limit_key, expected_name, "an attribute", "write `limit 20 per 1h by agent.id`");
SENTRAIL_EXPECT(else_effect, expected_effect, "`require_approval` or `block`", "");
SENTRAIL_EXPECT(kind_rule_keyword, expected_token, "`rule`",
                "write `also rule NAME when … then …` or `shadow rule NAME: EFFECT`");
SENTRAIL_EXPECT(obligation, expected_value, "an obligation",
                "write `then redact args.card, tag \"cards\"`");
SENTRAIL_EXPECT(hidden_path, expected_name, "an attribute", "write `redact args.card`");
SENTRAIL_EXPECT(notified_channel, expected_name, "a channel", "write `notify slack \"#fin\"`");
SENTRAIL_EXPECT(notified_target, expected_value, "a text in quotes",
                "write `notify slack \"#fin\"`");
SENTRAIL_EXPECT(tag_text, expected_value, "a text in quotes", "write `tag \"pii\"`");
SENTRAIL_EXPECT(full_word, expected_token, "`full` after `log`", "write `log full`");
SENTRAIL_EXPECT(rule_end, expected_clause,
                "a clause (`on`, `when`, `unless`, `because`, `priority`, `owner`, `ticket`, "
                "`until`, `limit`, `then`) or the next declaration",
                "");
SENTRAIL_EXPECT(expected_rule, expected_declaration, "`rule` or `}`", "a tier is made of rules");
// Conditions.
SENTRAIL_EXPECT(operand, expected_condition, "a test, `not` or `(`",
                "a test is written `resource.ref == \"main\"`");
SENTRAIL_EXPECT(negated, expected_condition, "a test or `(` after `not`",
                "`not` takes one test or a parenthesis");
SENTRAIL_EXPECT(binder, expected_name, "a name for the element",
                "write `any x in body.labels: x == \"live\"`");
SENTRAIL_EXPECT(binder_in, expected_token, "`in` after the name",
                "write `any x in body.labels: x == \"live\"`");
SENTRAIL_EXPECT(list_path, expected_name, "an attribute", "write `any x in body.labels: …`");
SENTRAIL_EXPECT(binder_colon, expected_token, "`:` after the list",
                "write `any x in body.labels: x == \"live\"`");
SENTRAIL_EXPECT(quantified_operand, expected_condition, "a test, `not` or `(` after `:`",
                "several tests of one element stand in parentheses");
SENTRAIL_EXPECT(group_close, expected_token, "`and`, `or` or `)`", "");
SENTRAIL_EXPECT(test_rest, expected_operator, "an operator",
                "the operators are `== != < <= > >= ~ !~ =~ in has contains starts_with ends_with "
                "exists is` and `not in`");
SENTRAIL_EXPECT(size_path, expected_name, "an attribute", "write `size(PATH) > 10`");
SENTRAIL_EXPECT(size_close, expected_token, "`)` after the attribute", "write `size(PATH) > 10`");
SENTRAIL_EXPECT(count_close, expected_token, "`and`, `or` or `)`", "");
SENTRAIL_EXPECT(count_within, expected_token, "`within` after what is counted",
                "write `session.count(action == issues.create) within 10m > 3`");
SENTRAIL_EXPECT(count_time, expected_value, "a time",
                "write `session.count(action == issues.create) within 10m > 3`");
SENTRAIL_EXPECT(argument, expected_value, "an argument",
                "write `NAME(agent.id)`; a condition without parameters has no parentheses");
SENTRAIL_EXPECT(use_close, expected_token, "`,` or `)`", "");
SENTRAIL_EXPECT(test_or_use, expected_operator, "an operator",
                "the operators are `== != < <= > >= ~ !~ =~ in has contains starts_with ends_with "
                "exists is` and `not in`");
SENTRAIL_EXPECT(in_after_not, expected_operator, "`in` after `not`",
                "write `PATH not in …`, or `not` before the whole test");
SENTRAIL_EXPECT(type_name, expected_value, "a type",
                "the types are `string`, `number`, `bool`, `list`, `object`, `null`, `absent`");
SENTRAIL_EXPECT(set_value, expected_value, "a list, a range, a window or the name of a list",
                "compare with one value by `==`");
SENTRAIL_EXPECT(window_days_end, malformed_word, "days of a window",
                "the days are `mon` to `sun`: `mon..fri`, or `sat, sun`");
SENTRAIL_EXPECT(window_zone, expected_value, "a time zone in quotes",
                "write `time in mon..fri 09:00..18:00 \"Europe/Berlin\"`");
SENTRAIL_EXPECT(regex_value, expected_value, "a regular expression",
                "it stands between slashes: `=~ /^v[0-9]+$/`");
SENTRAIL_EXPECT(regex_text, expected_value, "a regular expression",
                "an empty one would match anything");
SENTRAIL_EXPECT(regex_close, unterminated_regex, "`/`",
                "end it with `/` on its line; a slash in it is written `\\/`");
SENTRAIL_EXPECT(regex_flags, malformed_word, "a flag",
                "the flags of a regular expression are `i`, `m` and `s`");
SENTRAIL_EXPECT(one_value, expected_value, "a value", "");
// Tiers, default.
SENTRAIL_EXPECT(tier_after_guard, expected_token, "`tier` after `guard`",
                "write `guard tier NAME { … }`");
SENTRAIL_EXPECT(tier_name, expected_name, "the tier's name", "write `tier NAME { … }`");
SENTRAIL_EXPECT(tier_open, expected_token, "`{` after the tier's name", "write `tier NAME { … }`");
SENTRAIL_EXPECT(tier_close, expected_token, "`}`", "close the tier first");
SENTRAIL_EXPECT(default_effect, expected_effect, "`allow`, `require_approval` or `block`", "");
// Proofs.
SENTRAIL_EXPECT(prove_name, expected_value, "the proof's name in quotes",
                "write `prove \"NAME\" never EFFECT when …`");
SENTRAIL_EXPECT(prove_never, expected_token, "`never` after the proof's name",
                "write `prove \"NAME\" never EFFECT when …`");
SENTRAIL_EXPECT(prove_effect, expected_effect, "`allow`, `require_approval` or `block`", "");
SENTRAIL_EXPECT(prove_when, expected_token, "`when` after the effect",
                "write `prove \"NAME\" never EFFECT when …`");
// Tests.
SENTRAIL_EXPECT(test_rest_of, expected_value, "the test's name in quotes",
                "write `test \"NAME\" { … }` or `test table \"NAME\" for TOOL { … }`");
SENTRAIL_EXPECT(test_open, expected_token, "`{` after the test's name", "");
SENTRAIL_EXPECT(test_close, expected_token, "`}` after `expect`", "");
SENTRAIL_EXPECT(given, expected_token, "`given`",
                "a test is made of one `given` and one `expect`");
SENTRAIL_EXPECT(given_what, expected_value, "a tool or `with`",
                "write `given github DELETE \"/path\"` or `given with tool = github`");
SENTRAIL_EXPECT(given_method, expected_name, "a method after the tool",
                "write `given github DELETE \"/path\"`");
SENTRAIL_EXPECT(given_target, expected_value, "a path in quotes",
                "write `given github DELETE \"/path\"`");
SENTRAIL_EXPECT(body_value, expected_value, "JSON or a string",
                "write `body {\"key\": 1}`, or the JSON text as a string");
SENTRAIL_EXPECT(answered_status, expected_value, "a status", "write `answered 200`");
SENTRAIL_EXPECT(answered_body, expected_value, "JSON or a string",
                "write `body {\"key\": 1}`, or the JSON text as a string");
SENTRAIL_EXPECT(assignment, expected_name, "an attribute", "write `with agent.id = \"a\"`");
SENTRAIL_EXPECT(assigned_equals, expected_token, "`=` after the attribute", "");
SENTRAIL_EXPECT(assigned_value, expected_value, "a value, a list or `unreadable`", "");
SENTRAIL_EXPECT(used_one, expected_name, "a rule's name", "write `used small_payments = 20`");
SENTRAIL_EXPECT(used_number, expected_value, "a number",
                "write `used small_payments limit 2 = 20`");
SENTRAIL_EXPECT(used_equals, expected_token, "`=` after the rule's name",
                "write `used small_payments = 20`");
SENTRAIL_EXPECT(used_amount, expected_value, "a number", "write `used small_payments = 20`");
SENTRAIL_EXPECT(calls_count, expected_value, "a number", "write `after 20 calls`");
SENTRAIL_EXPECT(calls_keyword, expected_token, "`calls` after the number",
                "write `after 20 calls`");
SENTRAIL_EXPECT(expect, expected_token, "`expect`",
                "a test is made of one `given` and one `expect`");
SENTRAIL_EXPECT(expect_effect, expected_effect, "`allow`, `require_approval` or `block`", "");
SENTRAIL_EXPECT(expect_quorum, expected_token, "`from` after `and`",
                "write `from (group a) and from (group b)`");
SENTRAIL_EXPECT(by_what, expected_name, "a rule's name or `default` after `by`", "");
SENTRAIL_EXPECT(table_name, expected_value, "the table's name in quotes",
                "write `test table \"NAME\" for TOOL { … }`");
SENTRAIL_EXPECT(for_keyword, expected_token, "`for` after the table's name",
                "write `test table \"NAME\" for TOOL { … }`");
SENTRAIL_EXPECT(table_tool, expected_name, "a tool after `for`", "");
SENTRAIL_EXPECT(table_open, expected_token, "`{` after the tool", "");
SENTRAIL_EXPECT(column_row, malformed_table, "the line of column names",
                "begin with `method path effect`");
SENTRAIL_EXPECT(column_row_end, malformed_table, "a column's name or the end of the line",
                "the column names stand on a line of their own");
SENTRAIL_EXPECT(row_end, malformed_row, "a cell or the end of the line",
                "a path is written in quotes, everything else as a word");
SENTRAIL_EXPECT(table_close, expected_token, "a row or `}`", "");
// JSON bodies.
SENTRAIL_EXPECT(json_escape, malformed_json, "an escape of JSON", "");
SENTRAIL_EXPECT(json_string_close, malformed_json, "`\"` at the end of the string",
                "a newline in a JSON string is written `\\n`");
SENTRAIL_EXPECT(json_colon, malformed_json, "`:` after the key", "");
SENTRAIL_EXPECT(json_value, malformed_json, "a JSON value", "");
SENTRAIL_EXPECT(json_next_member, malformed_json, "a key in quotes",
                "JSON has no comma after the last member");
SENTRAIL_EXPECT(json_next_value, malformed_json, "a JSON value",
                "JSON has no comma after the last value");
SENTRAIL_EXPECT(json_object_close, malformed_json, "a key in quotes, `,` or `}`", "");
SENTRAIL_EXPECT(json_array_close, malformed_json, "`,` or `]`", "");
// The file.
SENTRAIL_EXPECT(expected_declaration, expected_declaration, "a declaration",
                "the declarations are `policy`, `language`, `import`, `list`, `condition`, "
                "`guard tier`, `tier`, `rule`, `default`, `prove` and `test`");
// clang-format on
#undef SENTRAIL_EXPECT

}  // namespace sentrail::compiler
