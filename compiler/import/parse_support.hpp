// What both expression parsers share: how a failure becomes an error with its place.
//
// Neighbours: cedar_parser.cpp and cel_parser.cpp, nobody else: PEGTL's headers come with it. Must
// not know: either grammar.
#pragma once

#include <string>
#include <string_view>

#include <tao/pegtl.hpp>
#include <tao/pegtl/contrib/limit_depth.hpp>

#include "compiler/import/expression.hpp"
#include "core/limits.hpp"
#include "core/result.hpp"
#include "core/text.hpp"

namespace sentrail::compiler::import_ {

// Parentheses within parentheses: each enters two rules that are counted.
inline constexpr std::size_t kParserDepthMax = 2 * limits::kNestingMax;

// Throws without a message: where it was is all that is told.
template <typename Rule>
struct FailureControl : tao::pegtl::normal<Rule> {
  template <typename ParseInput, typename... States>
  [[noreturn]] static void raise(const ParseInput& in, States&&... /*states*/) {
    throw tao::pegtl::parse_error("", in.position());
  }
};

// Parses all of `text` by `Rule`; what fails becomes an error that names the place and shows what
// stands there. `language` is how the text is called.
template <typename Rule, template <typename...> class Action, typename State>
[[nodiscard]] Status parse_all(std::string_view text, const char* language, State& state,
                               const SourceExprBuilder& builder) {
  namespace peg = tao::pegtl;
  if (const auto bad = find_invalid_utf8(text)) {
    return fail(Errc::invalid_argument, place_in(text, *bad) + ": not UTF-8");
  }
  peg::memory_input<peg::tracking_mode::lazy> in(text.data(), text.size(), "");
  bool matched = false;
  std::size_t offset = 0;
  bool deep = false;
  try {
    matched = peg::parse<Rule, Action, FailureControl>(in, state);
    offset = in.byte();
  } catch (const peg::parse_error& error) {
    offset = error.positions().front().byte;
    deep = std::string_view(error.what()).find("depth") != std::string_view::npos;
  }
  if (matched && !builder.problem()) return {};
  if (builder.problem()) return fail(Errc::invalid_argument, *builder.problem());
  if (deep) {
    return fail(Errc::limit_exceeded, place_in(text, offset) + ": nested deeper than " +
                                          std::to_string(limits::kNestingMax) + " levels");
  }
  const std::string_view rest = text.substr(offset);
  const std::string near =
      rest.empty()
          ? std::string("the end of the text")
          : "`" + escape_display(cap_characters(rest.substr(0, rest.find('\n')), 24)) + "`";
  return fail(Errc::invalid_argument,
              place_in(text, offset) + ": " + near + " is not " + language + " here");
}

}  // namespace sentrail::compiler::import_
