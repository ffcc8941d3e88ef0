// The policy as written: vectors of nodes with spans, names not yet looked up.
//
// Neighbours: parser.hpp builds it, format/ prints it, check/ resolves it. Must not know: types,
// attributes, catalogs. Texts are views into the Source, which outlives the Ast; string literals
// keep their quotes and escapes in the span and are decoded in `text`, owned by the Ast. So are
// steps and literals: a condition has hundreds of thousands of them, and none has a vector of its
// own.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/source.hpp"
#include "compiler/syntax/runs.hpp"
#include "core/decision.hpp"
#include "core/ids.hpp"
#include "core/obligation.hpp"
#include "core/result.hpp"

namespace sentrail::compiler {

using ExprId = Id<struct ExprTag>;
using QuantifierId = Id<struct QuantifierTag>;

// A word or dotted name, as written.
struct Name {
  Span span;
  std::string_view text;
};

// A literal. `text` is decoded for strings, as written for all else. `json` is the raw JSON object
// or array of a test's body, its lines ended by newline alone; days and hours of a window stand
// without blanks.
enum class LiteralKind : std::uint8_t {
  string,
  number,
  boolean,
  word,
  range,
  json,
  regex,
  window,
  instant
};
struct Literal {
  LiteralKind kind = LiteralKind::word;
  Span span;
  std::string_view text;
  std::string_view upper;  // of `lower..upper`, numbers or instants; of `/text/flags` the flags
};

// An attribute or a member of one: `resource.ref`, `body."odd key".x`. Steps are decoded. Of
// `session.count(action == x) within 10m` it is what stands before the parenthesis.
struct Path {
  Span span;
  std::uint32_t star = 0;   // steps before `[*]`; 0: there is none
  std::uint32_t count = 0;  // the number of Ast::counts, from 1; 0: nothing is counted
  std::span<const Name> steps;
};

// What a session counts: `(action == x) within 10m`.
struct CountNode {
  ExprId test;
  Literal within;  // a word
};

// The operators. `!~`, `not in` and `is absent` keep the author's spelling for fmt.
enum class TestOp : std::uint8_t {
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  in,
  not_in,
  matches,
  not_matches,
  has,
  contains,
  starts_with,
  ends_with,
  search,
  exists,
  is,
};

// What stands right of an operator: literals, or the name of a list.
struct Operand {
  Span span;
  bool bracketed = false;             // `[a, b]`
  bool window = false;                // `mon..fri 09:00..18:00 "Europe/Berlin"`
  std::span<const Literal> literals;  // one unless bracketed; of a window days, hours and zone
};

// `path op operand`.
struct Test {
  Path path;
  bool sized = false;  // `size(path)`
  TestOp op = TestOp::exists;
  Span op_span;
  Operand operand;  // empty for `exists`; the type's name as a word for `is`
};

// What stands for a parameter in the use of a condition. A bare word may be meant as a path or as
// a value: both are here, and the parameter decides.
struct Argument {
  Span span;
  Path path;      // no steps: it cannot be one
  Operand value;  // no literals and no brackets: it cannot be one
};

// The parts of a word between its dots. Views into the word.
struct DottedWord {
  Span span;
  std::vector<Name> steps;

  [[nodiscard]] Path path() const { return {span, 0, 0, steps}; }
};
[[nodiscard]] DottedWord dotted(const Literal& word);

// `any binder in list:` or `all …`; what follows is its child.
struct Quantifier {
  bool all = false;
  Name binder;
  Path list;
};

// A node of a condition. Children come before parents in Ast::exprs.
enum class ExprKind : std::uint8_t { test, not_, and_, or_, always, use, quantified };
struct Expr {
  ExprKind kind = ExprKind::always;
  bool parenthesised = false;
  Span span;
  Test test;                        // kind test; of a use only the path, which is its name
  std::vector<Argument> arguments;  // kind use
  QuantifierId quantifier;          // kind quantified
  std::vector<ExprId> children;     // not_, quantified: one; and_, or_: two or more; of a test
                                    // what its path counts
};

// `on github [ref.delete, branch_protection.*]`, `on response`, `on response github`.
struct OnClause {
  Span span;
  std::optional<Span> response;      // the word, if the rule is about answers
  std::optional<Literal> tool;       // nothing: answers of every tool
  std::span<const Literal> actions;  // empty: every action of the tool
  bool bracketed = false;
};

// Where what follows the word `on` begins.
[[nodiscard]] inline std::uint32_t begin_of(const OnClause& on) noexcept {
  return on.response ? on.response->begin : on.tool->span.begin;
}

// `2 of group leads` or `role admin`.
struct SeatsNode {
  Span span;
  std::optional<Literal> people;  // digits
  bool role = false;
  Literal name;
};

// `from (2 of group leads and role admin) within 24h`, or one of both.
struct ApprovalNode {
  Span span;
  std::vector<SeatsNode> seats;   // none: no `from`
  std::optional<Literal> within;  // a word
};

// `limit sum args.amount 5000 per 1d by agent.id else block`.
struct LimitNode {
  Span span;
  std::optional<Path> amount;  // of `sum`
  Literal most;
  Literal per;             // a word
  std::vector<Path> keys;  // none: no `by`
  std::optional<Effect> otherwise;
  Span otherwise_span;
  std::optional<ApprovalNode> approval;  // beside `else`
};

// `redact args.card`, `notify slack "#fin"`, `log full`, ….
struct ObligationNode {
  Span span;
  Name word;
  std::optional<ObligationKind> kind{};  // nothing: there is none of that name
  Path path{};                           // of redact and mask
  Name channel{};                        // of notify
  std::optional<Literal> text{};
};

// `rule`, `also rule` (which has no outcome), `shadow rule`.
enum class RuleKind : std::uint8_t { live, also, shadow };

// One rule.
struct RuleNode {
  Span span;
  Name name;
  Outcome outcome = Outcome::block;
  Span outcome_span;
  std::optional<ApprovalNode> approval;
  std::optional<OnClause> on;
  std::optional<ExprId> when;
  std::optional<ExprId> unless;
  std::optional<Literal> because;
  std::optional<Literal> priority;
  std::optional<Literal> owner;
  std::optional<Literal> ticket;
  std::optional<Literal> until;  // a word
  std::vector<LimitNode> limits;
  RuleKind kind = RuleKind::live;
  std::vector<ObligationNode> then;
};

// `tier name { … }` or `guard tier name { … }`; rules outside any tier form one unnamed tier.
struct TierNode {
  Span span;
  bool guard = false;
  bool implicit = false;
  Name name;
  std::vector<RuleNode> rules;
};

// `list name = [ … ]`.
struct ListNode {
  Span span;
  Name name;
  std::span<const Literal> entries;
};

// `condition name = …` or `condition name(parameter, …) = …`.
struct ConditionNode {
  Span span;
  Name name;
  std::vector<Name> parameters;
  ExprId body;
};

// `import sentrail.github`.
struct ImportNode {
  Span span;
  Name name;
  std::optional<Name> alias;
};

// `default require_approval because "…"`.
struct DefaultNode {
  Span span;
  Effect effect = Effect::require_approval;
  Span effect_span;
  std::optional<ApprovalNode> approval;
  std::optional<Literal> because;
};

// A request in a test: `given github DELETE "/path"` or `given { attribute = value, … }`, with
// `with attribute = value, …` and `body {json}` for either.
struct GivenAssignment {
  Span span;
  Path path;
  Operand value;            // a literal, or a bracketed list for a set
  bool unreadable = false;  // `path = unreadable`
};
// `used team.small_payments limit 2 = 4900`.
struct GivenUsed {
  Span span;
  Name rule;
  std::optional<Literal> number;  // of the limit; the first if it is not written
  Literal amount;
};
// `answered 200 body {…}`.
struct AnswerNode {
  Span span;
  Literal status;
  std::optional<Literal> body;  // as that of a request
};
struct Given {
  Span span;
  std::optional<Name> tool;
  std::optional<Name> method;
  std::optional<Literal> target;
  // What few tests have takes the room of a pointer in each: policies have 100,000 of them.
  std::unique_ptr<const Literal> body{};  // JSON text, as a string literal or raw braces
  std::unique_ptr<AnswerNode> answer{};
  std::vector<GivenAssignment> with;
  std::vector<GivenUsed> used;
  std::unique_ptr<const Literal> calls{};  // of `after 20 calls`
};

// `expect block by protect_branches`. `by default` names the default. Of
// `require_approval from (…) and from (…) within 24h` each `from` is an approval of its own.
struct Expect {
  Span span;
  Effect effect = Effect::block;
  std::optional<Name> rule;
  std::vector<ApprovalNode> approvals{};  // the last has the time; without seats: no `from`
  std::vector<ObligationNode> then{};
};

// One test, or one row of a test table.
struct TestNode {
  Span span;
  Literal name;
  Given given;
  Expect expect;
};

// `test table "name" for tool { header row; rows }`, as tests and as written for fmt. `tests` has
// one test a row, called `name: METHOD path`; they are not repeated in Ast::tests. A `-` in the
// column `rule` names no rule.
struct TestTableNode {
  Span span;
  Literal name;
  Name tool;
  std::vector<Name> columns;
  std::vector<std::vector<Literal>> rows;
  std::vector<TestNode> tests;
};

// `prove "name" never allow when …`.
struct ProofNode {
  Span span;
  Literal name;
  Effect never = Effect::allow;
  ExprId when;
};

// A comment, `# …` to the end of the line, for fmt.
struct Comment {
  Span span;
  bool own_line = false;
};

// Top-level declarations in the author's order. The implicit tier stands as `tier` before its first
// rule; its rules, which other declarations may separate, each stand as `rule`.
enum class DeclKind : std::uint8_t {
  policy,
  language,
  import_,
  list,
  tier,
  rule,
  default_,
  test,
  test_table,
  condition,
  proof,
};
struct Decl {
  DeclKind kind;
  std::uint32_t index;  // into the vector of that kind; `rule`: into the implicit tier's rules
  Span span;            // from its first keyword
};

// One parsed file.
struct Ast {
  SourceId source;
  std::optional<Name> policy;
  std::optional<Literal> language;
  std::vector<ImportNode> imports;
  std::vector<ListNode> lists;
  std::vector<ConditionNode> conditions;
  std::vector<TierNode> tiers;
  std::vector<DefaultNode> defaults;  // more than one is check's error
  std::deque<TestNode> tests;
  std::vector<TestTableNode> test_tables;
  std::vector<ProofNode> proofs;
  std::vector<Decl> order;
  std::vector<Comment> comments;
  IdVector<ExprTag, Expr> exprs;
  IdVector<QuantifierTag, Quantifier> quantifiers;
  std::vector<CountNode> counts;
  Runs<Name> steps;                 // of all paths
  Runs<Literal> literals;           // of all operands, lists and `on` clauses
  std::deque<std::string> decoded;  // storage of decoded literals

  // What a path counts. REQUIRES: it counts something.
  [[nodiscard]] const CountNode& count_of(const Path& path) const { return counts[path.count - 1]; }

  // Stable text of the tree, without spans; equal dumps mean equal policies.
  [[nodiscard]] std::string dump() const;
  // Structural invariants: children before parents, arity, spans inside the source.
  [[nodiscard]] Status verify() const;
};

}  // namespace sentrail::compiler
