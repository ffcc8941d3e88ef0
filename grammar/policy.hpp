// The declarations of a policy file, and where reading resumes after an error.
//
// Neighbours: tokens.hpp, conditions.hpp, json_body.hpp below; compiler/syntax/parser.cpp hangs
// actions and diagnostics on these rules. Must not know: semantics. policy.ebnf is this grammar for
// people. The grammar is predictive: after its first keyword a declaration succeeds or fails for
// good, so that an action never runs for text that is read again.
// source: docs/language.md, section 2.
#pragma once

#include "grammar/conditions.hpp"
#include "grammar/json_body.hpp"
#include "grammar/tokens.hpp"

namespace sentrail::grammar {

// --- head and imports ----------------------------------------------------------------------
struct policy_keyword : keyword<TAO_PEGTL_STRING("policy")> {};
struct policy_name : qualified_name {};
struct policy_header : peg::if_must<policy_keyword, policy_name> {};

struct language_keyword : keyword<TAO_PEGTL_STRING("language")> {};
struct language_version : number_literal {};
struct language_header : peg::if_must<language_keyword, language_version> {};

struct import_keyword : keyword<TAO_PEGTL_STRING("import")> {};
struct import_name : qualified_name {};
struct as_keyword : keyword<TAO_PEGTL_STRING("as")> {};
struct import_alias : name {};
struct import_declaration : peg::seq<peg::if_must<import_keyword, import_name>,
                                     peg::opt<peg::if_must<as_keyword, import_alias>>> {};

// --- lists ---------------------------------------------------------------------------------
struct list_keyword : keyword<TAO_PEGTL_STRING("list")> {};
struct list_name : name {};
struct equals_sign : token<peg::one<'='>, peg::not_at<peg::one<'='>>> {};
struct list_equals : equals_sign {};
struct list_entries : bracketed {};
struct list_declaration : peg::if_must<list_keyword, list_name, list_equals, list_entries> {};

// --- conditions ----------------------------------------------------------------------------
struct condition_keyword : keyword<TAO_PEGTL_STRING("condition")> {};
struct condition_name : name {};
struct parameter : name {};
struct parameter_comma : token<peg::one<','>> {};
struct parameters_open : token<peg::one<'('>> {};
struct parameters_close : token<peg::one<')'>> {};
struct parameters
    : peg::seq<parameters_open, peg::must<parameter>,
               peg::star<parameter_comma, peg::must<parameter>>, peg::must<parameters_close>> {};
struct condition_equals : equals_sign {};
struct condition_declaration
    : peg::seq<peg::if_must<condition_keyword, condition_name>, peg::opt<parameters>,
               peg::must<condition_equals>, expression> {};

// --- approvals -----------------------------------------------------------------------------
struct from_keyword : keyword<TAO_PEGTL_STRING("from")> {};
struct quorum_open : token<peg::one<'('>> {};
struct quorum_close : token<peg::one<')'>> {};
struct people_text : peg::plus<peg::digit> {};
struct people : token<people_text, peg::not_at<word_character>> {};
struct of_keyword : keyword<TAO_PEGTL_STRING("of")> {};
struct seats_count : peg::if_must<people, of_keyword> {};
struct group_keyword : keyword<TAO_PEGTL_STRING("group")> {};
struct role_keyword : keyword<TAO_PEGTL_STRING("role")> {};
struct seats_kind : peg::sor<group_keyword, role_keyword> {};
struct seats_text : peg::plus<word_character> {};
struct seats_word : token<seats_text> {};
struct seats_name : peg::sor<string_literal, seats_word> {};
struct seats : peg::seq<peg::opt<seats_count>, peg::must<seats_kind, seats_name>> {};
struct quorum_and : keyword<TAO_PEGTL_STRING("and")> {};
struct quorum : peg::seq<peg::if_must<from_keyword, quorum_open>, seats,
                         peg::star<quorum_and, seats>, peg::must<quorum_close>> {};
struct within : peg::if_must<within_keyword, duration> {};
struct approval : peg::seq<peg::opt<quorum>, peg::opt<within>> {};

// --- obligations ---------------------------------------------------------------------------
struct redact_word : keyword<TAO_PEGTL_STRING("redact")> {};
struct mask_word : keyword<TAO_PEGTL_STRING("mask")> {};
struct hidden_path : path {};
struct hiding : peg::seq<peg::sor<redact_word, mask_word>, peg::must<hidden_path>> {};
struct notify_word : keyword<TAO_PEGTL_STRING("notify")> {};
struct notified_channel : name {};
struct notified_target : string_literal {};
struct notifying : peg::if_must<notify_word, notified_channel, notified_target> {};
struct tag_word : keyword<TAO_PEGTL_STRING("tag")> {};
struct taint_word : keyword<TAO_PEGTL_STRING("taint")> {};
struct tag_text : string_literal {};
struct tagging : peg::seq<peg::sor<tag_word, taint_word>, peg::must<tag_text>> {};
struct alert_word : keyword<TAO_PEGTL_STRING("alert")> {};
struct log_word : keyword<TAO_PEGTL_STRING("log")> {};
struct full_word : keyword<TAO_PEGTL_STRING("full")> {};
struct logging : peg::if_must<log_word, full_word> {};
struct odd_obligation : name {};
struct odd_text : string_literal {};
struct obligation : peg::sor<hiding, notifying, tagging, alert_word, logging,
                             peg::seq<odd_obligation, peg::opt<hidden_path>, peg::opt<odd_text>>> {
};
struct obligation_comma : token<peg::one<','>> {};
struct more_obligations : peg::star<obligation_comma, peg::must<obligation>> {};

// --- rules ---------------------------------------------------------------------------------
struct effect_text : peg::sor<TAO_PEGTL_STRING("allow"), TAO_PEGTL_STRING("require_approval"),
                              TAO_PEGTL_STRING("block")> {};
struct outcome_text : peg::sor<effect_text, TAO_PEGTL_STRING("pass")> {};
struct outcome : token<outcome_text, peg::not_at<word_character>> {};
struct effect : token<effect_text, peg::not_at<word_character>> {};

struct on_keyword : keyword<TAO_PEGTL_STRING("on")> {};
struct on_response : keyword<TAO_PEGTL_STRING("response")> {};
struct on_tool : peg::sor<string_literal, word_literal> {};
struct on_actions : peg::sor<bracketed, string_literal, word_literal> {};
struct on_answers : peg::seq<on_response, peg::opt<on_tool, peg::opt<on_actions>>> {};
struct on_requests : peg::seq<peg::must<on_tool>, peg::opt<on_actions>> {};
struct on_clause : peg::seq<on_keyword, peg::sor<on_answers, on_requests>> {};

struct when_keyword : keyword<TAO_PEGTL_STRING("when")> {};
struct when_clause : peg::seq<when_keyword, peg::sor<always_keyword, expression>> {};
struct unless_keyword : keyword<TAO_PEGTL_STRING("unless")> {};
struct unless_clause : peg::seq<unless_keyword, expression> {};
struct because_keyword : keyword<TAO_PEGTL_STRING("because")> {};
struct because_text : string_literal {};
struct rule_because_keyword : because_keyword {};
struct because_clause : peg::if_must<rule_because_keyword, because_text> {};
struct priority_keyword : keyword<TAO_PEGTL_STRING("priority")> {};
struct priority_number : number_literal {};
struct priority_clause : peg::if_must<priority_keyword, priority_number> {};
struct owner_keyword : keyword<TAO_PEGTL_STRING("owner")> {};
struct owner_name : string_literal {};
struct owner_clause : peg::if_must<owner_keyword, owner_name> {};
struct ticket_keyword : keyword<TAO_PEGTL_STRING("ticket")> {};
struct ticket_name : string_literal {};
struct ticket_clause : peg::if_must<ticket_keyword, ticket_name> {};
struct until_keyword : keyword<TAO_PEGTL_STRING("until")> {};
struct date_text : peg::plus<word_character> {};
struct date : token<date_text> {};
struct until_clause : peg::if_must<until_keyword, date> {};
struct limit_keyword : keyword<TAO_PEGTL_STRING("limit")> {};
struct sum_keyword : keyword<TAO_PEGTL_STRING("sum")> {};
struct limit_amount : path {};
struct limit_sum : peg::if_must<sum_keyword, limit_amount> {};
struct limit_most : number_literal {};
struct limit_per : keyword<TAO_PEGTL_STRING("per")> {};
struct limit_time : token<duration_text> {};
struct limit_by : keyword<TAO_PEGTL_STRING("by")> {};
struct limit_key : path {};
struct limit_comma : token<peg::one<','>> {};
struct limit_keys
    : peg::seq<peg::if_must<limit_by, limit_key>, peg::star<limit_comma, peg::must<limit_key>>> {};
struct else_keyword : keyword<TAO_PEGTL_STRING("else")> {};
struct else_effect : effect {};
struct limit_else : peg::seq<peg::if_must<else_keyword, else_effect>, approval> {};
struct limit_clause
    : peg::seq<limit_keyword, peg::opt<limit_sum>, peg::must<limit_most, limit_per, limit_time>,
               peg::opt<limit_keys>, peg::opt<limit_else>> {};
struct then_keyword : keyword<TAO_PEGTL_STRING("then")> {};
struct then_clause : peg::seq<peg::if_must<then_keyword, obligation>, more_obligations> {};
struct clause : peg::sor<on_clause, when_clause, unless_clause, because_clause, priority_clause,
                         owner_clause, ticket_clause, until_clause, limit_clause, then_clause> {};

struct rule_keyword : keyword<TAO_PEGTL_STRING("rule")> {};
struct rule_name : name {};
struct rule_colon : token<peg::one<':'>> {};
struct rule_outcome : outcome {};
struct rule_end : peg::sor<peg::at<peg::one<'}'>>, peg::at<declaration_word>, peg::eof> {};
struct resume_at_clause;
struct rule_clauses : peg::seq<peg::star<peg::sor<clause, resume_at_clause>>, peg::must<rule_end>> {
};
struct also_keyword : keyword<TAO_PEGTL_STRING("also")> {};
struct shadow_keyword : keyword<TAO_PEGTL_STRING("shadow")> {};
struct kind_rule_keyword : keyword<TAO_PEGTL_STRING("rule")> {};
struct also_outcome : peg::seq<token<peg::one<':'>>, peg::opt<outcome>> {};
struct also_declaration : peg::seq<peg::if_must<also_keyword, kind_rule_keyword, rule_name>,
                                   peg::opt<also_outcome>, rule_clauses> {};
struct live_declaration : peg::seq<peg::if_must<rule_keyword, rule_name, rule_colon, rule_outcome>,
                                   approval, rule_clauses> {};
struct shadow_declaration
    : peg::seq<peg::if_must<shadow_keyword, kind_rule_keyword, rule_name, rule_colon, rule_outcome>,
               approval, rule_clauses> {};
struct rule_declaration : peg::sor<live_declaration, also_declaration, shadow_declaration> {};

// --- tiers ---------------------------------------------------------------------------------
// Words that certainly stand outside a tier: it was never closed.
inline constexpr auto kOutsideTier = std::to_array<std::string_view>(
    {"default", "guard", "import", "language", "list", "policy", "test", "tier"});
struct outside_tier : word_of<kOutsideTier> {};
struct expected_rule : peg::failure {};
struct not_a_rule : peg::seq<peg::not_at<peg::sor<peg::one<'}'>, outside_tier, peg::eof>>,
                             peg::must<expected_rule>> {};
struct tier_rule : peg::sor<rule_declaration, not_a_rule> {};

struct skipped_string
    : peg::seq<peg::one<'"'>,
               peg::star<peg::sor<peg::seq<peg::one<'\\'>, peg::not_one<'\r', '\n'>>,
                                  peg::not_one<'"', '\\', '\r', '\n'>>>,
               peg::opt<peg::one<'"'>>> {};
struct skipped
    : peg::seq<peg::sor<skipped_string, peg::plus<word_character>, peg::any>, separator> {};
struct declaration_point : peg::seq<line_first, declaration_word> {};
struct rule_point : peg::sor<declaration_point, peg::one<'}'>> {};
// Sync point: the next rule of the tier, or its end.
struct to_rule_point : peg::star<peg::not_at<rule_point>, skipped> {};
struct resume_at_rule : peg::seq<skipped, to_rule_point> {};
// Sync point: the next line that begins with a clause, or the end of the rule.
struct clause_point : peg::seq<line_first, clause_word> {};
struct to_clause_point : peg::star<peg::not_at<peg::sor<clause_point, rule_point>>, skipped> {};
struct resume_at_clause : peg::seq<skipped, to_clause_point> {};

struct guard_keyword : keyword<TAO_PEGTL_STRING("guard")> {};
struct tier_keyword : keyword<TAO_PEGTL_STRING("tier")> {};
struct tier_after_guard : keyword<TAO_PEGTL_STRING("tier")> {};
struct tier_name : name {};
struct tier_open : token<peg::one<'{'>> {};
struct tier_close : token<peg::one<'}'>> {};
struct tier_declaration
    : peg::seq<peg::sor<peg::if_must<guard_keyword, tier_after_guard>, tier_keyword>,
               peg::must<tier_name, tier_open>, peg::star<peg::sor<tier_rule, resume_at_rule>>,
               peg::must<tier_close>> {};

// --- default -------------------------------------------------------------------------------
struct default_keyword : keyword<TAO_PEGTL_STRING("default")> {};
struct default_effect : effect {};
struct default_declaration : peg::seq<peg::if_must<default_keyword, default_effect>, approval,
                                      peg::opt<peg::if_must<because_keyword, because_text>>> {};

// --- proofs --------------------------------------------------------------------------------
struct prove_keyword : keyword<TAO_PEGTL_STRING("prove")> {};
struct prove_name : string_literal {};
struct prove_never : keyword<TAO_PEGTL_STRING("never")> {};
struct prove_effect : effect {};
struct prove_when : keyword<TAO_PEGTL_STRING("when")> {};
struct prove_declaration
    : peg::seq<peg::if_must<prove_keyword, prove_name, prove_never, prove_effect, prove_when>,
               peg::sor<always_keyword, expression>> {};

// --- tests ---------------------------------------------------------------------------------
struct with_keyword : keyword<TAO_PEGTL_STRING("with")> {};
struct assigned_equals : equals_sign {};
struct unreadable : keyword<TAO_PEGTL_STRING("unreadable")> {};
struct assigned_value : peg::sor<unreadable, bracketed, literal> {};
struct assigned : peg::sor<count_of, path> {};
struct assignment : peg::seq<assigned, peg::must<assigned_equals, assigned_value>> {};
struct assignment_comma : token<peg::one<','>> {};
struct given_with : peg::seq<peg::if_must<with_keyword, assignment>,
                             peg::star<assignment_comma, peg::must<assignment>>> {};

struct tool_text : word_body {};
struct given_tool : token<tool_text> {};
struct given_method : name {};
struct given_target : string_literal {};
struct body_keyword : keyword<TAO_PEGTL_STRING("body")> {};
struct body_value : peg::sor<string_literal, json_body> {};
struct given_body : peg::if_must<body_keyword, body_value> {};
struct answered_keyword : keyword<TAO_PEGTL_STRING("answered")> {};
struct answered_status : number_literal {};
struct answered_body_keyword : keyword<TAO_PEGTL_STRING("body")> {};
struct answered_body : body_value {};
struct given_answer : peg::seq<peg::if_must<answered_keyword, answered_status>,
                               peg::opt<peg::if_must<answered_body_keyword, answered_body>>> {};
struct given_request
    : peg::seq<given_tool, peg::must<given_method, given_target>, peg::opt<given_body>,
               peg::opt<given_answer>, peg::opt<given_with>> {};
struct used_keyword : keyword<TAO_PEGTL_STRING("used")> {};
struct used_rule : qualified_name {};
struct used_limit_keyword : keyword<TAO_PEGTL_STRING("limit")> {};
struct used_number : number_literal {};
struct used_limit : peg::if_must<used_limit_keyword, used_number> {};
struct used_equals : equals_sign {};
struct used_amount : number_literal {};
struct used_one : peg::seq<used_rule, peg::opt<used_limit>, peg::must<used_equals, used_amount>> {};
struct used_comma : token<peg::one<','>> {};
struct given_used
    : peg::seq<peg::if_must<used_keyword, used_one>, peg::star<used_comma, peg::must<used_one>>> {};
struct after_keyword : keyword<TAO_PEGTL_STRING("after")> {};
struct calls_count : number_literal {};
struct calls_keyword : keyword<TAO_PEGTL_STRING("calls")> {};
struct given_calls : peg::if_must<after_keyword, calls_count, calls_keyword> {};
struct given_keyword : keyword<TAO_PEGTL_STRING("given")> {};
struct given_what : peg::sor<given_with, given_request> {};
struct given : peg::seq<peg::if_must<given_keyword, given_what>, peg::opt<given_used>,
                        peg::opt<given_calls>> {};

struct expect_keyword : keyword<TAO_PEGTL_STRING("expect")> {};
struct expect_effect : effect {};
struct by_keyword : keyword<TAO_PEGTL_STRING("by")> {};
struct by_default_text : TAO_PEGTL_STRING("default") {};
struct by_default : keyword<by_default_text> {};
struct by_what : peg::sor<by_default, qualified_name> {};
struct expect_quorum : peg::seq<quorum> {};
struct expect_within : peg::seq<within> {};
struct expect_quorums : peg::seq<expect_quorum, peg::star<quorum_and, peg::must<expect_quorum>>> {};
struct expected_then : keyword<TAO_PEGTL_STRING("then")> {};
struct expect : peg::seq<peg::if_must<expect_keyword, expect_effect>, peg::opt<expect_quorums>,
                         peg::opt<expect_within>, peg::opt<peg::if_must<by_keyword, by_what>>,
                         peg::opt<peg::if_must<expected_then, obligation>, more_obligations>> {};

struct test_name : string_literal {};
struct test_open : token<peg::one<'{'>> {};
struct test_close : token<peg::one<'}'>> {};
struct single_test : peg::seq<test_name, peg::must<test_open, given, expect, test_close>> {};

// Rows end with their line, so cells eat blanks only.
struct line_end : peg::seq<peg::opt<comment>, peg::opt<peg::one<'\r'>>, peg::one<'\n'>, separator> {
};
struct cell_word : peg::plus<word_character> {};
struct cell : peg::seq<lexeme<peg::sor<string_body, cell_word>>, peg::star<blank>> {};
struct row_end : peg::sor<line_end, peg::at<peg::one<'}'>>, peg::eof> {};
struct table_row : peg::seq<peg::plus<cell>, peg::must<row_end>> {};
struct column_text : peg::plus<word_character> {};
struct column : peg::seq<lexeme<column_text>, peg::star<blank>> {};
struct column_row_end : row_end {};
struct column_row : peg::seq<peg::plus<column>, peg::must<column_row_end>> {};
struct table_keyword : keyword<TAO_PEGTL_STRING("table")> {};
struct table_name : string_literal {};
struct for_keyword : keyword<TAO_PEGTL_STRING("for")> {};
struct table_tool : given_tool {};
struct table_open : token<peg::one<'{'>> {};
struct table_close : token<peg::one<'}'>> {};
struct test_table
    : peg::seq<
          peg::if_must<table_keyword, table_name, for_keyword, table_tool, table_open, column_row>,
          peg::star<table_row>, peg::must<table_close>> {};

struct test_keyword : keyword<TAO_PEGTL_STRING("test")> {};
struct test_rest_of : peg::sor<test_table, single_test> {};
struct test_declaration : peg::if_must<test_keyword, test_rest_of> {};

// --- the file ------------------------------------------------------------------------------
// A brace that closes nothing; after an error it may belong to what was skipped.
struct stray_close : token<peg::one<'}'>> {};
struct expected_declaration : peg::failure {};
struct declaration : peg::sor<policy_header, language_header, import_declaration, list_declaration,
                              condition_declaration, tier_declaration, rule_declaration,
                              default_declaration, prove_declaration, test_declaration, stray_close,
                              peg::seq<peg::not_at<peg::eof>, peg::must<expected_declaration>>> {};
// Sync point: the next line that begins with a declaration's keyword.
struct to_declaration_point : peg::star<peg::not_at<declaration_point>, skipped> {};
struct resume_at_declaration : peg::seq<skipped, to_declaration_point> {};
struct file
    : peg::seq<separator, peg::star<peg::sor<declaration, resume_at_declaration>>, peg::eof> {};

}  // namespace sentrail::grammar
