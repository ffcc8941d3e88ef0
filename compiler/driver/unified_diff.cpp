// Lines compared, and what differs put into hunks. See unified_diff.hpp.
#include "compiler/driver/unified_diff.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace sentrail::compiler {
namespace {

constexpr std::size_t kContext = 3;
constexpr std::ptrdiff_t kChangesMax = 1000;

using Lines = std::vector<std::string_view>;

// Each line with its newline, so that a last one without is another line.
Lines lines_of(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return lines;
}

// One line of the script: ' ' in both, '-' only before, '+' only after.
struct Step {
  char sign;
  std::string_view line;
};

// The furthest places that were reached with each number of changes, diagonal by diagonal.
class Trace {
 public:
  Trace(const Lines& before, const Lines& after)
      : before_(before), after_(after), limit_(std::min(kChangesMax, rows() + columns())) {}

  // Walks until both texts end. out: whether that took few enough changes.
  bool walk() {
    std::vector<std::ptrdiff_t> best(static_cast<std::size_t>(2 * limit_ + 3), 0);
    for (std::ptrdiff_t changes = 0; changes <= limit_; ++changes) {
      rounds_.push_back(best);
      for (std::ptrdiff_t k = -changes; k <= changes; k += 2) {
        std::ptrdiff_t x = start_of(best, k, changes);
        while (x < rows() && x - k < columns() && same(x, x - k)) ++x;
        at(best, k) = x;
        if (x >= rows() && x - k >= columns()) return true;
      }
    }
    return false;
  }

  // The script that the walk found.
  [[nodiscard]] std::vector<Step> steps() const {
    std::vector<Step> reversed;
    std::ptrdiff_t x = rows();
    std::ptrdiff_t y = columns();
    for (std::size_t round = rounds_.size(); round-- > 0;) {
      const auto changes = static_cast<std::ptrdiff_t>(round);
      const std::ptrdiff_t k = x - y;
      const bool down = goes_down(rounds_[round], k, changes);
      const std::ptrdiff_t from_k = down ? k + 1 : k - 1;
      const std::ptrdiff_t from_x = changes == 0 ? 0 : at(rounds_[round], from_k);
      const std::ptrdiff_t from_y = changes == 0 ? 0 : from_x - from_k;
      for (; x > from_x && y > from_y; --y) reversed.push_back({' ', line(before_, --x)});
      if (changes == 0) break;
      if (down) {
        reversed.push_back({'+', line(after_, --y)});
      } else {
        reversed.push_back({'-', line(before_, --x)});
      }
    }
    std::reverse(reversed.begin(), reversed.end());
    return reversed;
  }

 private:
  using Row = std::vector<std::ptrdiff_t>;

  [[nodiscard]] std::ptrdiff_t rows() const { return std::ssize(before_); }
  [[nodiscard]] std::ptrdiff_t columns() const { return std::ssize(after_); }
  static std::string_view line(const Lines& lines, std::ptrdiff_t index) {
    return lines[static_cast<std::size_t>(index)];
  }
  [[nodiscard]] bool same(std::ptrdiff_t x, std::ptrdiff_t y) const {
    return line(before_, x) == line(after_, y);
  }
  [[nodiscard]] std::ptrdiff_t& at(Row& row, std::ptrdiff_t k) const {
    return row[static_cast<std::size_t>(k + limit_ + 1)];
  }
  [[nodiscard]] std::ptrdiff_t at(const Row& row, std::ptrdiff_t k) const {
    return row[static_cast<std::size_t>(k + limit_ + 1)];
  }
  [[nodiscard]] bool goes_down(const Row& row, std::ptrdiff_t k, std::ptrdiff_t changes) const {
    return k == -changes || (k != changes && at(row, k - 1) < at(row, k + 1));
  }
  [[nodiscard]] std::ptrdiff_t start_of(const Row& row, std::ptrdiff_t k,
                                        std::ptrdiff_t changes) const {
    if (changes == 0) return 0;
    return goes_down(row, k, changes) ? at(row, k + 1) : at(row, k - 1) + 1;
  }

  const Lines& before_;
  const Lines& after_;
  std::ptrdiff_t limit_;
  std::vector<Row> rounds_;  // before each number of changes
};

// The script between what both texts begin and end with.
std::vector<Step> script_of(Lines before, Lines after) {
  std::vector<Step> steps;
  std::size_t head = 0;
  const std::size_t shorter = std::min(before.size(), after.size());
  while (head < shorter && before[head] == after[head]) ++head;
  std::size_t tail = 0;
  while (tail < shorter - head &&
         before[before.size() - 1 - tail] == after[after.size() - 1 - tail]) {
    ++tail;
  }
  for (std::size_t i = 0; i < head; ++i) steps.push_back({' ', before[i]});
  const Lines last(before.end() - static_cast<std::ptrdiff_t>(tail), before.end());
  const auto middle = [&](Lines& lines) {
    return Lines(lines.begin() + static_cast<std::ptrdiff_t>(head),
                 lines.end() - static_cast<std::ptrdiff_t>(tail));
  };
  const Lines from = middle(before);
  const Lines to = middle(after);
  Trace trace(from, to);
  if (trace.walk()) {
    for (const Step& step : trace.steps()) steps.push_back(step);
  } else {
    for (const std::string_view line : from) steps.push_back({'-', line});
    for (const std::string_view line : to) steps.push_back({'+', line});
  }
  for (const std::string_view line : last) steps.push_back({' ', line});
  return steps;
}

std::string range_of(std::size_t begin, std::size_t count) {
  // A range of no lines is named by the line before it.
  return std::to_string(count == 0 ? begin : begin + 1) + "," + std::to_string(count);
}

void append_line(std::string& out, const Step& step) {
  out += step.sign;
  out += step.line;
  if (!step.line.ends_with('\n')) out += "\n\\ No newline at end of file\n";
}

}  // namespace

std::string unified_diff(std::string_view path, std::string_view before, std::string_view after) {
  if (before == after) return "";
  const std::vector<Step> steps = script_of(lines_of(before), lines_of(after));
  while (path.starts_with('/')) path.remove_prefix(1);
  const std::string name(path);
  std::string out = "--- a/" + name + "\n+++ b/" + name + "\n";
  const auto changed = [&](std::size_t i) { return steps[i].sign != ' '; };
  std::size_t line_before = 0;
  std::size_t line_after = 0;
  for (std::size_t i = 0; i < steps.size();) {
    std::size_t end = i;  // one past the last change that stands near enough to the first
    for (std::size_t k = i; k < steps.size() && k <= end + 2 * kContext; ++k) {
      if (changed(k)) end = k + 1;
    }
    std::size_t first = i;
    while (first < steps.size() && !changed(first)) ++first;
    if (first == steps.size()) break;
    if (first > i + kContext) {  // nothing of this line's hunk yet
      line_before += first - kContext - i;
      line_after += first - kContext - i;
      i = first - kContext;
      continue;
    }
    end = std::min(std::max(end, first + 1) + kContext, steps.size());
    std::string body;
    std::size_t removed = 0;
    std::size_t added = 0;
    const std::size_t begin_before = line_before;
    const std::size_t begin_after = line_after;
    for (; i < end; ++i) {
      append_line(body, steps[i]);
      removed += steps[i].sign == '+' ? 0 : 1;
      added += steps[i].sign == '-' ? 0 : 1;
    }
    line_before += removed;
    line_after += added;
    out += "@@ -" + range_of(begin_before, removed) + " +" + range_of(begin_after, added) + " @@\n";
    out += body;
  }
  return out;
}

}  // namespace sentrail::compiler
