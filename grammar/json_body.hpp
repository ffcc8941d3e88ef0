// A JSON object or array as it stands in a test: RFC 8259, strict.
//
// Neighbours: policy.hpp uses `json_body`. Must not know: what the body means; wire/ reads it again
// and judges repeated keys and numbers. Comments are not JSON and end the body with an error.
// source: RFC 8259; docs/language.md, section 2.
#pragma once

#include "grammar/tokens.hpp"

namespace sentrail::grammar {

struct json_space : peg::star<peg::one<' ', '\t', '\r', '\n'>> {};

struct json_escape : peg::sor<peg::one<'"', '\\', '/', 'b', 'f', 'n', 'r', 't'>,
                              peg::seq<peg::one<'u'>, peg::rep<4, peg::xdigit>>> {};
struct json_string_close : peg::one<'"'> {};
struct json_string : peg::seq<peg::one<'"'>,
                              peg::star<peg::sor<peg::seq<peg::one<'\\'>, peg::must<json_escape>>,
                                                 peg::not_one<'"', '\\', '\t', '\r', '\n'>>>,
                              peg::must<json_string_close>> {};
struct json_number : peg::seq<number_text, peg::not_at<word_character>> {};
struct json_word
    : peg::seq<
          peg::sor<TAO_PEGTL_STRING("true"), TAO_PEGTL_STRING("false"), TAO_PEGTL_STRING("null")>,
          peg::not_at<word_character>> {};

struct json_object;
struct json_array;
struct json_value : peg::sor<json_object, json_array, json_string, json_number, json_word> {};

struct json_key : json_string {};
struct json_colon : peg::one<':'> {};
struct json_member : peg::seq<json_key, json_space, peg::must<json_colon>, json_space,
                              peg::must<json_value>, json_space> {};
struct json_next_member : json_member {};
struct json_object_close : peg::one<'}'> {};
struct json_members
    : peg::seq<
          json_space,
          peg::opt<json_member, peg::star<peg::one<','>, json_space, peg::must<json_next_member>>>,
          peg::must<json_object_close>> {};  // one level deeper
struct json_object : peg::seq<peg::one<'{'>, json_members> {};

struct json_next_value : json_value {};
struct json_array_close : peg::one<']'> {};
struct json_elements
    : peg::seq<
          json_space,
          peg::opt<json_value, json_space,
                   peg::star<peg::one<','>, json_space, peg::must<json_next_value>, json_space>>,
          peg::must<json_array_close>> {};  // one level deeper
struct json_array : peg::seq<peg::one<'['>, json_elements> {};

struct json_text : peg::sor<json_object, json_array> {};
struct json_body : token<json_text> {};

}  // namespace sentrail::grammar
