// See limit_text.hpp.
#include "compiler/format/limit_text.hpp"

#include <algorithm>
#include <string_view>

namespace sentrail::compiler {
namespace {

std::string_view slice(const Source& source, Span span) {
  return source.text().substr(span.begin, span.end - span.begin);
}

}  // namespace

std::string limit_text(const LimitNode& node, const Source& source) {
  std::string out = "limit ";
  if (node.amount) out += "sum " + std::string(slice(source, node.amount->span)) + " ";
  out += slice(source, node.most.span);
  out += " per ";
  out += slice(source, node.per.span);
  for (const Path& key : node.keys) {
    out += &key == &node.keys.front() ? " by " : ", ";
    out += slice(source, key.span);
  }
  if (node.otherwise) out += " else " + std::string(name_of(*node.otherwise));
  return out;
}

const LimitNode& limit_at(const RuleNode& rule, std::size_t offset) {
  return *std::ranges::find_if(rule.limits,
                               [&](const LimitNode& one) { return one.most.span.begin == offset; });
}

std::vector<std::pair<std::size_t, std::string>> state_texts(const Given& node,
                                                             const Source& source) {
  std::vector<std::pair<std::size_t, std::string>> texts;
  std::string used;
  for (const GivenUsed& one : node.used) {
    used += used.empty() ? "used " : ", ";
    used += one.rule.text;
    if (one.number) used += " limit " + std::string(slice(source, one.number->span));
    used += " = ";
    used += slice(source, one.amount.span);
  }
  if (!used.empty()) texts.emplace_back(node.used.front().span.begin, std::move(used));
  if (node.calls) {
    texts.emplace_back(node.calls->span.begin,
                       "after " + std::string(slice(source, node.calls->span)) + " calls");
  }
  return texts;
}

}  // namespace sentrail::compiler
