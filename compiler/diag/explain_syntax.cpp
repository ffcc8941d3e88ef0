// S01xx: text, tokens and structure. See explain.hpp.
#include <iterator>

#include "compiler/diag/explain.hpp"

namespace sentrail::compiler {
namespace {

using enum DiagnosticKind;

// clang-format off
constexpr Explanation kTable[] = {
{source_too_large,
 "A file is read whole, so its size is bounded. Policies of this size are lists in disguise: name "
 "them by patterns, or split the policy.",
 "@{1200000*# fifteen bytes}\n",
 "rule web: block when resource.repo ~ \"web-*\"\n"},
{line_too_long,
 "A line that nobody can see whole hides what stands at its end. Newlines cost nothing outside "
 "strings.",
 "# @{66000*x}\n",
 "# A comment that a reader can see whole.\n"},
{invalid_utf8,
 "Policy text is UTF-8: a byte that is not could be read as different characters by different "
 "tools.",
 "# caf@{hex e9}\n",
 "# café\n"},
{byte_order_mark,
 "Some editors put an invisible mark before UTF-8 text. It is no part of the policy.",
 "@{hex ef bb bf}policy acme\nlanguage 1\n",
 "policy acme\nlanguage 1\n"},
{control_character,
 "Terminals obey control characters: a policy that holds them can look other than it is. In a "
 "string they are written as `\\u{…}`.",
 "list escapes = [\"@{hex 1b}[2J\"]\n",
 "list escapes = [\"\\u{1b}[2J\"]\n"},
{invisible_character,
 "Characters that show nothing, reorder their neighbours or pass for a blank can make a rule read "
 "differently from what it says. In a string they are written as `\\u{…}`.",
 "list names = [\"ma@{hex e2 80 8b}in\"]\n",
 "list names = [\"main\"]\n"},
{unterminated_string,
 "A string ends on the line it begins on, so that a forgotten quote does not swallow the rules "
 "after it.",
 "default block because \"not decided\n",
 "default block because \"not decided\"\n"},
{bad_escape,
 "In a string a backslash begins an escape: `\\\"`, `\\\\`, `\\n`, `\\t` or `\\u{…}`. A pattern "
 "that escapes a wildcard therefore writes its backslash twice.",
 "list files = [\"a\\d\"]\n",
 "list files = [\"a\\\\*d\"]\n"},
{malformed_number,
 "Numbers are written as in JSON, without leading zeros or a leading `+`. Whatever begins with a "
 "digit and is no number is written in quotes.",
 "rule one: block when body.n == 007\n",
 "rule one: block when body.n == 7\n"},
{malformed_word,
 "A word without quotes is made of letters, digits, `_`, `-` and `*`, in parts joined by dots. "
 "Everything else, such as a value with a slash, stands in quotes.",
 "rule one: block when resource.ref == feature/x\n",
 "rule one: block when resource.ref == \"feature/x\"\n"},
{name_too_long,
 "Names stand in audit records, bundles and tables; they are at most 128 bytes long.",
 "rule @{129*n}: block when always\n",
 "rule no_deletion: block when always\n"},
{text_too_long,
 "A `because` text is shown to agents and people; it is at most 1,024 bytes long.",
 "default block because \"@{1025*t}\"\n",
 "default block because \"no rule matched\"\n"},
{reserved_word,
 "Keywords are names nowhere but after a dot. As a value a keyword is written in quotes.",
 "rule allow: block when always\n",
 "rule allowed: block when always\n"},
{later_language,
 "The word or sign is kept for a later version of the language, so that no policy changes its "
 "meaning when it comes.",
 "rule one: allow when body.list[*].id == 1\n",
 "rule one: allow when any x in body.list: x.id == 1\n"},
{expected_declaration,
 "A file is a list of declarations, each begun by its keyword.",
 "rul one: block when always\n",
 "rule one: block when always\n"},
{expected_name,
 "What is declared here needs a name: letters, digits and `_`.",
 "rule : block when always\n",
 "rule one: block when always\n"},
{expected_token,
 "A sign or keyword that belongs to the construct is missing.",
 "rule one block when always\n",
 "rule one: block when always\n"},
{unterminated_block,
 "The file ends before a bracket is closed. The note shows which one.",
 "tier team {\n  rule one: block when always\n",
 "tier team {\n  rule one: block when always\n}\n"},
{expected_effect,
 "An effect is `allow`, `require_approval` or `block`; a rule may also `pass`.",
 "rule one: deny when always\n",
 "rule one: block when always\n"},
{expected_clause,
 "After its effect a rule is made of clauses (`on`, `when`, `unless`, `because`, `priority`) until "
 "the next declaration begins.",
 "rule one: block wen risk == high\n",
 "rule one: block when risk == high\n"},
{duplicate_clause,
 "Each clause of a rule is written once; which of two would count could only be guessed.",
 "rule one: block when risk == high when env == live\n",
 "rule one: block when risk == high and env == live\n"},
{missing_condition,
 "A rule says when it matches, by `on` or `when`. `when always` says that it always does, so that "
 "this is never an accident.",
 "rule one: block because \"always\"\n",
 "rule one: block when always because \"always\"\n"},
{misplaced_header,
 "A reader finds the policy's name and language first: `policy`, then `language`, each once, "
 "before everything else.",
 "language 1\npolicy acme\n",
 "policy acme\nlanguage 1\n"},
{unsupported_language,
 "The policy was written for a language that this compiler does not know. It will not guess.",
 "policy acme\nlanguage 2\n",
 "policy acme\nlanguage 1\n"},
{expected_condition,
 "After `when`, `and`, `or`, `not` or `(` stands a test, `not` or a parenthesis.",
 "rule one: block when risk == high and\n",
 "rule one: block when risk == high and env == live\n"},
{expected_operator,
 "A test is an attribute, an operator and what the operator takes.",
 "rule one: block when risk = high\n",
 "rule one: block when risk == high\n"},
{expected_value,
 "What the operator takes is missing, or is of another form than it takes: `==` one value, `in` a "
 "list, a range or the name of a list.",
 "rule one: block when env == ['live', 'test']\n",
 "rule one: block when env in [live, test]\n"},
{mixed_and_or,
 "Languages differ in which of `and` and `or` binds tighter, and readers guess. Parentheses say "
 "which tests belong together.",
 "rule one: block when risk == high or env == live and source == api\n",
 "rule one: block when risk == high or (env == live and source == api)\n"},
{nested_too_deep,
 "Parentheses, and the brackets of a JSON body, nest at most 64 levels deep.",
 "rule one: block when @{65*(}risk == high@{65*)}\n",
 "rule one: block when (risk == high)\n"},
{path_too_long,
 "A path has at most 16 steps behind its name.",
 "rule one: block when body@{17*.x} exists\n",
 "rule one: block when body.x.x exists\n"},
{list_too_long,
 "A list has at most 100,000 entries. Patterns say more with less.",
 "list many = [\n@{100002*\"x\",\n}]\n",
 "list many = [\"x*\"]\n"},
{malformed_json,
 "The body of a test's request is a JSON object or array as RFC 8259 has it, without comments and "
 "without a comma after the last member, or a string that holds JSON text.",
 "import sentrail.github\ntest \"merge\" {\n"
 "  given github PUT \"/repos/acme/web/pulls/7/merge\" body {\"sha\": \"a1\",}\n"
 "  expect require_approval\n}\n",
 "import sentrail.github\ntest \"merge\" {\n"
 "  given github PUT \"/repos/acme/web/pulls/7/merge\" body {\"sha\": \"a1\"}\n"
 "  expect require_approval\n}\n"},
{unterminated_regex,
 "A regular expression stands between slashes and ends on the line it begins on; a slash within it "
 "is written `\\/`.",
 "rule one: block when resource.path =~ /^docs\n",
 "rule one: block when resource.path =~ /^docs\\//\n"},
{malformed_table,
 "The first line of a test table names its columns: `method`, `path` and `effect`, each once, and "
 "`rule` if wanted.",
 "import sentrail.github\ntest table \"reads\" for github {\n  method path answer\n"
 "  GET \"/user\" require_approval\n}\n",
 "import sentrail.github\ntest table \"reads\" for github {\n  method path effect\n"
 "  GET \"/user\" require_approval\n}\n"},
{malformed_row,
 "Each row of a test table has one cell for each column: the path a string, the effect an effect.",
 "import sentrail.github\ntest table \"reads\" for github {\n  method path effect\n"
 "  GET \"/user\"\n}\n",
 "import sentrail.github\ntest table \"reads\" for github {\n  method path effect\n"
 "  GET \"/user\" require_approval\n}\n"},
};
// clang-format on

}  // namespace

std::span<const Explanation> syntax_explanations() noexcept {
  return kTable;
}

}  // namespace sentrail::compiler
