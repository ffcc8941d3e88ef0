// The grammar of CEL, the Common Expression Language.
//
// Neighbours: cel_parser.cpp hangs actions on these rules and includes this alone. Must not know:
// meaning. All of CEL's operators and literals are read, so that what cannot be carried has a name.
// As in cedar_grammar.hpp, what stands next decides, and actions never run on a path given up.
// source: github.com/google/cel-spec, doc/langdef.md, Syntax
#pragma once

#include <tao/pegtl.hpp>

namespace sentrail::compiler::import_::cel_grammar {

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

// Names.
struct reserved : peg::seq<peg::sor<TAO_PEGTL_STRING("true"), TAO_PEGTL_STRING("false"),
                                    TAO_PEGTL_STRING("null"), TAO_PEGTL_STRING("in")>,
                           word_end> {};
struct name_text : peg::seq<peg::not_at<reserved>, peg::identifier> {};

// What stands between quotes: one line or several, escaped or raw.
struct escaped : peg::seq<peg::one<'\\'>, peg::any> {};
template <char Quote>
struct short_text : peg::star<peg::sor<escaped, peg::not_one<Quote, '\\', '\r', '\n'>>> {};
template <char Quote>
struct raw_short_text : peg::star<peg::not_one<Quote, '\r', '\n'>> {};
template <char Quote>
struct long_text
    : peg::star<peg::not_at<peg::rep<3, peg::one<Quote>>>, peg::sor<escaped, peg::any>> {};
template <char Quote>
struct raw_long_text : peg::until<peg::at<peg::rep<3, peg::one<Quote>>>> {};

// The texts of strings, for actions, and the strings around them.
struct string_text_double : short_text<'"'> {};
struct string_text_single : short_text<'\''> {};
struct string_text_long_double : long_text<'"'> {};
struct string_text_long_single : long_text<'\''> {};
struct raw_text_double : raw_short_text<'"'> {};
struct raw_text_single : raw_short_text<'\''> {};
struct raw_text_long_double : raw_long_text<'"'> {};
struct raw_text_long_single : raw_long_text<'\''> {};
template <typename Text, typename Quote>
struct between : peg::if_must<Quote, Text, Quote> {};
template <char Quote>
struct three : peg::rep<3, peg::one<Quote>> {};
struct plain_string : peg::sor<between<string_text_long_double, three<'"'>>,
                               between<string_text_long_single, three<'\''>>,
                               between<string_text_double, peg::one<'"'>>,
                               between<string_text_single, peg::one<'\''>>> {};
struct raw_string
    : peg::seq<peg::one<'r', 'R'>, peg::sor<between<raw_text_long_double, three<'"'>>,
                                            between<raw_text_long_single, three<'\''>>,
                                            between<raw_text_double, peg::one<'"'>>,
                                            between<raw_text_single, peg::one<'\''>>>> {};
struct bytes_mark
    : peg::seq<peg::one<'b', 'B'>, peg::at<peg::opt<peg::one<'r', 'R'>>, peg::one<'"', '\''>>> {};
struct bytes : peg::seq<bytes_mark, peg::sor<raw_string, plain_string>> {};
struct string_literal : token<peg::sor<bytes, raw_string, plain_string>> {};

// Numbers, signed and unsigned, with point and exponent.
struct digits : peg::plus<peg::digit> {};
struct exponent : peg::seq<peg::one<'e', 'E'>, peg::opt<peg::one<'+', '-'>>, digits> {};
struct hex_text : peg::seq<peg::one<'0'>, peg::one<'x', 'X'>, peg::plus<peg::xdigit>> {};
struct decimal_text : peg::seq<peg::sor<peg::seq<digits, peg::opt<peg::one<'.'>, digits>>,
                                        peg::seq<peg::one<'.'>, digits>>,
                               peg::opt<exponent>> {};
struct number_literal
    : token<peg::sor<hex_text, decimal_text>, peg::opt<peg::one<'u', 'U'>>, word_end> {};

// --- expressions ---------------------------------------------------------------------------
struct expression;
struct open_round : symbol<'('> {};
struct comma : symbol<','> {};
struct begin_parts : peg::success {};
template <char Close>
struct expressions : peg::seq<begin_parts,
                              peg::opt<peg::not_at<peg::one<Close>>, expression,
                                       peg::star<comma, peg::not_at<peg::one<Close>>, expression>>,
                              peg::must<symbol<Close>>> {};

// Literals that are words.
struct true_literal : keyword<TAO_PEGTL_STRING("true")> {};
struct false_literal : keyword<TAO_PEGTL_STRING("false")> {};
struct null_literal : keyword<TAO_PEGTL_STRING("null")> {};

// Calls, variables and what stands in brackets.
struct function_name : name_text {};
struct function_call : peg::seq<peg::at<name_text, separator, peg::one<'('>>, token<function_name>,
                                open_round, expressions<')'>> {};
struct variable_text : name_text {};
struct variable : peg::seq<peg::opt<symbol<'.'>>, token<variable_text>> {};
struct group : peg::seq<open_round, expression, peg::must<symbol<')'>>> {};
struct list : peg::seq<symbol<'['>, expressions<']'>> {};

// Maps, which are read over.
struct map_member : peg::seq<expression, peg::must<symbol<':'>>, expression> {};
struct map : peg::seq<symbol<'{'>, begin_parts,
                      peg::opt<peg::not_at<peg::one<'}'>>, map_member,
                               peg::star<comma, peg::not_at<peg::one<'}'>>, map_member>>,
                      peg::must<symbol<'}'>>> {};

// What an operator takes.
struct primary : peg::sor<true_literal, false_literal, null_literal, number_literal, string_literal,
                          function_call, variable, group, list, map> {};

// What follows a dot or a bracket.
struct method_name : peg::identifier {};
struct method_call : peg::seq<peg::at<symbol<'.'>, peg::identifier, separator, peg::one<'('>>,
                              symbol<'.'>, token<method_name>, open_round, expressions<')'>> {};
struct member_name : peg::identifier {};
struct member : peg::seq<symbol<'.'>, peg::must<token<member_name>>> {};
struct index : peg::seq<symbol<'['>, expression, peg::must<symbol<']'>>> {};
struct access : peg::sor<method_call, member, index> {};

struct negation;
struct minus;
struct unary : peg::sor<negation, minus, peg::seq<peg::must<primary>, peg::star<access>>> {};
struct negation : peg::seq<symbol<'!'>, unary> {};
struct minus : peg::seq<symbol<'-'>, unary> {};

// Sums and products on one level: they are only named.
struct arithmetic_operator : token<peg::one<'+', '-', '*', '/', '%'>> {};
struct begin_sum : peg::success {};
struct sum : peg::seq<begin_sum, unary, peg::star<arithmetic_operator, unary>> {};

// Comparisons, which may follow each other.
struct comparison_text : peg::sor<TAO_PEGTL_STRING("=="), TAO_PEGTL_STRING("!="),
                                  TAO_PEGTL_STRING("<="), TAO_PEGTL_STRING(">="),
                                  peg::one<'<', '>'>, peg::seq<TAO_PEGTL_STRING("in"), word_end>> {
};
struct comparison_operator : token<comparison_text> {};
struct comparison : peg::seq<comparison_operator, sum> {};
struct relation : peg::seq<sum, peg::star<comparison>> {};

// `&&` binds before `||`, and both before `? :`.
struct begin_and : peg::success {};
struct conjunction : peg::seq<begin_and, relation, peg::star<symbol<'&', '&'>, relation>> {};
struct begin_or : peg::success {};
struct disjunction : peg::seq<begin_or, conjunction, peg::star<symbol<'|', '|'>, conjunction>> {};
struct conditional_rest : peg::seq<symbol<'?'>, disjunction, peg::must<symbol<':'>>, expression> {};
struct expression : peg::seq<disjunction, peg::opt<conditional_rest>> {};

// A condition as a whole.
struct text : peg::must<separator, expression, peg::eof> {};

}  // namespace sentrail::compiler::import_::cel_grammar
