// Actions on CEL's grammar. See cel_parser.hpp.
#include "compiler/import/cel_parser.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "compiler/import/cel_grammar.hpp"
#include "compiler/import/parse_support.hpp"

namespace sentrail::compiler::import_ {
namespace {

namespace g = cel_grammar;
namespace peg = tao::pegtl;

// What the actions share in one parse.
struct CelParse {
  std::string_view text;
  SourceExprBuilder builder;

  void push_string(std::string_view raw) {
    std::optional<std::vector<std::string>> out = decode_string(raw, StringStyle::cel);
    if (!out) {
      builder.problem(place_in(text, static_cast<std::size_t>(raw.data() - text.data())) +
                      ": the string has an escape that means nothing");
      out.emplace(1);
    }
    builder.push(SourceKind::string, std::move(out->front()));
  }
  void push_raw(std::string_view raw) { builder.push(SourceKind::string, std::string(raw)); }

  // JSON's spelling: no leading zeros, a digit before the point.
  void push_decimal(std::string_view raw) {
    std::string number(raw);
    if (number.front() == '.') number.insert(0, "0");
    while (number.size() > 1 && number[0] == '0' && number[1] >= '0' && number[1] <= '9') {
      number.erase(0, 1);
    }
    builder.push(SourceKind::number, std::move(number));
  }
  void push_hex(std::string_view raw) {
    std::uint64_t value = 0;
    raw.remove_prefix(2);
    const auto [end, error] = std::from_chars(raw.data(), raw.data() + raw.size(), value, 16);
    if (error != std::errc{} || end != raw.data() + raw.size()) {
      builder.push(SourceKind::other, "a number that is too large");
    } else {
      builder.push(SourceKind::number, std::to_string(value));
    }
  }
};

template <typename Rule>
struct action : peg::nothing<Rule> {};

// `SENTRAIL_ON(rule) { … }`: runs when `rule` has matched, with `p` the parse, `at` its text.
#define SENTRAIL_ON(rule)                                                 \
  template <>                                                             \
  struct action<g::rule> {                                                \
    template <typename ActionInput>                                       \
    static void apply(const ActionInput& in, CelParse& parse) {           \
      run(parse, parse.builder, {in.begin(), in.size()});                 \
    }                                                                     \
    static void run(CelParse&, SourceExprBuilder&, std::string_view);     \
  };                                                                      \
  inline void action<g::rule>::run([[maybe_unused]] CelParse& p,          \
                                   [[maybe_unused]] SourceExprBuilder& b, \
                                   [[maybe_unused]] std::string_view at)

// clang-format off
// Leaves.
SENTRAIL_ON(true_literal) { b.push(SourceKind::boolean, "true"); }
SENTRAIL_ON(false_literal) { b.push(SourceKind::boolean, "false"); }
SENTRAIL_ON(null_literal) { b.push(SourceKind::null); }
SENTRAIL_ON(string_text_double) { p.push_string(at); }
SENTRAIL_ON(string_text_single) { p.push_string(at); }
SENTRAIL_ON(string_text_long_double) { p.push_string(at); }
SENTRAIL_ON(string_text_long_single) { p.push_string(at); }
SENTRAIL_ON(raw_text_double) { p.push_raw(at); }
SENTRAIL_ON(raw_text_single) { p.push_raw(at); }
SENTRAIL_ON(raw_text_long_double) { p.push_raw(at); }
SENTRAIL_ON(raw_text_long_single) { p.push_raw(at); }
SENTRAIL_ON(bytes) { b.push(SourceKind::other, "a string of bytes", 1); }
SENTRAIL_ON(hex_text) { p.push_hex(at); }
SENTRAIL_ON(decimal_text) { p.push_decimal(at); }
SENTRAIL_ON(variable_text) { b.push(SourceKind::name, std::string(at)); }

// What has parts.
SENTRAIL_ON(function_name) { b.keep_operator(std::string(at)); }
SENTRAIL_ON(method_name) { b.keep_operator(std::string(at)); }
SENTRAIL_ON(begin_parts) { b.open(); }
SENTRAIL_ON(function_call) { b.close(SourceKind::call, 0, b.take_operator()); }
SENTRAIL_ON(method_call) { b.close(SourceKind::method, 1, b.take_operator()); }
SENTRAIL_ON(list) { b.close(SourceKind::list); }
SENTRAIL_ON(map) { b.close(SourceKind::other, 0, "a map"); }
SENTRAIL_ON(member_name) { b.push(SourceKind::member, std::string(at), 1); }
SENTRAIL_ON(index) { b.push(SourceKind::index, {}, 2); }

// Operators.
SENTRAIL_ON(negation) { b.push(SourceKind::not_, {}, 1); }
SENTRAIL_ON(minus) { b.negate_number(); }
SENTRAIL_ON(begin_sum) { b.open(); }
SENTRAIL_ON(sum) { b.close_join(SourceKind::other, "arithmetic"); }
SENTRAIL_ON(comparison_text) { b.keep_operator(std::string(at)); }
SENTRAIL_ON(comparison) { b.push(SourceKind::binary, b.take_operator(), 2); }
SENTRAIL_ON(begin_and) { b.open(); }
SENTRAIL_ON(conjunction) { b.close_join(SourceKind::and_); }
SENTRAIL_ON(begin_or) { b.open(); }
SENTRAIL_ON(disjunction) { b.close_join(SourceKind::or_); }
SENTRAIL_ON(conditional_rest) { b.push(SourceKind::conditional, {}, 3); }
// clang-format on
#undef SENTRAIL_ON

template <>
struct action<g::expression> : peg::limit_depth<kParserDepthMax> {};
template <>
struct action<g::unary> : peg::limit_depth<kParserDepthMax> {};

}  // namespace

Result<CelExpression> parse_cel(std::string_view text) {
  CelParse parse;
  parse.text = text;
  SENTRAIL_TRY((parse_all<g::text, action>(text, "CEL", parse, parse.builder)));
  const SourceExprId root = parse.builder.pop();
  return CelExpression{parse.builder.take(), root};
}

}  // namespace sentrail::compiler::import_
