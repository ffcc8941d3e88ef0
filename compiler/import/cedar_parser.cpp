// Actions on Cedar's grammar. See cedar_parser.hpp.
#include "compiler/import/cedar_parser.hpp"

#include <algorithm>
#include <utility>

#include "compiler/import/cedar_grammar.hpp"
#include "compiler/import/parse_support.hpp"

namespace sentrail::compiler::import_ {
namespace {

namespace g = cedar_grammar;
namespace peg = tao::pegtl;

// What the actions share in one parse.
struct CedarParse {
  std::string_view text;
  SourceExprBuilder builder;
  std::vector<CedarPolicy> policies;
  std::vector<std::string> words;  // of a `has`
  std::string entity_type;
  bool unless = false;

  // Policies come in order, so that lines are counted once.
  [[nodiscard]] std::uint32_t line_of(const char* place) {
    for (; counted_to < place; ++counted_to) line += *counted_to == '\n' ? 1u : 0u;
    return line;
  }

  const char* counted_to = nullptr;
  std::uint32_t line = 1;

  // A decoded string; a bad escape is the file's problem.
  [[nodiscard]] std::vector<std::string> decoded(std::string_view raw, bool pieces = false) {
    std::optional<std::vector<std::string>> out = decode_string(raw, StringStyle::cedar, pieces);
    if (out) return std::move(*out);
    builder.problem(place_in(text, static_cast<std::size_t>(raw.data() - text.data())) +
                    ": the string has an escape that means nothing");
    return {""};
  }
};

template <typename Rule>
struct action : peg::nothing<Rule> {};

// `SENTRAIL_ON(rule) { … }`: runs when `rule` has matched, with `p` the parse, `at` its text.
#define SENTRAIL_ON(rule)                                                 \
  template <>                                                             \
  struct action<g::rule> {                                                \
    template <typename ActionInput>                                       \
    static void apply(const ActionInput& in, CedarParse& parse) {         \
      run(parse, parse.builder, {in.begin(), in.size()});                 \
    }                                                                     \
    static void run(CedarParse&, SourceExprBuilder&, std::string_view);   \
  };                                                                      \
  inline void action<g::rule>::run([[maybe_unused]] CedarParse& p,        \
                                   [[maybe_unused]] SourceExprBuilder& b, \
                                   [[maybe_unused]] std::string_view at)

// clang-format off
// Leaves.
SENTRAIL_ON(true_literal) { b.push(SourceKind::boolean, "true"); }
SENTRAIL_ON(false_literal) { b.push(SourceKind::boolean, "false"); }
SENTRAIL_ON(number_text) {
  at.remove_prefix(std::min(at.find_first_not_of('0'), at.size() - 1));
  b.push(SourceKind::number, std::string(at));
}
SENTRAIL_ON(string_literal_text) { b.push(SourceKind::string, p.decoded(at).front()); }
SENTRAIL_ON(slot_text) { b.push(SourceKind::slot, std::string(at)); }
SENTRAIL_ON(entity_type) { p.entity_type = at; }
SENTRAIL_ON(entity_id) { b.push(SourceKind::entity, p.entity_type, 0, p.decoded(at)); }
SENTRAIL_ON(variable_text) { b.push(SourceKind::name, std::string(at)); }

// What has parts.
SENTRAIL_ON(function_name) { b.keep_operator(std::string(at)); }
SENTRAIL_ON(method_name) { b.keep_operator(std::string(at)); }
SENTRAIL_ON(begin_parts) { b.open(); }
SENTRAIL_ON(function_call) { b.close(SourceKind::call, 0, b.take_operator()); }
SENTRAIL_ON(method_call) { b.close(SourceKind::method, 1, b.take_operator()); }
SENTRAIL_ON(list) { b.close(SourceKind::list); }
SENTRAIL_ON(record) { b.close(SourceKind::other, 0, "a record"); }
SENTRAIL_ON(member_name) { b.push(SourceKind::member, std::string(at), 1); }
SENTRAIL_ON(index_text) { b.push(SourceKind::member, p.decoded(at).front(), 1); }

// Operators.
SENTRAIL_ON(negation) { b.push(SourceKind::not_, {}, 1); }
SENTRAIL_ON(minus) { b.negate_number(); }
SENTRAIL_ON(begin_sum) { b.open(); }
SENTRAIL_ON(sum) { b.close_join(SourceKind::other, "arithmetic"); }
SENTRAIL_ON(comparison_text) { b.keep_operator(std::string(at)); }
SENTRAIL_ON(comparison) { b.push(SourceKind::binary, b.take_operator(), 2); }
SENTRAIL_ON(begin_has) { p.words.clear(); }
SENTRAIL_ON(has_name) { p.words.emplace_back(at); }
SENTRAIL_ON(has_text) { p.words.push_back(p.decoded(at).front()); }
SENTRAIL_ON(has) { b.push(SourceKind::has, {}, 1, p.words); }
SENTRAIL_ON(like_text) { b.push(SourceKind::like, {}, 1, p.decoded(at, true)); }
SENTRAIL_ON(is_type) { b.push(SourceKind::is, std::string(at), 1); }
SENTRAIL_ON(is_in) { b.join_is_in(); }
SENTRAIL_ON(begin_and) { b.open(); }
SENTRAIL_ON(conjunction) { b.close_join(SourceKind::and_); }
SENTRAIL_ON(begin_or) { b.open(); }
SENTRAIL_ON(disjunction) { b.close_join(SourceKind::or_); }
SENTRAIL_ON(conditional) { b.push(SourceKind::conditional, {}, 3); }

// Policies.
SENTRAIL_ON(begin_policy) {
  CedarPolicy policy;
  policy.line = p.line_of(at.data());
  p.policies.push_back(std::move(policy));
}
SENTRAIL_ON(annotation_name) { p.policies.back().annotations.push_back({std::string(at), {}}); }
SENTRAIL_ON(annotation_text) { p.policies.back().annotations.back().text = p.decoded(at).front(); }
SENTRAIL_ON(permit) { p.policies.back().permit = true; }
SENTRAIL_ON(scope_part) { p.policies.back().scopes.push_back(b.pop()); }
SENTRAIL_ON(when_word) { p.unless = false; }
SENTRAIL_ON(unless_word) { p.unless = true; }
SENTRAIL_ON(condition) { p.policies.back().conditions.push_back({p.unless, b.pop()}); }
// clang-format on
#undef SENTRAIL_ON

template <>
struct action<g::expression> : peg::limit_depth<kParserDepthMax> {};
template <>
struct action<g::unary> : peg::limit_depth<kParserDepthMax> {};

// What stands in the place of a scope must be about its variable.
bool is_scope_of(const SourceExprs& nodes, SourceExprId id, std::string_view variable) {
  const SourceExpr* node = &nodes[id];
  if (node->kind == SourceKind::and_) node = &nodes[node->children.front()];  // `is T in E`
  if (node->kind == SourceKind::is ||
      (node->kind == SourceKind::binary && (node->text == "==" || node->text == "in"))) {
    node = &nodes[node->children.front()];
  }
  return node->kind == SourceKind::name && node->text == variable;
}

}  // namespace

Result<CedarFile> parse_cedar(std::string_view text) {
  CedarParse parse;
  parse.text = text;
  parse.counted_to = text.data();
  SENTRAIL_TRY((parse_all<g::file, action>(text, "Cedar", parse, parse.builder)));
  CedarFile file{parse.builder.take(), std::move(parse.policies)};
  constexpr std::string_view kVariables[] = {"principal", "action", "resource"};
  for (const CedarPolicy& policy : file.policies) {
    for (std::size_t i = 0; i < 3; ++i) {
      if (!is_scope_of(file.expressions, policy.scopes[i], kVariables[i])) {
        return fail(Errc::invalid_argument, "line " + std::to_string(policy.line) +
                                                ": the scope of `" + std::string(kVariables[i]) +
                                                "` is not `==`, `in` or `is` on it");
      }
    }
  }
  return file;
}

}  // namespace sentrail::compiler::import_
