// The tokens: separators, comments, names, words, strings, numbers, paths.
//
// Neighbours: keywords.hpp below; conditions.hpp and policy.hpp above. Must not know: semantics;
// the compiler hangs actions on these rules in compiler/syntax/parser.cpp.
// Every `token` eats the separator after it, so that a rule always begins at a token.
// source: docs/language.md, section 1.
#pragma once

#include <cstddef>
#include <string_view>

#include <tao/pegtl.hpp>
#include <tao/pegtl/contrib/analyze_traits.hpp>

#include "grammar/keywords.hpp"

namespace sentrail::grammar {

namespace peg = tao::pegtl;

// --- separators ----------------------------------------------------------------------------
struct blank : peg::one<' ', '\t'> {};
struct white : peg::plus<peg::one<' ', '\t', '\r', '\n'>> {};
struct comment : peg::seq<peg::one<'#'>, peg::star<peg::not_one<'\r', '\n'>>> {};
struct separator : peg::star<peg::sor<white, comment>> {};

// What a token is made of, without the separator after it: the place where a node ends.
template <typename... Rules>
struct lexeme : peg::seq<Rules...> {};

template <typename... Rules>
struct token : peg::seq<lexeme<Rules...>, separator> {};

// --- words ---------------------------------------------------------------------------------
struct word_character
    : peg::sor<peg::ranges<'a', 'z', 'A', 'Z', '0', '9'>, peg::one<'_', '-', '*', '.'>> {};
// Characters that people try in words: without them a word would end in a puzzling place.
struct odd_character
    : peg::sor<peg::not_range<'\0', '\x7f'>, peg::one<'/', '?', '@', '%', '\\', '$', '+'>> {};

// A whole run of word characters that is in a table of keywords.hpp.
template <const auto& Table, const auto&... More>
struct word_of {
  using rule_t = word_of;
  using subs_t = peg::empty_list;
  template <typename ParseInput>
  [[nodiscard]] static bool match(ParseInput& in) {
    const std::string_view word = leading_word({in.current(), in.size()});
    if (!has_word(Table, word) && !(has_word(More, word) || ...)) return false;
    in.bump_in_this_line(word.size());
    return true;
  }
};
struct reserved_word : word_of<kKeywords, kLaterKeywords> {};
struct declaration_word : word_of<kDeclarationKeywords> {};
struct clause_word : word_of<kClauseKeywords> {};

// Holds where nothing but blanks stands before on the line.
struct line_first {
  using rule_t = line_first;
  using subs_t = peg::empty_list;
  template <typename ParseInput>
  [[nodiscard]] static bool match(ParseInput& in) {
    const char* at = in.current();
    while (at != in.begin() && (at[-1] == ' ' || at[-1] == '\t')) --at;
    return at == in.begin() || at[-1] == '\n';
  }
};

template <typename Text>
struct keyword : token<Text, peg::not_at<word_character>> {};

// --- names ---------------------------------------------------------------------------------
struct name_end : peg::not_at<peg::sor<word_character, odd_character>> {};
struct name_text : peg::seq<peg::not_at<reserved_word>, peg::identifier> {};
struct name : token<name_text, peg::must<name_end>> {};

struct qualified_step : peg::identifier {};
struct qualified_text : peg::seq<peg::not_at<reserved_word>, peg::identifier,
                                 peg::star<peg::one<'.'>, peg::must<qualified_step>>> {};
struct qualified_name : token<qualified_text, peg::must<name_end>> {};

struct word_part : peg::sor<peg::ranges<'a', 'z', 'A', 'Z', '0', '9'>, peg::one<'_', '-', '*'>> {};
struct word_begin : peg::sor<peg::ranges<'a', 'z', 'A', 'Z'>, peg::one<'_', '*'>> {};
struct word_end : peg::not_at<peg::sor<peg::one<'.'>, odd_character>> {};
struct word_text : peg::seq<peg::not_at<reserved_word>, word_begin, peg::star<word_part>,
                            peg::star<peg::one<'.'>, peg::plus<word_part>>> {};
struct word_body : peg::seq<word_text, peg::must<word_end>> {};

// --- strings -------------------------------------------------------------------------------
struct unicode_escape
    : peg::seq<peg::one<'u'>, peg::one<'{'>, peg::rep_min_max<1, 6, peg::xdigit>, peg::one<'}'>> {};
struct escape_code : peg::sor<peg::one<'"', '\\', 'n', 't'>, unicode_escape> {};
struct string_open : peg::one<'"'> {};
struct string_close : peg::one<'"'> {};
struct string_text : peg::star<peg::sor<peg::seq<peg::one<'\\'>, peg::must<escape_code>>,
                                        peg::not_one<'"', '\\', '\r', '\n'>>> {};
struct string_body : peg::seq<string_open, string_text, peg::must<string_close>> {};

// --- numbers -------------------------------------------------------------------------------
struct number_begin : peg::seq<peg::opt<peg::one<'-'>>, peg::digit> {};
struct number_text
    : peg::seq<peg::opt<peg::one<'-'>>,
               peg::sor<peg::one<'0'>, peg::seq<peg::range<'1', '9'>, peg::star<peg::digit>>>,
               peg::opt<peg::one<'.'>, peg::plus<peg::digit>>,
               peg::opt<peg::one<'e', 'E'>, peg::opt<peg::one<'+', '-'>>, peg::plus<peg::digit>>> {
};
struct number_lower : number_text {};
struct number_upper : number_text {};
struct number_end : peg::not_at<peg::sor<word_character, odd_character>> {};
struct number_body
    : peg::seq<peg::at<number_begin>, peg::must<number_lower>,
               peg::opt<peg::two<'.'>, peg::must<number_upper>>, peg::must<number_end>> {};

// --- instants ------------------------------------------------------------------------------
// `2027-01-31` or `2027-01-31T12:00:00Z`, and two of them joined by `..`. No number goes on with a
// dash.
struct instant_character
    : peg::sor<word_part, peg::one<':', '+'>, peg::seq<peg::one<'.'>, peg::not_at<peg::one<'.'>>>> {
};
struct instant_text
    : peg::seq<peg::rep<4, peg::digit>, peg::one<'-'>, peg::star<instant_character>> {};
struct instant_upper : instant_text {};
struct instant_end : peg::not_at<peg::sor<peg::one<'.'>, odd_character>> {};
struct instant_body : peg::seq<instant_text, peg::opt<peg::two<'.'>, peg::must<instant_upper>>,
                               peg::must<instant_end>> {};

// --- regular expressions -------------------------------------------------------------------
struct regex_open : peg::one<'/'> {};
struct regex_text : peg::plus<peg::sor<peg::seq<peg::one<'\\'>, peg::not_one<'\r', '\n'>>,
                                       peg::not_one<'/', '\\', '\r', '\n'>>> {};
struct regex_close : peg::one<'/'> {};
struct regex_flags : peg::seq<peg::star<peg::one<'i', 'm', 's'>>, peg::not_at<word_character>> {};
struct regex_body
    : peg::seq<regex_open, peg::must<regex_text>, peg::must<regex_close>, peg::must<regex_flags>> {
};
struct regex_literal : token<regex_body> {};

// --- literals ------------------------------------------------------------------------------
struct boolean_body : peg::seq<peg::sor<TAO_PEGTL_STRING("true"), TAO_PEGTL_STRING("false")>,
                               peg::not_at<word_character>> {};
struct string_literal : token<string_body> {};
struct instant_literal : token<instant_body> {};
struct number_literal : token<number_body> {};
struct boolean_literal : token<boolean_body> {};
struct word_literal : token<word_body> {};
// `env == test` is what people mean; a declaration that follows a missing value is not.
struct test_word : TAO_PEGTL_STRING("test") {};
struct test_literal
    : peg::seq<peg::at<test_word, peg::not_at<word_character>, separator,
                       peg::not_at<peg::sor<peg::one<'"'>, TAO_PEGTL_STRING("table")>>>,
               token<test_word>> {};
struct literal : peg::sor<string_literal, instant_literal, number_literal, boolean_literal,
                          word_literal, test_literal> {};

// `[a, b]`, with or without a last comma; the entries are literals.
struct list_open : token<peg::one<'['>> {};
struct list_close : token<peg::one<']'>> {};
struct list_comma : token<peg::one<','>> {};
struct list_entry : literal {};
// A window stands behind `in` alone. Words that are days do not.
struct day_word
    : peg::sor<TAO_PEGTL_STRING("mon"), TAO_PEGTL_STRING("tue"), TAO_PEGTL_STRING("wed"),
               TAO_PEGTL_STRING("thu"), TAO_PEGTL_STRING("fri"), TAO_PEGTL_STRING("sat"),
               TAO_PEGTL_STRING("sun")> {};
struct hours_begin : peg::seq<peg::digit, peg::opt<peg::digit>, peg::one<':'>> {};
struct no_window
    : peg::not_at<peg::sor<
          hours_begin,
          peg::seq<day_word,
                   peg::sor<peg::two<'.'>,
                            peg::seq<peg::star<blank>, peg::sor<peg::one<'"'>, hours_begin>>>>>> {};
struct list_next : peg::sor<peg::at<peg::one<']'>>, peg::seq<peg::must<no_window>, list_entry>> {};
struct list_first : peg::seq<peg::must<no_window>, list_entry> {};
struct bracketed
    : peg::seq<list_open, peg::opt<list_first, peg::star<list_comma, peg::must<list_next>>>,
               peg::must<list_close>> {};

// --- paths ---------------------------------------------------------------------------------
struct path_name : peg::identifier {};
struct path_step : peg::sor<string_body, path_name> {};
struct path_begin : peg::seq<peg::not_at<reserved_word>, path_name> {};
struct path_end : peg::not_at<peg::sor<word_character, odd_character>> {};
struct path_text : peg::seq<path_begin, peg::star<peg::one<'.'>, peg::must<path_step>>> {};
struct path : token<path_text, peg::must<path_end>> {};

}  // namespace sentrail::grammar

// What PEGTL's grammar analysis must know of the two rules written by hand.
template <typename Name, const auto& Table, const auto&... More>
struct tao::pegtl::analyze_traits<Name, sentrail::grammar::word_of<Table, More...>>
    : tao::pegtl::analyze_any_traits<> {};
template <typename Name>
struct tao::pegtl::analyze_traits<Name, sentrail::grammar::line_first>
    : tao::pegtl::analyze_opt_traits<> {};
