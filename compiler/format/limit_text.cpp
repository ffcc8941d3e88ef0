// See limit_text.hpp.
#include "compiler/format/limit_text.hpp"

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

std::string used_text(const Given& node, const Source& source) {
  std::string out;
  for (const GivenUsed& one : node.used) {
    out += out.empty() ? "used " : ", ";
    out += one.rule.text;
    if (one.number) out += " limit " + std::string(slice(source, one.number->span));
    out += " = ";
    out += slice(source, one.amount.span);
  }
  return out;
}

}  // namespace sentrail::compiler
