// Walks one line a code point at a time. See positions.hpp.
#include "compiler/lsp/positions.hpp"

#include <algorithm>

#include "compiler/code_points.hpp"

namespace sentrail::compiler::lsp {
namespace {

// The code units of one code point. An invalid byte counts as the one character that stands for it.
std::uint32_t units(const CodePoint& point, Encoding encoding) noexcept {
  if (encoding == Encoding::utf8) return point.length;
  return point.valid && point.value > 0xffff ? 2 : 1;
}

}  // namespace

std::uint32_t units_of(std::string_view text, Encoding encoding) noexcept {
  if (encoding == Encoding::utf8) return static_cast<std::uint32_t>(text.size());
  std::uint32_t count = 0;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = decode_utf8(text, at);
    count += units(point, encoding);
    at += point.length;
  }
  return count;
}

LineIndex::LineIndex(std::string_view text) : begins_{0} {
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool carriage = text[at] == '\r' && (at + 1 == text.size() || text[at + 1] != '\n');
    if (text[at] == '\n' || carriage) begins_.push_back(static_cast<std::uint32_t>(at + 1));
  }
}

std::string_view LineIndex::line_text(std::string_view text, std::uint32_t line) const {
  const std::uint32_t begin = begins_[line];
  std::string_view rest = text.substr(begin);
  if (line + 1 < begins_.size()) rest = rest.substr(0, begins_[line + 1] - begin);
  while (!rest.empty() && (rest.back() == '\n' || rest.back() == '\r')) rest.remove_suffix(1);
  return rest;
}

std::uint32_t LineIndex::offset_of(std::string_view text, Position position,
                                   Encoding encoding) const noexcept {
  if (position.line >= begins_.size()) return static_cast<std::uint32_t>(text.size());
  const std::string_view line = line_text(text, position.line);
  std::uint32_t count = 0;
  std::uint32_t at = 0;
  while (at < line.size()) {
    const CodePoint point = decode_utf8(line, at);
    count += units(point, encoding);
    if (count > position.character) break;
    at += point.length;
  }
  return begins_[position.line] + at;
}

std::uint32_t LineIndex::line_of(std::uint32_t offset) const noexcept {
  const auto behind = std::ranges::upper_bound(begins_, offset);
  return static_cast<std::uint32_t>(behind - begins_.begin() - 1);
}

Position LineIndex::position_of(std::string_view text, std::uint32_t offset,
                                Encoding encoding) const noexcept {
  const std::uint32_t place = std::min(offset, static_cast<std::uint32_t>(text.size()));
  const std::uint32_t line = line_of(place);
  const std::uint32_t begin = begins_[line];
  return {line, units_of(text.substr(begin, place - begin), encoding)};
}

}  // namespace sentrail::compiler::lsp
