// S02xx, S03xx and S06xx: what a policy must satisfy, and what is likely a mistake. See
// explain.hpp.
#include <iterator>

#include "compiler/diag/explain.hpp"

namespace sentrail::compiler {
namespace {

using enum DiagnosticKind;

// clang-format off
constexpr Explanation kTable[] = {
{missing_policy,
 "Decisions and the audit log name rules as `POLICY.TIER.RULE`, so a file says which policy it is.",
 "language 1\nrule one: block when always\n",
 "policy acme.agents\nlanguage 1\nrule one: block when always\n"},
{unknown_import,
 "An import names a catalog that is built in or stands in the folder `catalogs` beside the policy, "
 "or a module, whose file lies where its name says: `acme.lists` in `acme/lists.sentrail`.",
 "import sentrail.gihub\n",
 "import sentrail.github\n"},
{repeated_import,
 "A catalog is imported once.",
 "import sentrail.github\nimport sentrail.github\n",
 "import sentrail.github\n"},
{import_alias,
 "The tool and the actions of a catalog keep their names everywhere, so it takes no other by `as`.",
 "import sentrail.github as hub\n",
 "import sentrail.github\n"},
{unknown_tool,
 "`on` names the tool of an imported catalog. A tool that has none is tested by `when tool == …`.",
 "rule one: block on github ref.delete\n",
 "import sentrail.github\nrule one: block on github ref.delete\n"},
{unknown_action,
 "The catalog of the tool declares its actions; a name that is not among them would never match.",
 "import sentrail.github\nrule one: block on github ref.delet\n",
 "import sentrail.github\nrule one: block on github ref.delete\n"},
{unknown_attribute,
 "A path begins with an attribute of docs/language.md, L4.2. A name mistyped would be absent in "
 "every request, so it is an error.",
 "rule one: block when resource.reff == \"main\"\n",
 "rule one: block when resource.ref == \"main\"\n"},
{bad_member,
 "Only JSON, query parameters and headers have members; the latter two take exactly one step.",
 "rule one: block when resource.ref.name == \"main\"\n",
 "rule one: block when resource.ref == \"main\"\n"},
{wrong_operator,
 "Each type has its operators: strings have no order, sets are asked for one element by `has`.",
 "rule one: block when agent.roles == \"admin\"\n",
 "rule one: block when agent.roles has \"admin\"\n"},
{wrong_operand,
 "A literal has the type of the left side: a risk is one of four words, beside JSON a text stands "
 "in quotes.",
 "rule one: block when risk == severe\n",
 "rule one: block when risk == critical\n"},
{unknown_list,
 "After `in` a word without brackets is the name of a list.",
 "list protected = [\"main\"]\nrule one: block when resource.ref in protcted\n",
 "list protected = [\"main\"]\nrule one: block when resource.ref in protected\n"},
{bad_pattern,
 "In a pattern `**` is a whole segment, and a backslash escapes a wildcard or itself. The "
 "attribute decides what separates segments: `/` for paths and refs, `.` for actions and hosts.",
 "rule one: block when resource.ref ~ \"release**\"\n",
 "rule one: block when resource.ref ~ \"release/**\"\n"},
{bad_regex,
 "A regular expression is matched in time linear in the text, whatever it says; so it has no "
 "look-around and no references back to what a group matched.",
 "rule one: block when resource.path =~ /(a)\\1/\n",
 "rule one: block when resource.path =~ /aa/\n"},
{number_out_of_range,
 "Numbers are compared exactly, as decimals of at most 38 digits; a range names its smaller end "
 "first.",
 "rule one: block when body.amount in 500..0\n",
 "rule one: block when body.amount in 0..500\n"},
{impossible_type,
 "The attribute has a type, so that `is` with another one never holds.",
 "rule one: block when env is number\n",
 "rule one: block when body.n is number\n"},
{too_many_operands,
 "Lists are written out where they are tested; all together may have 1,000,000 entries.",
 "list many = [\n@{1001*\"x\",\n}]\nrule one: block when @{999*env in many or }env in many\n",
 "list many = [\"x*\"]\nrule one: block when env in many\n"},
{duplicate_name,
 "Decisions, tests and the audit log name rules, tiers, lists and tests: two of one name could not "
 "be told apart.",
 "rule one: block when risk == high\nrule one: block when env == live\n",
 "rule one: block when risk == high\nrule two: block when env == live\n"},
{repeated_default,
 "The default decides what no rule does, so there is one.",
 "default block\ndefault allow\n",
 "default block\n"},
{guard_allows,
 "A guard tier only tightens: it can be added to any policy without making a decision looser. An "
 "`allow` belongs to an ordinary tier; `pass` ends the guard tier without deciding.",
 "guard tier safety {\n  rule one: allow when risk == low\n}\n",
 "guard tier safety {\n  rule one: pass when risk == low\n}\n"},
{priority_conflict,
 "Rules of the same written priority are tried in the order of the text, which nobody meant who "
 "wrote priorities. With different outcomes that order decides, so they need different numbers.",
 "rule one: block when env == live priority 1\nrule two: allow when risk == low priority 1\n",
 "rule one: block when env == live priority 1\nrule two: allow when risk == low priority 2\n"},
{bad_quorum,
 "A quorum asks for people of groups and of the roles owner, admin and reviewer: for one person "
 "where no number is written, and for at most 16 in all. One person fills one seat of a quorum.",
 "rule one: require_approval from (2 of group Leads) when always\n",
 "rule one: require_approval from (2 of group leads) when always\n"},
{bad_within,
 "`within` is the time that people have to decide: a whole number of `s`, `m`, `h` or `d`, from "
 "60s to 30d. A call that is not approved by then expires.",
 "rule one: require_approval within 10s when always\n",
 "rule one: require_approval within 10m when always\n"},
{misplaced_approval,
 "`from` says who approves and `within` by when; what is allowed or blocked waits for nobody.",
 "rule one: block from (group leads) when always\n",
 "rule one: require_approval from (group leads) when always\n"},
{wrong_time_test,
 "`time` is the instant of the decision. It is in a window, which is days, hours or both, and the "
 "time zone whose clocks count; or in ranges of instants, or before or after one. Nothing else is.",
 "rule one: block when time in [sat, sun]\n",
 "rule one: block when time in sat, sun \"Europe/Berlin\"\n"},
{bad_window,
 "Days are `mon` to `sun`, one by one or as `mon..fri`. Hours are written `09:00..18:00`; they end "
 "before the second, which may be `24:00`, and is of the next day if it is not later.",
 "rule one: block when time in mond 09:00..18:00 \"Europe/Berlin\"\n",
 "rule one: block when time in mon 09:00..18:00 \"Europe/Berlin\"\n"},
{empty_window,
 "A window that ends in the minute it begins in could mean nothing or a whole day. Whole days are "
 "written without hours.",
 "rule one: block when time in sat 00:00..00:00 \"UTC\"\n",
 "rule one: block when time in sat \"UTC\"\n"},
{unknown_zone,
 "Clocks show different times in different places, and are set forward and back on different days, "
 "so a window says whose clocks count, by a name of the IANA time zone database.",
 "rule one: block when time in sat \"CEST\"\n",
 "rule one: block when time in sat \"Europe/Berlin\"\n"},
{bad_instant,
 "`time` is compared with an instant as RFC 3339 writes it, with `Z` or an offset, or with a "
 "day, which begins at 00:00 UTC; a test may say by one when it is decided.",
 "test \"at night\" {\n  given with time = \"22:00\"\n  expect require_approval\n}\n",
 "test \"at night\" {\n  given with time = \"2026-11-20T22:00:00+01:00\"\n"
 "  expect require_approval\n}\n"},
{bad_network,
 "An address is four decimal numbers without leading zeros, or IPv6 as RFC 4291 has it, without "
 "the name of an interface. A network is an address, `/` and the number of its first bits that "
 "count.",
 "rule one: block when agent.ip in [\"10.0.0.0/33\", \"office\"]\n",
 "rule one: block when agent.ip in [\"10.0.0.0/8\", \"2001:db8::/32\"]\n"},
{host_bits,
 "`10.1.2.3/8` could mean one address or a network of sixteen million. A network is written with "
 "all bits behind its prefix zero.",
 "rule one: block when agent.ip in \"10.1.2.3/8\"\n",
 "rule one: block when agent.ip in \"10.0.0.0/8\"\n"},
{network_as_address,
 "An address equals another, and is in a network.",
 "rule one: block when agent.ip == \"10.0.0.0/8\"\n",
 "rule one: block when agent.ip in \"10.0.0.0/8\"\n"},
{misplaced_network,
 "A network after `in` asks for addresses in it. What is no address is compared with strings: by "
 "`==`, or by `in` with a list.",
 "rule one: block when resource.name in \"10.0.0.0/8\"\n",
 "rule one: block when agent.ip in \"10.0.0.0/8\"\n"},
{bad_until,
 "`until` names the last day on which a rule counts, in UTC, as year, month and day.",
 "rule one: allow until 2027-02-30 when risk == low\n",
 "rule one: allow until 2099-02-28 when risk == low\n"},
{expired_rule,
 "A rule that has ended is taken out or given more time, so that nobody reads what is no longer "
 "so. In a bundle that is in force an `allow` that has ended matches nothing; all other rules go "
 "on. `sentrailc check --now DATE` asks for another day.",
 "rule one: allow until 2020-01-31 when risk == low\n",
 "rule one: allow until 2099-01-31 when risk == low\n"},
{bad_limit,
 "A limit counts requests up to a whole number, or adds up to a number with at most 6 decimals: at "
 "least 0 and at most 10^12. A rule has at most 8. A test counts calls from 1 to 10000.",
 "rule one: allow limit 2.5 per 1h when risk == low\n",
 "rule one: allow limit 2 per 1h when risk == low\n"},
{bad_limit_time,
 "A limit looks back over a time that ends now: a whole number of `s`, `m`, `h` or `d`, from 1s to "
 "30d.",
 "rule one: allow limit 20 per 90d when risk == low\n",
 "rule one: allow limit 20 per 30d when risk == low\n"},
{weak_else,
 "What goes past a limit is never decided less strictly than what stays within it, and a limit "
 "that lets everything through is none. Without `else` a limit blocks.",
 "rule one: require_approval limit 2 per 1h else allow when risk == low\n",
 "rule one: require_approval limit 2 per 1h else block when risk == low\n"},
{misplaced_limit,
 "A limit counts what a rule lets through, so it stands on `allow` and `require_approval` alone.",
 "rule one: block limit 20 per 1h when risk == low\n",
 "rule one: allow limit 20 per 1h when risk == low\n"},
{bad_limit_key,
 "`by` names what counters there are: for each agent, for each user. Whoever could choose the "
 "value could begin to count anew, so it is an authenticated text. A limit has at most 4 keys.",
 "rule one: allow limit 20 per 1h by resource.id when risk == low\n",
 "rule one: allow limit 20 per 1h by agent.id when risk == low\n"},
{bad_limit_amount,
 "`sum` adds up numbers of the request. A text is no number, and what the other side claims of "
 "itself would be claimed low.",
 "rule one: allow limit sum agent.id 20 per 1h when risk == low\n",
 "rule one: allow limit sum args.amount 20 per 1h when risk == low\n"},
{unknown_limit,
 "In a test `used RULE = N` says what the first limit of a rule already holds, and "
 "`used RULE limit 2 = N` what the second does.",
 "rule one: allow when risk == low\n"
 "test \"t\" {\n  given with risk = low used one = 1\n  expect block\n}\n",
 "rule one: allow limit 1 per 1h when risk == low\n"
 "test \"t\" {\n  given with risk = low used one = 1\n  expect block by one\n}\n"},
{bad_template,
 "In a `because` text braces hold an attribute; a brace itself is written twice.",
 "rule one: block when always because \"no {changes\"\n",
 "rule one: block when always because \"no changes of {resource.ref}\"\n"},
{unknown_rule,
 "`expect … by` names a rule of this policy, or `default`.",
 "rule reads: allow when risk == low\n"
 "test \"read\" { given with risk = low expect allow by raeds }\n",
 "rule reads: allow when risk == low\n"
 "test \"read\" { given with risk = low expect allow by reads }\n"},
{impossible_expectation,
 "The deciding rule is the first candidate whose outcome is the decision, so a rule that allows "
 "never decides `block`.",
 "rule reads: allow when risk == low\n"
 "test \"read\" { given with risk = low expect block by reads }\n",
 "rule reads: allow when risk == low\n"
 "test \"read\" { given with risk = low expect allow by reads }\n"},
{bad_given_value,
 "A test gives an attribute a value of its type; a set is written as a list.",
 "rule one: block when agent.roles has admin\n"
 "test \"admin\" { given with agent.roles = admin expect block }\n",
 "rule one: block when agent.roles has admin\n"
 "test \"admin\" { given with agent.roles = [admin] expect block }\n"},
{repeated_value,
 "A test gives a value once, and not a whole and a part of it.",
 "rule one: block when env == live\n"
 "test \"live\" { given with env = test, env = live expect block }\n",
 "rule one: block when env == live\n"
 "test \"live\" { given with env = live expect block }\n"},
{bad_target,
 "A target is the path of a request, with its query, as the client sends it: it begins with `/`.",
 "import sentrail.github\n"
 "test \"read\" { given github GET \"user\" expect require_approval }\n",
 "import sentrail.github\n"
 "test \"read\" { given github GET \"/user\" expect require_approval }\n"},
{bad_binder,
 "The name of an element hides nothing: it is not the first name of an attribute, nor that of a "
 "parameter or of another element around it.",
 "rule one: block when any env in body.names: env == \"live\"\n",
 "rule one: block when any x in body.names: x == \"live\"\n"},
{quantifiers_too_deep,
 "Quantifiers stand at most two within each other, so that a decision's cost stays bounded.",
 "rule one: block when any x in body.a: any y in x.b: any z in y.c: z == 1\n",
 "rule one: block when any x in body.a: any y in x.b: y.c == 1\n"},
{unknown_condition,
 "A name without an operator is the use of a condition, which the file or a module that it imports "
 "declares.",
 "condition ci = agent.id ~ \"ci-*\"\nrule one: block when not cj\n",
 "condition ci = agent.id ~ \"ci-*\"\nrule one: block when not ci\n"},
{wrong_argument,
 "A use gives one argument for each parameter: a path where the parameter stands for one, a value "
 "or a list where it stands right of an operator.",
 "condition ci(who) = who ~ \"ci-*\"\nrule one: block when ci(\"x\")\n",
 "condition ci(who) = who ~ \"ci-*\"\nrule one: block when ci(agent.id)\n"},
{condition_cycle,
 "Conditions are written out where they are used; one that uses itself would never end.",
 "condition a = b\ncondition b = not a\nrule one: block when a\n",
 "condition a = b\ncondition b = env == live\nrule one: block when a\n"},
{bad_parameter,
 "A parameter has a name that is no attribute's, list's or condition's, and stands for a path or "
 "for a value, not for both.",
 "condition same(x) = x == x\nrule one: block when same(agent.id)\n",
 "condition is_one(x) = x == \"one\"\nrule one: block when is_one(agent.id)\n"},
{condition_too_deep,
 "Written out, the conditions of a rule nest at most 64 levels deep.",
 "condition deep = @{40*(env == live or }env == live@{40*)}\n"
 "rule one: block when @{24*(env == live or }deep@{24*)}\n",
 "condition deep = @{40*(env == live or }env == live@{40*)}\n"
 "rule one: block when @{20*(env == live or }deep@{20*)}\n"},
{attribute_as_value,
 "Right of `==` and `!=` a bare word that names an attribute is that attribute. Elsewhere only "
 "values stand: a text that is spelled like an attribute is written in quotes.",
 "rule one: block when resource.type in [source, branch]\n",
 "rule one: block when resource.type in [\"source\", branch]\n"},
{never_equal,
 "Attributes can be equal if both are strings, both numbers, both bools or both risks; what JSON "
 "holds can equal strings, numbers, bools and JSON. All others are never equal.",
 "rule one: block when agent.id == agent.roles\n",
 "rule one: block when agent.id == agent.owner\n"},
{compared_with_itself,
 "What is compared with itself is equal wherever it is there, so the test asks for no more than "
 "`exists`: another attribute was meant.",
 "rule one: block when agent.id == agent.id\n",
 "rule one: block when agent.id == agent.owner\n"},
{ambiguous_import,
 "An import is of a catalog or of a module; a name that is both would change its meaning when "
 "either goes.",
 "import sentrail.github\n#file sentrail/github.sentrail\npolicy sentrail.github\n",
 "import sentrail.github\n"},
{wrong_module_name,
 "A module is found by its name, so its file says the same one.",
 "import acme.lists\n#file acme/lists.sentrail\npolicy acme.list\n",
 "import acme.lists\n#file acme/lists.sentrail\npolicy acme.lists\n"},
{module_cycle,
 "Modules are read before what imports them; one that imports itself, by way of others too, could "
 "not be.",
 "import acme.a\n#file acme/a.sentrail\npolicy acme.a\nimport acme.b\n"
 "#file acme/b.sentrail\npolicy acme.b\nimport acme.a\n",
 "import acme.a\n#file acme/a.sentrail\npolicy acme.a\nimport acme.b\n"
 "#file acme/b.sentrail\npolicy acme.b\n"},
{module_default,
 "Only the policy that is built decides what no rule decides; a module has no default.",
 "import acme.a\n#file acme/a.sentrail\npolicy acme.a\ndefault block\n",
 "import acme.a\ndefault block\n#file acme/a.sentrail\npolicy acme.a\n"},
{unused_list,
 "A list does something only where it is tested. One that is never used was forgotten in a rule, "
 "or is left over.",
 "list protected = [\"main\"]\nrule one: block when resource.ref == \"main\"\n",
 "list protected = [\"main\"]\nrule one: block when resource.ref in protected\n"},
{repeated_entry,
 "An entry that stands twice means nothing more; perhaps another one was meant.",
 "list protected = [\"main\", \"main\"]\nrule one: block when resource.ref in protected\n",
 "list protected = [\"main\", \"master\"]\nrule one: block when resource.ref in protected\n"},
{empty_list,
 "A test against an empty list never holds, and its `not` always does.",
 "list protected = []\nrule one: block when resource.ref in protected\n",
 "list protected = [\"main\"]\nrule one: block when resource.ref in protected\n"},
{never_matches,
 "The condition demands two different things of one attribute, so that no request meets both.",
 "rule one: allow when env == live and env == test\n",
 "rule one: allow when env == live or env == test\n"},
{never_reached,
 "A rule that matches always ends its tier; what stands behind it never decides anything.",
 "rule every: block when always\nrule reads: allow when risk == low\n",
 "rule reads: allow when risk == low\nrule every: block when always\n"},
{allow_by_claim,
 "Headers, client names and MCP annotations are what the other side says of itself. A rule that "
 "allows by them alone allows whoever says the right thing.",
 "rule one: allow when agent.client == cursor\n",
 "rule one: allow when agent.client == cursor and risk == low\n"},
{word_names_list,
 "After `==` and inside brackets a word is a string, even where a list has that name. Quotes say "
 "that the string is meant, `in NAME` that the list is.",
 "list live = [\"live\", \"test\"]\nrule one: block when env == live or env in live\n",
 "list live = [\"live\", \"test\"]\nrule one: block when env in live\n"},
{unknown_value,
 "All values of the attribute are known, and this is none of them: the test never holds, and its "
 "`not` always does. A rule that waits for it protects nothing.",
 "rule one: block when env == prod\n",
 "rule one: block when env == live\n"},
{action_matches_nothing,
 "The catalog declares no action that the pattern matches, so it never does.",
 "import sentrail.github\nrule one: block on github pull_requests.*\n",
 "import sentrail.github\nrule one: block on github pull_request.*\n"},
{empty_tier,
 "A tier without rules decides nothing.",
 "tier team {\n}\n",
 "tier team {\n  rule one: block when always\n}\n"},
{unanchored_allow,
 "A regular expression is searched for: it holds where any part of the text matches. What an allow "
 "rests on is better matched from `^` to `$`, or more than was meant is allowed.",
 "rule one: allow when resource.path =~ /docs/\n",
 "rule one: allow when resource.path =~ /^docs$/\n"},
{unused_condition,
 "A condition that nothing uses decides nothing. One that is meant for other files belongs to a "
 "module.",
 "condition ci = agent.id ~ \"ci-*\"\nrule one: block when env == live\n",
 "condition ci = agent.id ~ \"ci-*\"\nrule one: block when ci\n"},
{shadowed_rule,
 "Wherever the rule matches, rules before it in its tier match too, and the first one decides.",
 "rule live: block when env == live\nrule one: allow when env == live and risk == low\n",
 "rule one: allow when env == live and risk == low\nrule live: block when env == live\n"},
{never_certain,
 "No request makes the rule's condition true, so it counts only where something cannot be read.",
 "rule one: block when resource.ref ~ \"a/**\" and resource.ref ~ \"b/**\"\n",
 "rule one: block when resource.ref ~ \"a/**\" or resource.ref ~ \"b/**\"\n"},
{analysis_unknown,
 "Analysis is exact or says where it is not: docs/analysis.md has what it takes to be anything.",
 "rule one: block when all x in body.list: x == user.id\n"
 "rule two: allow when any x in body.list: x == user.id\n",
 "rule one: block when resource.path ~ \"a\"\nrule two: allow when always\n"},
{uncovered_request,
 "No rule matches some requests, and the default decides them alone.",
 "rule one: block when env == live\n",
 "rule one: block when env == live\nrule rest: require_approval when always\n"},
{overlapping_rules,
 "Two rules of a tier match common requests and differ; the first one decides those.",
 "rule one: block when env == live\nrule two: allow when risk == low\n",
 "rule one: block when env == live\nrule two: allow when risk == low and env == test\n"},
{hole_by_absence,
 "A test of what is absent is false, so the rule does not match requests that do not say it.",
 "rule one: block when risk >= high\n",
 "rule one: block when risk >= high or risk is absent\n"},
{exempted_requests,
 "What `unless` exempts is not allowed by it: the rules after it and the default still decide.",
 "rule one: block when env == live unless risk == low\n",
 "rule one: block when env == live and risk != low\n"},
{vacuous_limit,
 "A limit of 0 refuses everything, and one behind another that counts the same to less and answers "
 "as strictly is never met first.",
 "rule one: allow limit 0 per 1h when risk == low\n",
 "rule one: allow limit 1 per 1h when risk == low\n"},
{nobody_asked,
 "The strictest candidate answers: where another rule always blocks what a rule would ask about, "
 "nobody is asked.",
 "guard tier never { rule no_deletes: block when risk == critical }\n"
 "rule ask: require_approval when risk == critical\n",
 "guard tier never { rule no_deletes: block when risk == critical }\n"
 "rule ask: require_approval when risk == high\n"},
{vacuous_approval,
 "All quorums are to be filled and the shortest time counts. Where another rule always asks for as "
 "much, or for an answer as soon, this rule's own words change nothing.",
 "guard tier every { rule risky: require_approval from (2 of group ops) when risk >= high }\n"
 "rule ask: require_approval from (group ops) when risk == critical\n",
 "guard tier every { rule risky: require_approval from (2 of group ops) when risk >= high }\n"
 "rule ask: require_approval from (group leads) when risk == critical\n"},
{test_failed,
 "The policy decides otherwise than its test expects. Either the rule or the test says what was "
 "not meant; `sentrailc explain` shows which rule decided.",
 "rule one: block when env == live\n"
 "test \"live\" {\n  given with env = live\n  expect allow\n}\n",
 "rule one: block when env == live\n"
 "test \"live\" {\n  given with env = live\n  expect block\n}\n"},
{not_canonical,
 "All policies are laid out the same way, so that a change shows only what it changes. "
 "`sentrailc fmt` does it.",
 "policy acme\nlanguage 1\nrule   one: block when always\n",
 "policy acme\nlanguage 1\n\nrule one: block when always\n"},
{mistake_unnoticed,
 "`sentrailc test --mutate` makes mistakes in the policy one by one. With this one all tests still "
 "pass, though some request is decided otherwise: nobody would see it if it were made.",
 "rule one: block when env == live\n"
 "test \"live\" {\n  given with env = live\n  expect block by one\n}\n",
 "rule one: block when env == live\n"
 "test \"live\" {\n  given with env = live\n  expect block by one\n}\n"
 "test \"not live\" {\n  given with env = test\n  expect require_approval by default\n}\n"},
};
// clang-format on

}  // namespace

std::span<const Explanation> policy_explanations() noexcept {
  return kTable;
}

}  // namespace sentrail::compiler
