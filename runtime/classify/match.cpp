// Walks a catalog's tree of templates. See match.hpp.
#include "runtime/classify/match.hpp"

#include <algorithm>

namespace sentrail::classify {
namespace {

constexpr std::size_t kIntegerDigitsMax = 18;  // fits any signed 64-bit reader

bool is_integer(std::string_view text) noexcept {
  if (text.empty() || text.size() > kIntegerDigitsMax) return false;
  if (text.front() == '0' && text.size() > 1) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

class Walk {
 public:
  Walk(const CatalogView& view, std::span<const Segment> segments) noexcept
      : v_(view), segments_(segments) {}

  // The operation of the segments from `at` on. Recursion is bounded by kTemplateSegmentsMax,
  // which verify() holds every tree to.
  [[nodiscard]] std::uint32_t from(std::uint32_t index, std::size_t at) const noexcept {
    const CatalogNodeRow& node = v_.nodes[index];
    if (at == segments_.size()) return node.operation;
    std::uint32_t found = by_literal(node, at);
    if (found == kCatalogNone) found = by_branch(node, at);
    if (found == kCatalogNone) found = by_tail(node, at);
    return found;
  }

 private:
  [[nodiscard]] std::uint32_t by_literal(const CatalogNodeRow& node,
                                         std::size_t at) const noexcept {
    const Segment& segment = segments_[at];
    if (segment.placeholder) return kCatalogNone;
    const auto rows = CatalogView::rows(v_.literals, node.literals);
    const auto row = std::lower_bound(
        rows.begin(), rows.end(), segment.text,
        [this](const CatalogLiteralRow& r, std::string_view text) { return v_.at(r.text) < text; });
    if (row == rows.end() || v_.at(row->text) != segment.text) return kCatalogNone;
    return from(row->node, at + 1);
  }

  [[nodiscard]] std::uint32_t by_branch(const CatalogNodeRow& node, std::size_t at) const noexcept {
    for (const CatalogBranchRow& row : CatalogView::rows(v_.branches, node.branches)) {
      if (!takes(row, segments_[at])) continue;
      const std::uint32_t found = from(row.node, at + 1);
      if (found != kCatalogNone) return found;
    }
    return kCatalogNone;
  }

  [[nodiscard]] bool takes(const CatalogBranchRow& row, const Segment& segment) const noexcept {
    const auto kind = static_cast<CatalogParameter>(row.kind);
    if (segment.placeholder) return kind == CatalogParameter::plain;
    if (segment.text.empty()) return false;
    switch (kind) {
      case CatalogParameter::enumeration: {
        const auto values = CatalogView::rows(v_.texts, row.values);
        return std::any_of(values.begin(), values.end(),
                           [&](CatalogText value) { return v_.at(value) == segment.text; });
      }
      case CatalogParameter::integer:
        return is_integer(segment.text);
      case CatalogParameter::plain:
        return !segment.has_slash;
      case CatalogParameter::encoded:
        return true;
    }
    return false;
  }

  [[nodiscard]] std::uint32_t by_tail(const CatalogNodeRow& node, std::size_t at) const noexcept {
    for (const CatalogTailRow& row : CatalogView::rows(v_.tails, node.tails)) {
      if (segments_.size() - at < row.segments + std::size_t{1}) continue;
      const std::size_t tail = segments_.size() - row.segments;
      const auto multi = segments_.subspan(at, tail - at);
      const bool all_said = std::none_of(multi.begin(), multi.end(), [](const Segment& segment) {
        return segment.placeholder || segment.text.empty();
      });
      if (!all_said) continue;
      const std::uint32_t found = from(row.node, tail);
      if (found != kCatalogNone) return found;
    }
    return kCatalogNone;
  }

  const CatalogView& v_;
  std::span<const Segment> segments_;
};

}  // namespace

std::uint32_t find_operation(const CatalogView& view, std::uint32_t root,
                             std::span<const Segment> segments) noexcept {
  return root == kCatalogNone ? kCatalogNone : Walk(view, segments).from(root, 0);
}

std::optional<std::string_view> text_at(const CatalogOperationRow& row,
                                        std::span<const Segment> segments,
                                        std::uint32_t position) noexcept {
  std::size_t first = position;
  std::size_t last = position;
  if (row.multi != kCatalogNone && position >= row.multi) {
    const std::size_t stretch = segments.size() - row.segments;  // segments that the multi adds
    last += stretch;
    if (position > row.multi) first += stretch;
  }
  if (segments[first].placeholder) return std::nullopt;
  // The segments are pieces of one path, so what lies between them is `/`.
  const char* begin = segments[first].text.data();
  const char* end = segments[last].text.data() + segments[last].text.size();
  return std::string_view(begin, static_cast<std::size_t>(end - begin));
}

}  // namespace sentrail::classify
