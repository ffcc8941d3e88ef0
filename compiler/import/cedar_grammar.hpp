// Cedar's grammar: policies, scopes, conditions and expressions, all of it.
//
// Neighbours: cedar_parser.cpp hangs actions on these rules and includes this alone. Must not know:
// meaning. What importers cannot carry is read too, so that one policy's arithmetic does not stand
// in the way of the next policy. Every point of choice is decided by what stands next, and what
// follows an `expression` must match: actions never run on a path that is given up.
// source: docs.cedarpolicy.com/policies/syntax-grammar.html
#pragma once

#include <tao/pegtl.hpp>

namespace sentrail::compiler::import_::cedar_grammar {

namespace peg = tao::pegtl;

// --- tokens --------------------------------------------------------------------------------
struct comment : peg::seq<peg::two<'/'>, peg::star<peg::not_one<'\n'>>> {};
struct separator : peg::star<peg::sor<peg::plus<peg::space>, comment>> {};
template <typename... Rules>
struct token : peg::seq<Rules..., separator> {};
struct word_end : peg::not_at<peg::identifier_other> {};
template <typename Text>
struct keyword : token<Text, word_end> {};
template <char... C>
struct symbol : token<peg::string<C...>> {};

// Names, and paths of names.
struct reserved
    : peg::seq<peg::sor<TAO_PEGTL_STRING("true"), TAO_PEGTL_STRING("false"), TAO_PEGTL_STRING("if"),
                        TAO_PEGTL_STRING("then"), TAO_PEGTL_STRING("else"), TAO_PEGTL_STRING("in"),
                        TAO_PEGTL_STRING("is"), TAO_PEGTL_STRING("like"), TAO_PEGTL_STRING("has")>,
               word_end> {};
struct any_name : peg::identifier {};
struct colons : peg::string<':', ':'> {};
struct path_text : peg::seq<peg::not_at<reserved>, any_name, peg::star<colons, any_name>> {};

// What stands between quotes, escapes and all.
struct string_text
    : peg::star<peg::sor<peg::seq<peg::one<'\\'>, peg::any>, peg::not_one<'"', '\\'>>> {};
template <typename Text>
struct quoted : token<peg::one<'"'>, Text, peg::must<peg::one<'"'>>> {};

// --- expressions ---------------------------------------------------------------------------
struct expression;
struct open_round : symbol<'('> {};
struct close_round : symbol<')'> {};
struct comma : symbol<','> {};
struct begin_parts : peg::success {};
template <char Close>
struct expressions : peg::seq<begin_parts,
                              peg::opt<peg::not_at<peg::one<Close>>, expression,
                                       peg::star<comma, peg::not_at<peg::one<Close>>, expression>>,
                              peg::must<symbol<Close>>> {};

struct true_literal : keyword<TAO_PEGTL_STRING("true")> {};
struct false_literal : keyword<TAO_PEGTL_STRING("false")> {};
struct number_text : peg::plus<peg::digit> {};
struct number : token<number_text, word_end> {};
struct string_literal_text : string_text {};
struct string_literal : quoted<string_literal_text> {};

// Slots, entities, calls, variables and what stands in brackets.
struct slot_text : peg::seq<peg::one<'?'>, any_name> {};
struct slot : token<slot_text> {};
struct entity_type : path_text {};
struct entity_id : string_text {};
struct entity : peg::seq<peg::at<path_text, colons, peg::one<'"'>>, entity_type, colons,
                         peg::must<quoted<entity_id>>> {};
struct function_name : path_text {};
struct function_call : peg::seq<peg::at<path_text, separator, peg::one<'('>>, token<function_name>,
                                open_round, expressions<')'>> {};
struct variable_text : peg::seq<peg::not_at<reserved>, any_name> {};
struct variable : token<variable_text, peg::not_at<colons>> {};
struct group : peg::seq<open_round, expression, peg::must<close_round>> {};
struct list : peg::seq<symbol<'['>, expressions<']'>> {};

// Records, which are read over.
struct record_name
    : token<peg::sor<any_name, peg::seq<peg::one<'"'>, string_text, peg::one<'"'>>>> {};
struct record_member : peg::seq<record_name, peg::must<symbol<':'>>, expression> {};
struct record
    : peg::seq<symbol<'{'>, begin_parts,
               peg::opt<peg::not_at<peg::one<'}'>>, peg::must<record_member>,
                        peg::star<comma, peg::not_at<peg::one<'}'>>, peg::must<record_member>>>,
               peg::must<symbol<'}'>>> {};

// What an operator takes.
struct primary : peg::sor<true_literal, false_literal, number, string_literal, slot, entity,
                          function_call, variable, group, list, record> {};

// What follows a dot or a bracket.
struct method_name : any_name {};
struct method_call : peg::seq<peg::at<symbol<'.'>, any_name, separator, peg::one<'('>>, symbol<'.'>,
                              token<method_name>, open_round, expressions<')'>> {};
struct member_name : any_name {};
struct member : peg::seq<symbol<'.'>, peg::must<token<member_name>>> {};
struct index_text : string_text {};
struct index : peg::seq<symbol<'['>, peg::must<quoted<index_text>>, peg::must<symbol<']'>>> {};
struct access : peg::sor<method_call, member, index> {};

struct negation;
struct minus;
struct unary : peg::sor<negation, minus, peg::seq<peg::must<primary>, peg::star<access>>> {};
struct negation : peg::seq<symbol<'!'>, unary> {};
struct minus : peg::seq<symbol<'-'>, unary> {};

// Sums and products on one level: they are only named.
struct arithmetic_operator : token<peg::one<'+', '-', '*'>> {};
struct begin_sum : peg::success {};
struct sum : peg::seq<begin_sum, unary, peg::star<arithmetic_operator, unary>> {};

// Comparisons, of which one stands in a relation.
struct comparison_text : peg::sor<TAO_PEGTL_STRING("=="), TAO_PEGTL_STRING("!="),
                                  TAO_PEGTL_STRING("<="), TAO_PEGTL_STRING(">="),
                                  peg::one<'<', '>'>, peg::seq<TAO_PEGTL_STRING("in"), word_end>> {
};
struct comparison_operator : token<comparison_text> {};
struct comparison : peg::seq<comparison_operator, sum> {};

// `has`, `like` and `is`.
struct has_name : any_name {};
struct has_text : string_text {};
struct has_rest
    : peg::sor<quoted<has_text>, token<peg::seq<has_name, peg::star<peg::one<'.'>, has_name>>>> {};
struct begin_has : peg::success {};
struct has : peg::seq<keyword<TAO_PEGTL_STRING("has")>, begin_has, peg::must<has_rest>> {};
struct like_text : string_text {};
struct like : peg::seq<keyword<TAO_PEGTL_STRING("like")>, peg::must<quoted<like_text>>> {};
struct is_type : path_text {};
struct is_in : peg::seq<keyword<TAO_PEGTL_STRING("in")>, sum> {};
struct is : peg::seq<keyword<TAO_PEGTL_STRING("is")>, peg::must<token<is_type>>, peg::opt<is_in>> {
};
struct relation : peg::seq<sum, peg::opt<peg::sor<comparison, has, like, is>>> {};

// `&&` binds before `||`.
struct begin_and : peg::success {};
struct conjunction : peg::seq<begin_and, relation, peg::star<symbol<'&', '&'>, relation>> {};
struct begin_or : peg::success {};
struct disjunction : peg::seq<begin_or, conjunction, peg::star<symbol<'|', '|'>, conjunction>> {};

struct then_word : keyword<TAO_PEGTL_STRING("then")> {};
struct else_word : keyword<TAO_PEGTL_STRING("else")> {};
struct conditional : peg::seq<keyword<TAO_PEGTL_STRING("if")>, expression, peg::must<then_word>,
                              expression, peg::must<else_word>, expression> {};
struct expression : peg::sor<conditional, disjunction> {};

// --- policies ------------------------------------------------------------------------------
struct annotation_name : any_name {};
struct annotation_text : string_text {};
struct annotation
    : peg::seq<symbol<'@'>, peg::must<token<annotation_name>>,
               peg::opt<open_round, peg::must<quoted<annotation_text>>, peg::must<close_round>>> {};
struct permit : keyword<TAO_PEGTL_STRING("permit")> {};
struct forbid : keyword<TAO_PEGTL_STRING("forbid")> {};
struct scope_part : relation {};
struct scope : peg::seq<open_round, scope_part, peg::must<comma>, scope_part, peg::must<comma>,
                        scope_part, peg::opt<comma>, peg::must<close_round>> {};
struct when_word : keyword<TAO_PEGTL_STRING("when")> {};
struct unless_word : keyword<TAO_PEGTL_STRING("unless")> {};
struct braced : peg::seq<symbol<'{'>, expression, symbol<'}'>> {};
struct condition : peg::seq<peg::sor<when_word, unless_word>, peg::must<braced>> {};
struct semicolon : symbol<';'> {};
struct begin_policy : peg::success {};
struct policy : peg::seq<begin_policy, peg::star<annotation>, peg::must<peg::sor<permit, forbid>>,
                         peg::must<scope>, peg::star<condition>, peg::must<semicolon>> {};
struct file : peg::must<separator, peg::until<peg::eof, policy>> {};

}  // namespace sentrail::compiler::import_::cedar_grammar
