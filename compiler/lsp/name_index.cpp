// Finds among the names that names.cpp has collected. See names.hpp.
#include <algorithm>

#include "compiler/lsp/names.hpp"

namespace sentrail::compiler::lsp {

std::optional<std::pair<AttributeId, std::size_t>> attribute_of(const Path& path) {
  if (path.steps.empty()) return std::nullopt;
  if (path.steps.size() > 1) {
    const std::string two = std::string(path.steps[0].text) + "." + std::string(path.steps[1].text);
    if (const auto id = attribute_named(two)) return std::pair(*id, std::size_t{2});
  }
  if (const auto id = attribute_named(path.steps[0].text)) return std::pair(*id, std::size_t{1});
  return std::nullopt;
}

void add_use(const Test& test, std::string_view name, ParameterUse& result) {
  if (!test.path.steps.empty() && test.path.steps.front().text == name) result.path = true;
  if (test.op == TestOp::is) return;
  const bool in = test.op == TestOp::in || test.op == TestOp::not_in;
  for (const Literal& literal : test.operand.literals) {
    if (literal.kind != LiteralKind::word) continue;
    if (literal.text.substr(0, literal.text.find('.')) != name) continue;
    if (literal.text != name) {
      result.path = true;
      continue;
    }
    result.value = true;
    result.list = result.list || (in && !test.operand.bracketed);
  }
}

std::optional<std::uint32_t> NameIndex::find(const Symbol& symbol) const {
  const auto found = ids_.find(symbol);
  return found == ids_.end() ? std::nullopt : std::optional(found->second);
}

const Occurrence* NameIndex::at(std::uint32_t file, std::uint32_t offset) const {
  const std::vector<Occurrence>& all = by_file_[file];
  const Occurrence* best = nullptr;
  // None is nested in another, so that only the two that touch the offset can hold it.
  auto behind = std::ranges::upper_bound(all, offset, {},
                                         [](const Occurrence& one) { return one.span.begin; });
  for (int i = 0; i < 2 && behind != all.begin(); ++i) {
    --behind;
    if (behind->span.end < offset) break;
    best = &*behind;
    if (behind->span.begin < offset || behind->span.end > offset) break;
  }
  return best;
}

std::span<const Occurrence> NameIndex::in_file(std::uint32_t file) const {
  return by_file_[file];
}

std::vector<Occurrence> NameIndex::of(std::uint32_t symbol) const {
  std::vector<Occurrence> found;
  for (const std::vector<Occurrence>& all : by_file_) {
    for (const Occurrence& one : all) {
      if (one.symbol == symbol) found.push_back(one);
    }
  }
  return found;
}

}  // namespace sentrail::compiler::lsp
