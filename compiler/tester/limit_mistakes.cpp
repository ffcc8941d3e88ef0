// See limit_mistakes.hpp.
#include "compiler/tester/limit_mistakes.hpp"

#include <algorithm>
#include <utility>

#include "compiler/tester/situation.hpp"
#include "core/limits.hpp"
#include "core/schema.hpp"
#include "core/time.hpp"
#include "core/units.hpp"

namespace sentrail::compiler {
namespace {

std::string instead(const std::string& now, const std::string& before) {
  return "has `" + now + "` for `" + before + "`";
}

}  // namespace

std::vector<LimitMistake> limit_mistakes(const ir::Rule& rule) {
  std::vector<LimitMistake> found;
  for (std::size_t at = 0; at < rule.limits.size(); ++at) {
    const ir::Limit& limit = rule.limits[at];
    found.push_back({at, std::nullopt, "has no `" + to_string(limit) + "`"});
    for (const std::int64_t step : {-step_of(limit), step_of(limit)}) {
      ir::Limit other = limit;
      other.most += step;
      if (other.most < 0 || other.most > limits::kLimitMostMax * kUnit) continue;
      found.push_back({at, other, instead(to_string(other), to_string(limit))});
    }
    for (std::size_t key = 0; key < limit.keys.size(); ++key) {
      ir::Limit other = limit;
      other.keys.erase(other.keys.begin() + static_cast<std::ptrdiff_t>(key));
      found.push_back({at, other, instead(to_string(other), to_string(limit))});
    }
    if (limit.otherwise != Effect::block) continue;
    ir::Limit other = limit;
    other.otherwise = Effect::require_approval;
    found.push_back({at, other, instead(with_else(other), with_else(limit))});
  }
  return found;
}

std::vector<Window> moved_windows(const Window& window) {
  constexpr int kDayMinutes = 24 * 60;
  std::vector<Window> found;
  for (const int step : {-1, 1}) {
    const int from = window.from + step;
    if (from >= 0 && from < kDayMinutes && from != window.until) {
      found.push_back({window.days, static_cast<std::uint16_t>(from), window.until});
    }
    const int until = window.until + step;
    if (until > 0 && until <= kDayMinutes && until != window.from) {
      found.push_back({window.days, window.from, static_cast<std::uint16_t>(until)});
    }
  }
  return found;
}

std::string window_shown(const Window& window, const std::string& zone) {
  return window_text(window) + " \"" + zone + "\"";
}

std::string until_shown(std::int64_t until_ms) {
  return "until " + format_rfc3339_ms(until_ms - limits::kDayMs).substr(0, 10);
}

bool tests_say_time(const ir::Policy& policy) {
  return std::ranges::any_of(policy.tests, [](const ir::TestCase& test) {
    return std::ranges::any_of(test.with, [](const ir::GivenValue& value) {
      return value.attribute.attribute == AttributeId::time;
    });
  });
}

}  // namespace sentrail::compiler
