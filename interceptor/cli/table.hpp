// Rows of text under headings, aligned, cut to what a person can read.
//
// Neighbours: the commands. Must not know: what the rows mean. Every cell is shown through
// escape_display: what an agent wrote never reaches the terminal as control characters.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/json.hpp"
#include "interceptor/cli/terminal.hpp"

namespace sentrail::cli {

// A table that is filled row by row and then printed.
class Table {
 public:
  explicit Table(std::vector<std::string> headings) : headings_(std::move(headings)) {}

  // Adds a row. REQUIRES: as many cells as headings.
  void add(std::vector<std::string> cells);
  // The text, one line a row, with tones for words that have one.
  [[nodiscard]] std::string text() const;

 private:
  std::vector<std::string> headings_;
  std::vector<std::vector<std::string>> rows_;
};

// A member of an object as text for a cell: strings as they are, lists joined, absent and null "-".
[[nodiscard]] std::string cell(JsonValue object, std::string_view member);

}  // namespace sentrail::cli
