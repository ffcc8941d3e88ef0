// One state, moved by each token. See condition_reader.hpp.
#include "compiler/lsp/condition_reader.hpp"

#include <algorithm>
#include <array>

#include "core/schema.hpp"
#include "grammar/keywords.hpp"

namespace sentrail::compiler::lsp {
namespace {

// The path whose parenthesis holds a condition.
constexpr std::string_view kCounted = row_of(AttributeId::session_count).name;

constexpr std::array<std::string_view, 15> kOperators = {
    "==", "!=", "<",  "<=",  ">",        ">=",          "~",        "!~",
    "=~", "in", "is", "has", "contains", "starts_with", "ends_with"};

}  // namespace

bool is_operator(std::string_view word) {
  return std::ranges::find(kOperators, word) != kOperators.end();
}

void ConditionReader::take(const Token& token, std::string_view word, std::string_view previous) {
  word_ = word;
  previous_ = previous;
  if (next_ >= Next::binder) return quantifier(token);
  read(token);
  // An element has its name up to the end of what its quantifier binds.
  while (next_ == Next::joiner && !binders_.empty() &&
         binders_.back().first >= parentheses_.size()) {
    binders_.pop_back();
  }
}

// `x in body.files[*].path:`, behind `any` or `all`.
void ConditionReader::quantifier(const Token& token) {
  const bool word = token.kind == TokenKind::word;
  if (next_ == Next::binder && word) {
    binders_.emplace_back(parentheses_.size(), Binder{std::string(word_), {}, false});
    next_ = Next::in_;
  } else if (next_ == Next::in_) {
    next_ = word_ == "in" ? Next::list : Next::in_;
  } else if (next_ == Next::list && word) {
    binders_.back().second.list = word_;
    next_ = Next::colon;
  } else if (word_ == ":") {
    next_ = Next::operand;
  } else if (previous_ == "]") {
    binders_.back().second.member = true;
  }
}

void ConditionReader::read(const Token& token) {
  if (word_ == "(") {
    const bool use = next_ == Next::operator_;  // `ci(` or `size(`
    parentheses_.push_back(!use                ? Parenthesis::tests
                           : path_ == kCounted ? Parenthesis::counted
                                               : Parenthesis::arguments);
    if (!in_arguments()) next_ = Next::operand;
    return;
  }
  if (word_ == ")") return close();
  if (in_arguments()) return;
  if (word_ == "[" || word_ == "]") {
    bracket_ = word_ == "[";
    if (!bracket_) next_ = Next::joiner;
    return;
  }
  if (!bracket_) step(token);
}

void ConditionReader::close() {
  const bool size = in_arguments() && path_ == "size";
  const bool counted = is_in(Parenthesis::counted);
  if (!parentheses_.empty()) parentheses_.pop_back();
  next_ = counted ? Next::within : size ? Next::operator_ : Next::joiner;
  if (counted) path_ = kCounted;
}

void ConditionReader::step(const Token& token) {
  if (word_ == "and" || word_ == "or") {
    next_ = Next::operand;
  } else if (next_ == Next::operand) {
    if (word_ == "always") next_ = Next::joiner;
    if (word_ == "any" || word_ == "all") next_ = Next::binder;
    if (token.kind != TokenKind::word || grammar::is_reserved(word_)) return;
    path_ = word_;
    next_ = Next::operator_;
  } else if (next_ == Next::within) {
    // `within 10m`: a number, and its unit.
    if (word_ != "within" && token.kind == TokenKind::word) next_ = Next::operator_;
  } else if (next_ == Next::operator_) {
    if (word_ == "exists") next_ = Next::joiner;
    if (is_operator(word_)) next_ = word_ == "is" ? Next::type : Next::value;
  } else {
    next_ = Next::joiner;
  }
}

std::vector<Binder> ConditionReader::binders() const {
  std::vector<Binder> named;
  // One stands for nothing before its colon.
  const std::size_t open = next_ >= Next::in_ ? 1 : 0;
  for (std::size_t i = 0; i + open < binders_.size(); ++i) named.push_back(binders_[i].second);
  return named;
}

}  // namespace sentrail::compiler::lsp
