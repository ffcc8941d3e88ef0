// Tables. See table.hpp.
#include "interceptor/cli/table.hpp"

#include <algorithm>

#include "core/check.hpp"
#include "core/text.hpp"

namespace sentrail::cli {
namespace {

constexpr std::size_t kCellCharactersMax = 60;

std::string padded(const std::string& text, std::size_t width) {
  const std::size_t have = count_code_points(text);
  return text + std::string(have < width ? width - have : 0, ' ');
}

std::string scalar(JsonValue value) {
  switch (value.kind()) {
    case JsonKind::null:
      return "-";
    case JsonKind::boolean:
      return value.boolean() ? "yes" : "no";
    case JsonKind::number:
    case JsonKind::string:
      return value.text().empty() ? "-" : std::string(value.text());
    case JsonKind::array: {
      std::string joined;
      JsonValue entry = value.first_child();
      for (std::size_t left = value.size(); left > 0; --left) {
        joined += (joined.empty() ? "" : ", ") + scalar(entry);
        if (left > 1) entry = entry.next();
      }
      return joined.empty() ? "-" : joined;
    }
    case JsonKind::object:
      return "{…}";
  }
  return "-";
}

}  // namespace

void Table::add(std::vector<std::string> cells) {
  SENTRAIL_CHECK(cells.size() == headings_.size());
  for (std::string& text : cells) {
    text = cap_characters(escape_display(text), kCellCharactersMax);
  }
  rows_.push_back(std::move(cells));
}

std::string Table::text() const {
  std::vector<std::size_t> widths;
  for (const std::string& heading : headings_) widths.push_back(count_code_points(heading));
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], count_code_points(row[i]));
    }
  }
  std::string out;
  const auto add_line = [&](const std::vector<std::string>& cells, bool heading) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const bool last = i + 1 == cells.size();
      const std::string shown = last ? cells[i] : padded(cells[i], widths[i]) + "  ";
      out += toned(heading ? Tone::dim : tone_of(cells[i]), shown);
    }
    out += '\n';
  };
  add_line(headings_, true);
  for (const auto& row : rows_) add_line(row, false);
  return out;
}

std::string cell(JsonValue object, std::string_view member) {
  const JsonValue value = object.find(member);
  return value.exists() ? scalar(value) : "-";
}

}  // namespace sentrail::cli
