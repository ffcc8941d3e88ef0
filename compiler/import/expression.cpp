// Building expressions, and decoding strings. See expression.hpp.
#include "compiler/import/expression.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "compiler/code_points.hpp"
#include "core/check.hpp"
#include "core/limits.hpp"

namespace sentrail::compiler::import_ {
namespace {

// Levels of a tree: parentheses are bounded by the grammar, chains of members and `!` here.
constexpr std::uint32_t kDepthMax = 2 * limits::kNestingMax;

// The digits of one escape, if they are there and name a code point.
std::optional<char32_t> code_of(std::string_view digits, int base) {
  std::uint32_t value = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  if (value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return std::nullopt;
  return value;
}

// What one escape stands for and how long it is without its backslash.
struct Escape {
  char32_t value = 0;
  std::size_t length = 0;
};

std::optional<Escape> fixed(std::string_view text, std::size_t from, std::size_t digits, int base) {
  if (text.size() < from + digits) return std::nullopt;
  const std::optional<char32_t> value = code_of(text.substr(from, digits), base);
  if (!value) return std::nullopt;
  return Escape{*value, from + digits};
}

std::optional<Escape> braced(std::string_view text) {
  const std::size_t end = text.substr(0, 10).find('}');
  if (end == std::string_view::npos || text.size() < 2 || text[1] != '{') return std::nullopt;
  const std::optional<char32_t> value = code_of(text.substr(2, end - 2), 16);
  if (!value) return std::nullopt;
  return Escape{*value, end + 1};
}

std::optional<Escape> simple(char c, StringStyle style) {
  constexpr std::string_view kNames = "nrt\\\"'";
  constexpr std::string_view kValues = "\n\r\t\\\"'";
  constexpr std::string_view kCelNames = "abfv?`";
  constexpr std::string_view kCelValues = "\a\b\f\v?`";
  if (const std::size_t at = kNames.find(c); at != std::string_view::npos) {
    return Escape{static_cast<char32_t>(kValues[at]), 1};
  }
  if (style == StringStyle::cedar) {
    return c == '0' ? std::optional<Escape>(Escape{0, 1}) : std::nullopt;
  }
  if (const std::size_t at = kCelNames.find(c); at != std::string_view::npos) {
    return Escape{static_cast<char32_t>(kCelValues[at]), 1};
  }
  return std::nullopt;
}

std::optional<Escape> escape_at(std::string_view text, StringStyle style) {
  if (text.empty()) return std::nullopt;
  if (const std::optional<Escape> found = simple(text[0], style)) return found;
  if (text[0] == 'u' && style == StringStyle::cedar) return braced(text);
  if (text[0] == 'x' || (text[0] == 'X' && style == StringStyle::cel)) {
    return fixed(text, 1, 2, 16);
  }
  if (style == StringStyle::cedar) return std::nullopt;
  if (text[0] == 'u') return fixed(text, 1, 4, 16);
  if (text[0] == 'U') return fixed(text, 1, 8, 16);
  if (text[0] >= '0' && text[0] <= '3') return fixed(text, 0, 3, 8);
  return std::nullopt;
}

}  // namespace

SourceExprId SourceExprBuilder::add(SourceExpr node) {
  for (const SourceExprId child : node.children) {
    node.depth = std::max(node.depth, nodes_[child].depth + 1);
  }
  if (node.depth > kDepthMax) {
    problem("an expression is nested deeper than " + std::to_string(kDepthMax) + " levels");
    node.children.clear();
    node.kind = SourceKind::other;
    node.depth = 1;
  }
  return nodes_.push_back(std::move(node));
}

void SourceExprBuilder::push(SourceKind kind, std::string text, std::size_t count,
                             std::vector<std::string> words) {
  SENTRAIL_CHECK(stack_.size() >= count);
  const auto first = stack_.end() - static_cast<std::ptrdiff_t>(count);
  SourceExpr node{kind, std::move(text), std::move(words), {first, stack_.end()}, 1};
  stack_.erase(first, stack_.end());
  stack_.push_back(add(std::move(node)));
}

void SourceExprBuilder::open() {
  frames_.push_back(stack_.size());
}

void SourceExprBuilder::close(SourceKind kind, std::size_t before, std::string text) {
  SENTRAIL_CHECK(!frames_.empty() && frames_.back() >= before);
  const std::size_t count = stack_.size() - frames_.back() + before;
  frames_.pop_back();
  push(kind, std::move(text), count);
}

void SourceExprBuilder::close_join(SourceKind kind, std::string text) {
  SENTRAIL_CHECK(!frames_.empty());
  if (stack_.size() == frames_.back() + 1) {
    frames_.pop_back();
  } else {
    close(kind, 0, std::move(text));
  }
}

void SourceExprBuilder::negate_number() {
  SENTRAIL_CHECK(!stack_.empty());
  SourceExpr& top = nodes_[stack_.back()];
  if (top.kind == SourceKind::number && !top.text.starts_with('-')) {
    top.text.insert(0, "-");
  } else {
    push(SourceKind::other, "arithmetic", 1);
  }
}

std::string SourceExprBuilder::take_operator() {
  SENTRAIL_CHECK(!operators_.empty());
  std::string text = std::move(operators_.back());
  operators_.pop_back();
  return text;
}

void SourceExprBuilder::join_is_in() {
  const SourceExprId entity = pop();
  const SourceExprId is = pop();
  if (nodes_[is].children.empty()) {  // a stand-in
    stack_.push_back(is);
    return;
  }
  const SourceExprId what = nodes_[is].children.front();
  stack_.push_back(is);
  stack_.push_back(what);
  stack_.push_back(entity);
  push(SourceKind::binary, "in", 2);
  push(SourceKind::and_, {}, 2);
}

SourceExprId SourceExprBuilder::pop() {
  SENTRAIL_CHECK(!stack_.empty());
  const SourceExprId id = stack_.back();
  stack_.pop_back();
  return id;
}

void SourceExprBuilder::problem(std::string message) {
  if (!problem_) problem_ = std::move(message);
}

std::optional<std::vector<std::string>> decode_string(std::string_view text, StringStyle style,
                                                      bool pieces) {
  std::vector<std::string> out(1);
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '\\' && pieces && text.substr(at + 1).starts_with('*')) {
      out.back() += '*';
      at += 2;
    } else if (text[at] == '\\') {
      const std::optional<Escape> escape = escape_at(text.substr(at + 1), style);
      if (!escape) return std::nullopt;
      append_utf8(out.back(), escape->value);
      at += 1 + escape->length;
    } else if (text[at] == '*' && pieces) {
      out.emplace_back();
      ++at;
    } else {
      const CodePoint point = decode_utf8(text, at);
      if (!point.valid) return std::nullopt;
      out.back() += text.substr(at, point.length);
      at += point.length;
    }
  }
  return out;
}

std::string place_in(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const std::size_t begin = before.rfind('\n') + 1;  // npos + 1 is 0
  std::size_t column = 1;
  for (std::size_t at = begin; at < before.size(); ++column) at += decode_utf8(before, at).length;
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

}  // namespace sentrail::compiler::import_
