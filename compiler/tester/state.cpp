// See state.hpp.
#include "compiler/tester/state.hpp"

#include <optional>
#include <string>
#include <string_view>

#include "core/text.hpp"

namespace sentrail::compiler {
namespace {

// Whether a rule may be called so: by its name, with its tier, or with its module too.
bool is_called(std::string_view qualified, std::string_view name) {
  return qualified == name || (qualified.size() > name.size() && qualified.ends_with(name) &&
                               qualified[qualified.size() - name.size() - 1] == '.');
}

}  // namespace

State state_of(const ir::TestCase& test, const Program& program) {
  State state;
  state.calls_before = test.calls_before;
  for (const ir::GivenUsed& used : test.used) {
    for (std::uint32_t rule = 0; rule < program.rules.size(); ++rule) {
      if (program.view(program.rules[rule].qualified_name) != used.rule) continue;
      const auto limits = program.limits_of(rule);
      if (used.limit >= limits.size()) continue;
      const LimitRow* const row = &limits[used.limit];
      state.used[static_cast<std::uint32_t>(row - program.limits.data())] = used.amount;
    }
  }
  return state;
}

Result<State> state_of(std::span<const request::GivenCount> counts, const Program& program) {
  State state;
  for (const request::GivenCount& count : counts) {
    const std::string shown = "`" + escape_display(count.rule) + "`";
    std::optional<std::uint32_t> found;
    for (std::uint32_t rule = 0; rule < program.written_count(); ++rule) {
      const std::string_view name = program.view(program.written(rule).qualified_name);
      if (!is_called(name, count.rule)) continue;
      if (found && name != count.rule) {
        return fail(Errc::invalid_argument,
                    "several rules are called " + shown + ": write the tier before it");
      }
      found = rule;
    }
    if (!found) return fail(Errc::invalid_argument, "there is no rule " + shown);
    const auto limits = program.limits_of(*found);
    if (count.limit > limits.size()) {
      return fail(Errc::invalid_argument, "rule " + shown + " has " +
                                              std::to_string(limits.size()) + " limits, not " +
                                              std::to_string(count.limit));
    }
    const LimitRow* const row = &limits[count.limit - 1];
    state.used[static_cast<std::uint32_t>(row - program.limits.data())] = count.units;
  }
  return state;
}

}  // namespace sentrail::compiler
