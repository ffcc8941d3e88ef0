// Rows of regular expressions, judged table by table. See program_verify_regexes.hpp.
#include "core/program_verify_regexes.hpp"

#include "core/limits.hpp"
#include "core/program_verify_rows.hpp"

namespace sentrail {
namespace {

constexpr std::uint32_t kAssertions = 6;
constexpr std::uint32_t kLastCodePoint = 0x10ffff;

// Takes a range of a child table that begins where the one before ended.
bool take(std::uint32_t begin, std::uint32_t count, std::uint64_t& next, std::size_t size) {
  if (begin != next || count > size - next) return false;
  next += count;
  return true;
}

// Whether a step leads only to steps and sets of its own expression.
bool is_sound(const RegexStepRow& step, const RegexRow& regex, bool last) {
  switch (static_cast<RegexOp>(step.op)) {
    case RegexOp::set:
      return !last && step.a < regex.sets_count && step.b == 0;
    case RegexOp::assertion:
      return !last && step.a < kAssertions && step.b == 0;
    case RegexOp::split:
      return step.a < regex.steps_count && step.b < regex.steps_count;
    case RegexOp::jump:
      return step.a < regex.steps_count && step.b == 0;
    case RegexOp::match:
      return step.a == 0 && step.b == 0;
  }
  return false;
}

Status verify_steps(const Program& p) {
  std::uint64_t next_step = 0;
  std::uint64_t next_set = 0;
  for (std::size_t i = 0; i < p.regexes.size(); ++i) {
    const RegexRow& row = p.regexes[i];
    if (!take(row.steps_begin, row.steps_count, next_step, p.regex_steps.size()) ||
        !take(row.sets_begin, row.sets_count, next_set, p.regex_sets.size())) {
      return broken("regexes", i, "does not continue the range of the row before");
    }
    if (row.steps_count == 0 || row.steps_count > limits::kRegexStepsMax) {
      return broken("regexes", i, "has no steps, or too many");
    }
    for (std::uint32_t k = 0; k < row.steps_count; ++k) {
      if (!is_sound(p.regex_steps[row.steps_begin + k], row, k + 1 == row.steps_count)) {
        return broken("regex_steps", row.steps_begin + k, "is no step, or leads nowhere");
      }
    }
  }
  if (next_step != p.regex_steps.size())
    return broken("regex_steps", next_step, "belongs to nothing");
  if (next_set != p.regex_sets.size()) return broken("regex_sets", next_set, "belongs to nothing");
  return {};
}

Status verify_sets(const Program& p) {
  std::uint64_t next = 0;
  for (std::size_t i = 0; i < p.regex_sets.size(); ++i) {
    const RegexSetRow& set = p.regex_sets[i];
    if (!take(set.ranges_begin, set.ranges_count, next, p.regex_ranges.size())) {
      return broken("regex_sets", i, "does not continue the range of the row before");
    }
    std::uint64_t least = 0;  // that the next range may begin with
    for (std::uint32_t r = set.ranges_begin; r < next; ++r) {
      const RegexRangeRow& row = p.regex_ranges[r];
      if (row.low < least || row.low > row.high || row.high > kLastCodePoint) {
        return broken("regex_ranges", r, "is out of order");
      }
      least = std::uint64_t{row.high} + 2;
    }
  }
  if (next != p.regex_ranges.size()) return broken("regex_ranges", next, "belongs to nothing");
  return {};
}

}  // namespace

Status verify_regexes(const Program& program) {
  SENTRAIL_TRY(verify_steps(program));
  return verify_sets(program);
}

}  // namespace sentrail
