// The grammar, its actions and its points of failure, put together: the only user of PEGTL.
//
// Neighbours: grammar/ (rules), builder.hpp (what actions do), failure_points.hpp (what failures
// say), source_gate.hpp (runs first). Must not know: the meaning of a policy.
// A failure throws inside PEGTL and is caught at the next sync point: nothing leaves this file.
#include "compiler/syntax/parser.hpp"

#include <tao/pegtl.hpp>
#include <tao/pegtl/contrib/limit_depth.hpp>

#include "compiler/syntax/builder.hpp"
#include "compiler/syntax/failure_points.hpp"
#include "compiler/syntax/source_gate.hpp"
#include "core/limits.hpp"
#include "grammar/policy.hpp"

namespace sentrail::compiler {
namespace {

namespace g = sentrail::grammar;
namespace peg = tao::pegtl;

// What the actions and sync points share in one parse.
struct Parse {
  AstBuilder builder;
  SourceId source;
  const char* text;
  const char* failure = nullptr;  // where the last failure was, until reading has resumed

  [[nodiscard]] std::uint32_t offset(const char* at) const {
    return static_cast<std::uint32_t>(at - text);
  }
  template <typename ActionInput>
  [[nodiscard]] Span span(const ActionInput& in) const {
    return Span{source, offset(in.begin()), offset(in.end())};
  }
};

// --- failures and sync points --------------------------------------------------------------
template <typename Rule>
struct control : peg::normal<Rule> {
  template <typename ParseInput>
  [[noreturn]] static void raise(const ParseInput& in, Parse& parse) {
    parse.failure = in.current();
    parse.builder.expected(parse.offset(in.current()), FailurePointOf<Rule>::value);
    throw peg::parse_error("", peg::position(0, 1, 1, ""));
  }
};

template <typename Rule>
struct action : peg::nothing<Rule> {};

// Turns a failure inside a rule into its not matching; the sync point beside it then resumes.
struct recovering : peg::maybe_nothing {
  template <typename Rule, peg::apply_mode A, peg::rewind_mode M,
            template <typename...> class Action, template <typename...> class Control,
            typename ParseInput>
  [[nodiscard]] static bool match(ParseInput& in, Parse& parse) {
    const char* const begin = in.current();
    const std::size_t depth = in.private_depth;
    try {
      return peg::match<Rule, A, M, Action, Control>(in, parse);
    } catch (const peg::parse_error& error) {
      if (parse.failure == nullptr) {  // thrown by limit_depth
        const std::size_t byte = error.positions().front().byte;
        parse.failure = parse.text + byte;
        parse.builder.errors().too_deep(static_cast<std::uint32_t>(byte));
      }
      in.private_depth = depth;
      in.iterator() = begin;
      return false;
    }
  }
};

// Moves to the failure, then on to the sync point `Tail`; `Rule` eats a token first and is taken
// when the failure was at its own beginning, so that reading always moves on.
template <typename Tail>
struct resuming : peg::maybe_nothing {
  template <typename Rule, peg::apply_mode A, peg::rewind_mode M,
            template <typename...> class Action, template <typename...> class Control,
            typename ParseInput>
  [[nodiscard]] static bool match(ParseInput& in, Parse& parse) {
    if (parse.failure == nullptr) return false;
    const auto passed = static_cast<std::size_t>(parse.failure - in.current());
    parse.failure = nullptr;
    parse.builder.errors().close_inner();
    if constexpr (std::is_same_v<Tail, g::to_clause_point>) {
      parse.builder.abandon_clause();
    } else {
      parse.builder.abandon_rule();
    }
    if constexpr (std::is_same_v<Tail, g::to_declaration_point>) {
      parse.builder.abandon_declaration();
      parse.builder.errors().close_all();
    }
    if (parse.builder.errors().count() >= limits::kDiagnosticsMax) {
      in.bump(in.size());
      return true;
    }
    in.bump(passed);
    if (passed == 0) return peg::match<Rule, A, M, Action, Control>(in, parse);
    return peg::match<Tail, A, M, Action, Control>(in, parse);
  }
};

template <>
struct action<g::declaration> : recovering {};
template <>
struct action<g::tier_rule> : recovering {};
template <>
struct action<g::resume_at_declaration> : resuming<g::to_declaration_point> {};
template <>
struct action<g::resume_at_rule> : resuming<g::to_rule_point> {};
template <>
struct action<g::clause> : recovering {};
template <>
struct action<g::resume_at_clause> : resuming<g::to_clause_point> {};

// --- actions -------------------------------------------------------------------------------
// `SENTRAIL_ON(rule) { … }`: runs when `rule` has matched, with `b` the builder, `at` its span.
#define SENTRAIL_ON(rule)                                    \
  template <>                                                \
  struct action<g::rule> {                                   \
    template <typename ActionInput>                          \
    static void apply(const ActionInput& in, Parse& parse) { \
      run(parse.builder, parse.span(in));                    \
    }                                                        \
    static void run(AstBuilder&, Span);                      \
  };                                                         \
  inline void action<g::rule>::run([[maybe_unused]] AstBuilder& b, [[maybe_unused]] Span at)

template <typename... Rules>
struct action<g::lexeme<Rules...>> {
  template <typename ActionInput>
  static void apply(const ActionInput& in, Parse& parse) {
    parse.builder.lexeme_end(parse.offset(in.end()));
  }
};

// clang-format off
// Tokens.
SENTRAIL_ON(comment) { b.comment(at); }
SENTRAIL_ON(name_text) { b.name(at); }
SENTRAIL_ON(qualified_text) { b.name(at); }
SENTRAIL_ON(string_open) { b.errors().begin_string(at.begin); }
SENTRAIL_ON(string_body) { b.string(at); }
SENTRAIL_ON(regex_body) { b.regex(at); }
SENTRAIL_ON(number_upper) { b.upper(at); }
SENTRAIL_ON(number_body) { b.one_or_range(LiteralKind::number, at); }
SENTRAIL_ON(instant_upper) { b.upper(at); }
SENTRAIL_ON(instant_body) { b.one_or_range(LiteralKind::instant, at); }
SENTRAIL_ON(boolean_body) { b.plain(LiteralKind::boolean, at); }
SENTRAIL_ON(word_text) { b.plain(LiteralKind::word, at); }
SENTRAIL_ON(test_word) { b.plain(LiteralKind::word, at); }
SENTRAIL_ON(type_text) { b.plain(LiteralKind::word, at); }
SENTRAIL_ON(path_begin) {
  b.path_begin();
  b.path_step(at);
}
SENTRAIL_ON(path_step) { b.path_step(at); }
SENTRAIL_ON(path_text) { b.path(at); }
SENTRAIL_ON(list_entry) { b.list_entry(); }
SENTRAIL_ON(list_open) {
  b.errors().open(at.begin);
  b.list_begin();
}
SENTRAIL_ON(list_close) { b.errors().close(); }
SENTRAIL_ON(bracketed) { b.list_end(at); }
SENTRAIL_ON(list_entries) { b.list_end(at); }

// Conditions.
SENTRAIL_ON(expression_begin) { b.expression_begin(); }
SENTRAIL_ON(expression) { b.expression_end(); }
SENTRAIL_ON(and_keyword) { b.join(ExprKind::and_, at); }
SENTRAIL_ON(or_keyword) { b.join(ExprKind::or_, at); }
SENTRAIL_ON(group_open) { b.errors().open(at.begin); }
SENTRAIL_ON(group_close) { b.errors().close(); }
SENTRAIL_ON(group) { b.group(at); }
SENTRAIL_ON(negation) { b.negation(at); }
SENTRAIL_ON(any_keyword) { b.quantifier(false); }
SENTRAIL_ON(all_keyword) { b.quantifier(true); }
SENTRAIL_ON(binder) { b.binder(); }
SENTRAIL_ON(list_star) { b.path_star(); }
SENTRAIL_ON(list_path_text) { b.path(at); }
SENTRAIL_ON(binder_colon) { b.quantifier_head(); }
SENTRAIL_ON(quantified) { b.quantified(at); }
SENTRAIL_ON(always_keyword) { b.always(at); }
SENTRAIL_ON(attribute_test) { b.test(at); }
SENTRAIL_ON(op_equal) { b.test_operator(TestOp::equal, at); }
SENTRAIL_ON(op_not_equal) { b.test_operator(TestOp::not_equal, at); }
SENTRAIL_ON(op_less) { b.test_operator(TestOp::less, at); }
SENTRAIL_ON(op_less_equal) { b.test_operator(TestOp::less_equal, at); }
SENTRAIL_ON(op_greater) { b.test_operator(TestOp::greater, at); }
SENTRAIL_ON(op_greater_equal) { b.test_operator(TestOp::greater_equal, at); }
SENTRAIL_ON(op_matches) { b.test_operator(TestOp::matches, at); }
SENTRAIL_ON(op_not_matches) { b.test_operator(TestOp::not_matches, at); }
SENTRAIL_ON(op_has) { b.test_operator(TestOp::has, at); }
SENTRAIL_ON(op_contains) { b.test_operator(TestOp::contains, at); }
SENTRAIL_ON(op_starts_with) { b.test_operator(TestOp::starts_with, at); }
SENTRAIL_ON(op_ends_with) { b.test_operator(TestOp::ends_with, at); }
SENTRAIL_ON(op_search) { b.test_operator(TestOp::search, at); }
SENTRAIL_ON(size_of) { b.size_of(); }
SENTRAIL_ON(count_open) { b.errors().open(at.begin); }
SENTRAIL_ON(count_close) { b.errors().close(); }
SENTRAIL_ON(count_of) { b.count_of(at); }
SENTRAIL_ON(op_in) { b.test_operator(TestOp::in, at); }
SENTRAIL_ON(op_not_in) { b.test_operator(TestOp::not_in, at); }
SENTRAIL_ON(op_exists) { b.test_operator(TestOp::exists, at); }
SENTRAIL_ON(op_is) { b.test_operator(TestOp::is, at); }
SENTRAIL_ON(one_value) { b.test_value(); }
SENTRAIL_ON(regex_value) { b.test_value(); }
SENTRAIL_ON(set_value) { b.test_value(); }
SENTRAIL_ON(type_name) { b.test_value(); }
SENTRAIL_ON(window_days_text) { b.window_days(at); }
SENTRAIL_ON(window_hours_text) { b.window_hours(at); }
SENTRAIL_ON(window) { b.window(at); }
SENTRAIL_ON(bare_use) { b.use_begin(); }
SENTRAIL_ON(use_open) {
  b.errors().open(at.begin);
  b.use_begin();
}
SENTRAIL_ON(path_argument) { b.path_argument(); }
SENTRAIL_ON(argument) { b.argument(at); }
SENTRAIL_ON(use_close) { b.errors().close(); }

// Declarations.
SENTRAIL_ON(policy_header) { b.policy(at); }
SENTRAIL_ON(language_header) { b.language(at); }
SENTRAIL_ON(import_name) { b.import_name(); }
SENTRAIL_ON(import_alias) { b.import_alias(); }
SENTRAIL_ON(import_declaration) { b.import(at); }
SENTRAIL_ON(list_name) { b.list_name(); }
SENTRAIL_ON(list_declaration) { b.list_declaration(at); }
SENTRAIL_ON(condition_name) { b.condition_name(); }
SENTRAIL_ON(parameters_open) { b.errors().open(at.begin); }
SENTRAIL_ON(parameter) { b.parameter(); }
SENTRAIL_ON(parameters_close) { b.errors().close(); }
SENTRAIL_ON(condition_declaration) { b.condition_declaration(at); }
SENTRAIL_ON(outcome_text) { b.outcome(at); }
SENTRAIL_ON(effect_text) { b.outcome(at); }
SENTRAIL_ON(people_text) { b.plain(LiteralKind::number, at); }
SENTRAIL_ON(seats_count) { b.seats_count(); }
SENTRAIL_ON(group_keyword) { b.seats_kind(false); }
SENTRAIL_ON(role_keyword) { b.seats_kind(true); }
SENTRAIL_ON(seats_text) { b.plain(LiteralKind::word, at); }
SENTRAIL_ON(seats) { b.seats(at); }
SENTRAIL_ON(quorum_open) { b.errors().open(at.begin); }
SENTRAIL_ON(quorum_close) { b.errors().close(); }
SENTRAIL_ON(quorum) { b.quorum(at); }
SENTRAIL_ON(duration_text) { b.plain(LiteralKind::word, at); }
SENTRAIL_ON(within) { b.within(at); }
SENTRAIL_ON(on_keyword) { b.clause_keyword(Clause::on, at); }
SENTRAIL_ON(on_response) { b.on_response(at); }
SENTRAIL_ON(on_tool) { b.on_tool(); }
SENTRAIL_ON(on_actions) { b.on_actions(); }
SENTRAIL_ON(on_clause) { b.on_clause(at); }
SENTRAIL_ON(when_keyword) { b.clause_keyword(Clause::when, at); }
SENTRAIL_ON(when_clause) { b.clause(Clause::when); }
SENTRAIL_ON(unless_keyword) { b.clause_keyword(Clause::unless, at); }
SENTRAIL_ON(unless_clause) { b.clause(Clause::unless); }
SENTRAIL_ON(rule_because_keyword) { b.clause_keyword(Clause::because, at); }
SENTRAIL_ON(because_text) { b.because_text(); }
SENTRAIL_ON(because_clause) { b.clause(Clause::because); }
SENTRAIL_ON(priority_keyword) { b.clause_keyword(Clause::priority, at); }
SENTRAIL_ON(priority_clause) { b.clause(Clause::priority); }
SENTRAIL_ON(owner_keyword) { b.clause_keyword(Clause::owner, at); }
SENTRAIL_ON(owner_clause) { b.clause(Clause::owner); }
SENTRAIL_ON(ticket_keyword) { b.clause_keyword(Clause::ticket, at); }
SENTRAIL_ON(ticket_clause) { b.clause(Clause::ticket); }
SENTRAIL_ON(until_keyword) { b.clause_keyword(Clause::until, at); }
SENTRAIL_ON(date_text) { b.plain(LiteralKind::word, at); }
SENTRAIL_ON(until_clause) { b.clause(Clause::until); }
SENTRAIL_ON(limit_keyword) { b.limit_begin(); }
SENTRAIL_ON(limit_amount) { b.limit_amount(); }
SENTRAIL_ON(limit_most) { b.limit_most(); }
SENTRAIL_ON(limit_time) { b.limit_time(); }
SENTRAIL_ON(limit_key) { b.limit_key(); }
SENTRAIL_ON(else_effect) { b.limit_else(); }
SENTRAIL_ON(limit_clause) { b.limit(at); }
SENTRAIL_ON(then_keyword) { b.clause_keyword(Clause::then, at); }
SENTRAIL_ON(then_clause) { b.clause(Clause::then); }
SENTRAIL_ON(redact_word) { b.obligation_word(ObligationKind::redact, at); }
SENTRAIL_ON(mask_word) { b.obligation_word(ObligationKind::mask, at); }
SENTRAIL_ON(notify_word) { b.obligation_word(ObligationKind::notify, at); }
SENTRAIL_ON(tag_word) { b.obligation_word(ObligationKind::tag, at); }
SENTRAIL_ON(taint_word) { b.obligation_word(ObligationKind::taint, at); }
SENTRAIL_ON(alert_word) { b.obligation_word(ObligationKind::alert, at); }
SENTRAIL_ON(log_word) { b.obligation_word(ObligationKind::log_full, at); }
SENTRAIL_ON(odd_obligation) { b.odd_obligation(); }
SENTRAIL_ON(hidden_path) { b.hidden_path(); }
SENTRAIL_ON(notified_channel) { b.notified_channel(); }
SENTRAIL_ON(notified_target) { b.obligation_text(); }
SENTRAIL_ON(odd_text) { b.obligation_text(); }
SENTRAIL_ON(tag_text) { b.obligation_text(); }
SENTRAIL_ON(obligation) { b.obligation(at); }
SENTRAIL_ON(also_keyword) { b.rule_kind(RuleKind::also); }
SENTRAIL_ON(shadow_keyword) { b.rule_kind(RuleKind::shadow); }
SENTRAIL_ON(also_outcome) { b.also_outcome(at); }
SENTRAIL_ON(rule_name) { b.rule_name(); }
SENTRAIL_ON(rule_declaration) { b.rule(at); }
SENTRAIL_ON(guard_keyword) { b.guard(); }
SENTRAIL_ON(tier_name) { b.tier_name(); }
SENTRAIL_ON(tier_open) {
  b.errors().open(at.begin);
  b.tier_begin();
}
SENTRAIL_ON(tier_close) { b.errors().close(); }
SENTRAIL_ON(tier_declaration) { b.tier(at); }
SENTRAIL_ON(default_declaration) { b.default_declaration(at); }
SENTRAIL_ON(prove_name) { b.heading(); }
SENTRAIL_ON(prove_declaration) { b.proof(at); }
SENTRAIL_ON(stray_close) { b.stray_close(at); }

// Tests.
SENTRAIL_ON(test_name) { b.heading(); }
SENTRAIL_ON(test_open) { b.errors().open(at.begin); }
SENTRAIL_ON(test_close) { b.errors().close(); }
SENTRAIL_ON(assigned_equals) { b.assignment_begin(); }
SENTRAIL_ON(unreadable) { b.unreadable(at); }
SENTRAIL_ON(assignment) { b.assignment(at); }
SENTRAIL_ON(used_rule) { b.used_rule(); }
SENTRAIL_ON(used_number) { b.used_number(); }
SENTRAIL_ON(used_one) { b.used(at); }
SENTRAIL_ON(calls_count) { b.calls(); }
SENTRAIL_ON(given_tool) { b.given_tool(); }
SENTRAIL_ON(given_method) { b.given_method(); }
SENTRAIL_ON(given_target) { b.given_target(); }
SENTRAIL_ON(given_body) { b.given_body(); }
SENTRAIL_ON(answered_status) { b.given_status(); }
SENTRAIL_ON(answered_body) { b.given_answer_body(); }
SENTRAIL_ON(given_answer) { b.given_answer(at); }
SENTRAIL_ON(given) { b.given(at); }
SENTRAIL_ON(expect_effect) { b.expect_effect(); }
SENTRAIL_ON(expect_quorum) { b.expect_approval(); }
SENTRAIL_ON(expect_within) { b.expect_approval(); }
SENTRAIL_ON(by_default_text) { b.name(at); }
SENTRAIL_ON(by_what) { b.expect_by(); }
SENTRAIL_ON(expect) { b.expect(at); }
SENTRAIL_ON(json_text) { b.json(at); }
SENTRAIL_ON(table_keyword) { b.table_begin(); }
SENTRAIL_ON(table_name) { b.heading(); }
SENTRAIL_ON(table_tool) { b.given_tool(); }
SENTRAIL_ON(table_open) { b.errors().open(at.begin); }
SENTRAIL_ON(table_close) { b.errors().close(); }
SENTRAIL_ON(column_text) { b.column(at); }
SENTRAIL_ON(column_row) { b.columns_end(); }
SENTRAIL_ON(cell) { b.cell(at); }
SENTRAIL_ON(table_row) { b.row_end(); }
SENTRAIL_ON(test_declaration) { b.test_declaration(at); }
// clang-format on
#undef SENTRAIL_ON

template <>
struct action<g::group_rest> : peg::limit_depth<limits::kNestingMax> {};
template <>
struct action<g::count_rest> : peg::limit_depth<limits::kNestingMax> {};
template <>
struct action<g::quantified_rest> : peg::limit_depth<limits::kNestingMax> {};
template <>
struct action<g::json_members> : peg::limit_depth<limits::kNestingMax> {};
template <>
struct action<g::json_elements> : peg::limit_depth<limits::kNestingMax> {};

}  // namespace

PartialParse parse_partly(SourceId id, const Sources& sources, DiagnosticSink& sink) {
  if (!pass_source_gate(id, sources, sink)) {
    PartialParse nothing;
    nothing.ast.source = id;
    return nothing;
  }
  const std::string_view text = sources[id].text();
  peg::memory_input<peg::tracking_mode::lazy> in(text, "");
  Parse state{AstBuilder(id, text, sink), id, text.data()};
  const bool matched = peg::parse<g::file, action, control>(in, state);
  const bool whole = state.builder.errors().count() == 0;
  SENTRAIL_CHECK(matched || !whole);
  return {state.builder.take(), whole};
}

std::optional<Ast> parse(SourceId id, const Sources& sources, DiagnosticSink& sink) {
  PartialParse parsed = parse_partly(id, sources, sink);
  if (!parsed.whole) return std::nullopt;
#ifndef NDEBUG
  const Status sound = parsed.ast.verify();
  SENTRAIL_CHECK_NOTE(sound.has_value(), sound.has_value() ? "" : sound.error().message.c_str());
#endif
  return std::move(parsed.ast);
}

}  // namespace sentrail::compiler
