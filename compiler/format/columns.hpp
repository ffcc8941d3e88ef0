// The columns of a test table.
//
// Neighbours: format.cpp lays tables out with it. Must not know: trees, comments.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sentrail::compiler {

// Aligns cells by the widest of each column; what is wider than 60 stands out and widens nothing.
class Columns {
 public:
  explicit Columns(std::size_t count) : widths_(count, 0) {}

  // REQUIRES: as many cells as columns.
  void widen(const std::vector<std::string_view>& cells);
  [[nodiscard]] std::string line_of(const std::vector<std::string_view>& cells) const;

 private:
  std::vector<std::size_t> widths_;
};

}  // namespace sentrail::compiler
