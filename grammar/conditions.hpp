// Conditions: and, or, not, parentheses, and the tests of attributes.
//
// Neighbours: tokens.hpp below; policy.hpp uses `expression`. Must not know: semantics, types.
// Mixing `and` with `or` is accepted here and reported by the parser with both places.
// source: docs/language.md, section 3.
#pragma once

#include "grammar/tokens.hpp"

namespace sentrail::grammar {

struct and_keyword : keyword<TAO_PEGTL_STRING("and")> {};
struct or_keyword : keyword<TAO_PEGTL_STRING("or")> {};
struct not_keyword : keyword<TAO_PEGTL_STRING("not")> {};
struct always_keyword : keyword<TAO_PEGTL_STRING("always")> {};

// --- tests ---------------------------------------------------------------------------------
struct op_equal : token<peg::string<'=', '='>> {};
struct op_not_equal : token<peg::string<'!', '='>> {};
struct op_less_equal : token<peg::string<'<', '='>> {};
struct op_less : token<peg::one<'<'>> {};
struct op_greater_equal : token<peg::string<'>', '='>> {};
struct op_greater : token<peg::one<'>'>> {};
struct op_matches : token<peg::one<'~'>> {};
struct op_search : token<peg::string<'=', '~'>> {};
struct op_not_matches : token<peg::string<'!', '~'>> {};
struct op_has : keyword<TAO_PEGTL_STRING("has")> {};
struct op_contains : keyword<TAO_PEGTL_STRING("contains")> {};
struct op_starts_with : keyword<TAO_PEGTL_STRING("starts_with")> {};
struct op_ends_with : keyword<TAO_PEGTL_STRING("ends_with")> {};
struct op_in : keyword<TAO_PEGTL_STRING("in")> {};
struct op_exists : keyword<TAO_PEGTL_STRING("exists")> {};
struct op_is : keyword<TAO_PEGTL_STRING("is")> {};
struct in_after_not : keyword<TAO_PEGTL_STRING("in")> {};
struct op_not_in : peg::seq<keyword<TAO_PEGTL_STRING("not")>, peg::must<in_after_not>> {};

struct one_value_operator
    : peg::sor<op_equal, op_not_equal, op_not_matches, op_less_equal, op_less, op_greater_equal,
               op_greater, op_matches, op_has, op_contains, op_starts_with, op_ends_with> {};
struct one_value : literal {};
struct regex_value : regex_literal {};
struct set_operator : peg::sor<op_in, op_not_in> {};
// A window: days, hours or both, and the zone. What begins so is nothing else.
struct days_word : peg::plus<peg::alpha> {};
struct window_shape
    : peg::sor<
          peg::seq<peg::digit, peg::opt<peg::digit>, peg::one<':'>>,
          peg::seq<days_word,
                   peg::sor<peg::two<'.'>,
                            peg::seq<peg::star<blank>,
                                     peg::sor<peg::one<',', '"'>,
                                              peg::seq<peg::digit, peg::digit, peg::one<':'>>>>>>> {
};
struct days_part : peg::seq<days_word, peg::opt<peg::two<'.'>, peg::star<word_character>>> {};
struct days_comma : peg::seq<peg::star<blank>, peg::one<','>, peg::star<blank>> {};
struct window_days_text : peg::list<days_part, days_comma> {};
struct window_days_end : peg::not_at<peg::sor<word_character, odd_character, peg::one<':'>>> {};
struct window_days : token<window_days_text, peg::must<window_days_end>> {};
struct window_hours_text
    : peg::seq<peg::digit, peg::star<peg::sor<word_character, peg::one<':'>>>> {};
struct window_hours : token<window_hours_text> {};
struct window_zone : string_literal {};
struct window : peg::seq<peg::at<window_shape>, peg::opt<window_days>, peg::opt<window_hours>,
                         peg::must<window_zone>> {};
// A network without brackets. Other strings after `in` are single values, which `==` takes.
struct network_shape : peg::seq<peg::one<'"'>, peg::plus<peg::sor<peg::xdigit, peg::one<'.', ':'>>>,
                                peg::one<'/'>, peg::digit> {};
struct network : peg::seq<peg::at<network_shape>, string_literal> {};
struct set_value
    : peg::sor<bracketed, window, network, instant_literal, number_literal, word_literal> {};
struct type_text
    : peg::sor<TAO_PEGTL_STRING("string"), TAO_PEGTL_STRING("number"), TAO_PEGTL_STRING("bool"),
               TAO_PEGTL_STRING("list"), TAO_PEGTL_STRING("object"), TAO_PEGTL_STRING("null"),
               TAO_PEGTL_STRING("absent")> {};
struct type_name : token<type_text, peg::not_at<word_character>> {};

struct test_rest
    : peg::sor<op_exists, peg::if_must<op_is, type_name>, peg::if_must<set_operator, set_value>,
               peg::if_must<op_search, regex_value>, peg::if_must<one_value_operator, one_value>> {
};

// `size(path)` stands where a path does; `size` alone is a name like others.
struct size_open : token<TAO_PEGTL_STRING("size"), peg::star<blank>, peg::one<'('>> {};
struct size_path : path {};
struct size_close : token<peg::one<')'>> {};
struct size_of : peg::seq<size_open, peg::must<size_path, size_close>> {};

// `session.count(CONDITION) within 10m` stands where a path does.
struct expression;
struct within_keyword : keyword<TAO_PEGTL_STRING("within")> {};
struct duration_text : peg::seq<peg::digit, peg::star<word_character>> {};
struct duration : token<duration_text> {};
struct count_open : token<TAO_PEGTL_STRING("session.count"), peg::star<blank>, peg::one<'('>> {};
struct count_close : token<peg::one<')'>> {};
struct count_within : within_keyword {};
struct count_time : token<duration_text> {};
struct count_rest  // one level deeper
    : peg::seq<expression, peg::must<count_close, count_within, count_time>> {};
struct count_of : peg::seq<count_open, count_rest> {};

// --- uses ----------------------------------------------------------------------------------
// A name without operator is the use of a condition, where what follows ends a test.
struct bare_use : peg::at<peg::sor<peg::one<')', '}'>, peg::eof, reserved_word>> {};
// What may be read as a path: a path argument, or a word. Without points of failure, for `at`.
struct quoted_shape
    : peg::seq<peg::one<'"'>,
               peg::star<peg::sor<peg::seq<peg::one<'\\'>, peg::not_one<'\r', '\n'>>,
                                  peg::not_one<'"', '\\', '\r', '\n'>>>,
               peg::one<'"'>> {};
struct path_shape : peg::seq<peg::not_at<reserved_word>, peg::identifier,
                             peg::star<peg::one<'.'>, peg::sor<quoted_shape, peg::identifier>>,
                             peg::not_at<peg::sor<word_character, odd_character>>> {};
struct path_argument : peg::seq<peg::at<path_shape>, path> {};
struct argument : peg::sor<bracketed, path_argument, literal> {};
struct argument_comma : token<peg::one<','>> {};
struct use_open : token<peg::one<'('>> {};
struct use_close : token<peg::one<')'>> {};
struct use_arguments
    : peg::seq<use_open, peg::must<argument>, peg::star<argument_comma, peg::must<argument>>,
               peg::must<use_close>> {};

struct test_or_use : peg::sor<test_rest, use_arguments, bare_use> {};
struct attribute_test
    : peg::sor<peg::seq<size_of, peg::must<test_rest>>, peg::seq<count_of, peg::must<test_rest>>,
               peg::seq<path, peg::must<test_or_use>>> {};

// --- and, or, not --------------------------------------------------------------------------
struct group_open : token<peg::one<'('>> {};
struct group_close : token<peg::one<')'>> {};
struct group_rest : peg::seq<expression, peg::must<group_close>> {};  // one level deeper
struct group : peg::seq<group_open, group_rest> {};

// `any x in PATH: OPERAND`. `[*]` in the path is a place within each element.
struct any_keyword : keyword<TAO_PEGTL_STRING("any")> {};
struct all_keyword : keyword<TAO_PEGTL_STRING("all")> {};
struct binder : name {};
struct binder_in : keyword<TAO_PEGTL_STRING("in")> {};
struct list_star : peg::string<'[', '*', ']'> {};
struct list_path_text
    : peg::seq<path_text, peg::opt<list_star, peg::star<peg::one<'.'>, peg::must<path_step>>>> {};
struct list_path : token<list_path_text, peg::must<path_end>> {};
struct binder_colon : token<peg::one<':'>> {};
struct quantifier_head : peg::seq<peg::sor<any_keyword, all_keyword>,
                                  peg::must<binder, binder_in, list_path, binder_colon>> {};
struct quantified_operand;
struct quantified_rest : peg::must<quantified_operand> {};  // one level deeper
struct quantified : peg::seq<quantifier_head, quantified_rest> {};

struct negated : peg::sor<group, quantified, attribute_test> {};
struct negation : peg::if_must<not_keyword, negated> {};
struct operand : peg::sor<negation, group, quantified, attribute_test> {};
struct quantified_operand : operand {};
struct expression_begin : peg::success {};
struct expression : peg::seq<expression_begin, peg::must<operand>,
                             peg::star<peg::sor<and_keyword, or_keyword>, peg::must<operand>>> {};

}  // namespace sentrail::grammar
