// Tables of words. See words.hpp.
#include "compiler/lsp/words.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "compiler/check/operators.hpp"
#include "core/known_values.hpp"

namespace sentrail::compiler::lsp {
namespace {

// In the order of kAttributes.
constexpr std::array<std::string_view, kAttributeCount> kAttributeHelp = {{
    "the catalog that knows the request: `github`, `linear`, `mcp`",
    "what is attempted: `pull_request.merge`",
    "`low` < `medium` < `high` < `critical`",
    "by which door the action came",
    "the workspace's environment: `test`, `live`",
    "the tenant",
    "what kind of thing the action is done to",
    "its id within the tool",
    "its owner, as GitHub's `acme` in `acme/web`",
    "its repository, without the owner",
    "a git ref without `heads/` or `tags/`",
    "whether that was a branch or a tag",
    "a file path in the repository",
    "another name that the catalog extracts",
    "the registered agent",
    "its display name",
    "its roles",
    "whether the agent is registered",
    "the person or team that answers for it",
    "the program it says it is",
    "on whose behalf it acts",
    "that person's groups",
    "`GET`, `DELETE`, …",
    "the upstream host",
    "the path as classified",
    "`http.query.page`: a query parameter",
    "`http.headers.accept`: a header; names in lower case",
    "the JSON body; `body.a.b` a member",
    "the MCP server",
    "the tool of that server",
    "what the server says of the tool",
    "whether the tool was never seen before",
    "whether the tool changed since it was pinned",
    "the arguments of an MCP call; `args.a` a member",
    "what was found in the content",
    "the program that a shell command runs",
    "its arguments, the program first",
    "what it does: `file.write`, `net.connect`",
    "the files that it names",
    "the folder in which it runs",
    "whether the whole command was understood",
    "when it is decided: `time in mon..fri 09:00..18:00 \"Europe/Berlin\"`",
    "from which address the agent calls: `agent.ip in \"10.0.0.0/8\"`",
    "whether this is about an answer: true there, else absent",
    "the status of the answer: 200, 404",
    "`response.headers.etag`: a header, a string; names in lower case",
    "the JSON body of the answer; `response.body.a` a member",
    "how many calls the session had before (L20.1)",
    "how many of them were no mere reads",
    "what `then taint` has put on the session",
    "`session.count(action == x) within 10m`: how many of its calls were such (L20.6)",
}};

constexpr auto kWords = std::to_array<WordHelp>({
    {"!=", "Exactly `not ==`: true on an absent value."},
    {"!~", "Exactly `not ~`: true on an absent value."},
    {"<", "Less, of numbers by value and of risks in their order."},
    {"<=", "Less or equal, of numbers by value and of risks in their order."},
    {"==",
     "Equal. Strings byte by byte, numbers by value. False on an absent value, undecidable on one "
     "of another type."},
    {"=~",
     "Finds a regular expression anywhere in the value, in linear time; anchor it with `^` and "
     "`$`."},
    {">", "Greater, of numbers by value and of risks in their order."},
    {">=", "Greater or equal, of numbers by value and of risks in their order."},
    {"alert", "An obligation: the record is marked as an alert."},
    {"all", "`all NAME in PATH: TEST` is true if the test is true of each element of a list."},
    {"allow", "The action is forwarded."},
    {"also",
     "`also rule NAME when … then …` adds obligations wherever it may match, and decides nothing."},
    {"always", "The condition that is always true."},
    {"and", "True if both sides are. Mixing with `or` needs parentheses."},
    {"answered",
     "`given TOOL METHOD \"TARGET\" answered 200 body {…}` is about the answer of a tool."},
    {"any", "`any NAME in PATH: TEST` is true if the test is true of an element of a list."},
    {"as", "`import NAME as ALIAS` gives a module another name in this file."},
    {"because",
     "`because \"TEXT\"` is the reason given; `{attribute}` in it stands for the attribute's "
     "value."},
    {"block", "The action is refused, with the reason."},
    {"body", "In a test, the JSON body of the request."},
    {"by", "Names the deciding rule, or `default`."},
    {"condition",
     "`condition NAME(PARAMETER, …) = …` names a condition, which rules then use by its name."},
    {"contains", "True if the string has this text in it."},
    {"critical", "The greatest risk; also of actions that nobody knows."},
    {"default",
     "`default EFFECT` joins the decision unless a rule of an ordinary tier certainly matches. "
     "Without it: `require_approval`."},
    {"else", "What is decided where a limit has no room; `block` if it is not written."},
    {"ends_with", "True if the string ends with this text."},
    {"exists", "True if the value is there; null is there too."},
    {"expect", "`expect EFFECT by RULE` is what the policy should decide."},
    {"false", "The bool."},
    {"for", "`test table \"NAME\" for TOOL { … }`: the tool that all rows of the table ask."},
    {"from",
     "`require_approval from (2 of group leads and role admin)` says who approves; each of them "
     "once."},
    {"full", "`log full`: the record holds the request."},
    {"given",
     "`given TOOL METHOD \"TARGET\"` is a raw request, `given with PATH = VALUE, …` one of "
     "attributes."},
    {"guard",
     "`guard tier NAME { … }` only tightens: it holds no `allow` and never lifts the default."},
    {"has", "True if the set or list has exactly this element."},
    {"high", "A risk: changes that are hard to undo."},
    {"import",
     "`import NAME` brings a catalog of a tool, or the lists, conditions and tiers of another "
     "file. `as` gives a module a shorter name here."},
    {"in",
     "True if the value is one of a list or within a range; an entry with a wildcard is a "
     "pattern. `time in mon..fri 09:00..18:00 \"Europe/Berlin\"` is a window, `time in "
     "2026-12-20..2027-01-05` the time from an instant to before another, "
     "`agent.ip in \"10.0.0.0/8\"` a network."},
    {"is", "`is TYPE` tests the type of a value; `is absent` is `not … exists`."},
    {"language", "`language 1` is the version of the language that the file is written in."},
    {"limit",
     "`limit 20 per 1h by agent.id`, or `limit sum args.amount 5000 per 1d`: what goes past it is "
     "decided by its `else`."},
    {"list",
     "`list NAME = [ … ]` names values for tests with `in`. An entry with a wildcard is a "
     "pattern."},
    {"log", "An obligation, `log full`: the record holds the request."},
    {"low", "The least risk: reading."},
    {"mask", "`mask PATH` leaves only the end of a value in records, on screens and in answers."},
    {"medium", "A risk: changes that are easily undone."},
    {"never", "`prove \"NAME\" never EFFECT when …`: what is not to be decided."},
    {"not", "Turns one test or one parenthesis round; what is undecidable stays so."},
    {"notify", "`notify CHANNEL \"TARGET\"` tells a channel of the server's configuration."},
    {"on", "`on TOOL [ACTION, …]` restricts the rule to a tool and some of its actions."},
    {"or", "True if one side is. Mixing with `and` needs parentheses."},
    {"owner", "`owner \"TEXT\"` says whose rule it is; it means nothing."},
    {"pass", "Ends the tier and decides nothing."},
    {"policy",
     "`policy NAME` comes first and names the file: rules are called by it in decisions and the "
     "audit log."},
    {"priority",
     "`priority N` orders rules inside a tier: lower numbers first, before all without one."},
    {"prove",
     "`prove \"NAME\" never EFFECT when …` is a claim about all requests, which `sentrailc prove` "
     "tries."},
    {"redact",
     "`redact PATH` leaves a value out of records, screens and answers, never out of what is "
     "sent."},
    {"require_approval", "The exact action is held until people approve it."},
    {"rule",
     "`rule NAME: OUTCOME` and its clauses: `on`, `when`, `unless`, `because`, `priority`, "
     "`limit`, `then`."},
    {"shadow",
     "`shadow rule NAME: OUTCOME …` decides nothing; the record says what it would change."},
    {"size",
     "`size(PATH)` is a number: the characters of a string, the elements of a list or set, the "
     "members of an object."},
    {"starts_with", "True if the string begins with this text."},
    {"table", "`test table \"NAME\" for TOOL { … }` is one test a row."},
    {"tag", "`tag \"TEXT\"` puts a word into the record."},
    {"taint", "`taint \"TEXT\"` puts a word on the session."},
    {"test",
     "`test \"NAME\" { given … expect … }` states what the policy decides for one request."},
    {"then",
     "`then OBLIGATION, …` says what the decision obliges to when the rule is a candidate."},
    {"ticket", "`ticket \"TEXT\"` says why the rule is there; it means nothing."},
    {"tier",
     "`tier NAME { … }` holds rules. The first that matches answers for the tier; the strictest "
     "tier wins."},
    {"true", "The bool."},
    {"unless",
     "`unless CONDITION` takes away this rule alone: those after it, other tiers and the default "
     "still decide."},
    {"unreadable", "In a test, says that the attribute could not be read."},
    {"until",
     "`until 2027-01-31` is the last day of a rule, in UTC: an `allow` then matches nothing."},
    {"when", "`when CONDITION` says when the rule matches; `when always` that it always does."},
    {"with", "In a test, sets attributes directly."},
    {"within", "`require_approval within 24h` says how long people may take to decide."},
    {"~",
     "Matches a pattern as a whole: `*` stays in a segment, `**` is any number of whole segments, "
     "`?` one character."},
});
static_assert(std::ranges::is_sorted(kWords, {}, &WordHelp::word));

constexpr std::array<std::string_view, 2> kBools = {"true", "false"};

// How operators are written, those most used first.
constexpr auto kOperators = std::to_array<std::pair<std::string_view, TestOp>>({
    {"==", TestOp::equal},
    {"!=", TestOp::not_equal},
    {"in", TestOp::in},
    {"not in", TestOp::not_in},
    {"has", TestOp::has},
    {"~", TestOp::matches},
    {"!~", TestOp::not_matches},
    {"=~", TestOp::search},
    {"<", TestOp::less},
    {"<=", TestOp::less_equal},
    {">", TestOp::greater},
    {">=", TestOp::greater_equal},
    {"contains", TestOp::contains},
    {"starts_with", TestOp::starts_with},
    {"ends_with", TestOp::ends_with},
    {"exists", TestOp::exists},
    {"is", TestOp::is},
});

template <class Fits>
std::vector<std::string_view> operators_that(const Fits& fits) {
  std::vector<std::string_view> found;
  for (const auto& [word, op] : kOperators) {
    if (fits(checking::meaning_of(op).op)) found.push_back(word);
  }
  return found;
}

}  // namespace

std::string_view help_of(AttributeId id) noexcept {
  return kAttributeHelp[static_cast<std::size_t>(id)];
}

std::string_view help_of_word(std::string_view word) noexcept {
  const auto found = std::ranges::lower_bound(kWords, word, {}, &WordHelp::word);
  return found != kWords.end() && found->word == word ? found->help : std::string_view();
}

std::span<const std::string_view> offered_values(AttributeId id) noexcept {
  return row_of(id).type == Type::boolean ? kBools : known_values(id);
}

std::vector<std::string_view> operators_of(Type type) {
  return operators_that([&](ir::AtomOp op) { return checking::applies(op, type); });
}

std::vector<std::string_view> operators_of_sizes() {
  return operators_that(checking::applies_to_size);
}

std::vector<std::string_view> types_of(Type type) {
  std::vector<std::string_view> found;
  for (const std::string_view name : kTypeNames) {
    const auto tested = checking::tested_type(name);
    if (!tested || checking::can_be(type, *tested)) found.push_back(name);
  }
  return found;
}

std::string_view name_of(Trust trust) noexcept {
  constexpr std::array<std::string_view, 3> kNames = {"authenticated", "derived", "asserted"};
  return kNames[static_cast<std::size_t>(trust)];
}

}  // namespace sentrail::compiler::lsp
