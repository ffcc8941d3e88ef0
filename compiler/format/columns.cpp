// Widths as terminals show them. See columns.hpp.
#include "compiler/format/columns.hpp"

#include <algorithm>

#include "compiler/code_points.hpp"

namespace sentrail::compiler {

constexpr std::size_t kAlignedCellMax = 60;

void Columns::widen(const std::vector<std::string_view>& cells) {
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::size_t width = display_width(cells[i]);
    if (width <= kAlignedCellMax) widths_[i] = std::max(widths_[i], width);
  }
}

std::string Columns::line_of(const std::vector<std::string_view>& cells) const {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    line += cells[i];
    if (i + 1 == cells.size()) break;
    const std::size_t width = display_width(cells[i]);
    line.append(2 + (width < widths_[i] ? widths_[i] - width : 0), ' ');
  }
  return line;
}

}  // namespace sentrail::compiler
