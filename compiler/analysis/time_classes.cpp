// Collects every instant at which something begins or ends. See time_classes.hpp.
#include "compiler/analysis/time_classes.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "compiler/analysis/budgets.hpp"
#include "core/limits.hpp"
#include "core/zones.hpp"
#include "wire/zones.hpp"

namespace sentrail::compiler::analysis {
namespace {

using oracle::Value;
using oracle::ValueKind;

constexpr std::int64_t kMinuteMs = 60'000;

std::optional<Instant>& the_horizon() {
  static std::optional<Instant> begin;
  return begin;
}

std::int64_t horizon_begin() {
  const std::int64_t now = the_horizon().value_or(SystemClock().now()).unix_ms;
  return now - now % limits::kDayMs;
}

// The spans of a zone from `begin` to `end`, one after the other; none if nobody knows it.
std::vector<ZoneSpan> spans_of(const std::string& zone, std::int64_t begin, std::int64_t end) {
  std::vector<ZoneSpan> spans;
  for (std::int64_t at = begin; at < end; at = spans.back().until_ms) {
    const std::optional<ZoneClock> clock = wire::zone_clock(zone, at);
    if (!clock || clock->now.until_ms <= at) return {};
    spans.push_back(clock->now);
  }
  return spans;
}

std::int64_t floor_day(std::int64_t ms) {
  return ms >= 0 ? ms / limits::kDayMs : -((-ms + limits::kDayMs - 1) / limits::kDayMs);
}

class Builder {
 public:
  Builder(std::span<const ir::Atom* const> tests, std::span<const std::int64_t> ends)
      : tests_(tests),
        ends_(ends),
        begin_(horizon_begin()),
        end_(begin_ + limits::kWindowHorizonMs) {}

  std::optional<TimeClasses> run() {
    if (tests_.size() + ends_.size() > limits::kWindowsAnalysedMax) return std::nullopt;
    collect();
    for (const std::int64_t at : changes_) add(at);
    const auto instants = static_cast<std::uint32_t>(vectors_.size());
    const std::uint32_t size = instants + 2;
    if (tests_.size() + ends_.size() > limits::kAnalysisBitsMax / size) return std::nullopt;
    TimeClasses made;
    made.windows.values.resize(size);
    made.windows.values.back().kind = ValueKind::unreadable;
    made.windows.tests.assign(tests_.size(), {Bits(size), Bits(size)});
    made.before_end.assign(ends_.size(), Bits(size));
    for (const auto& [truths, one] : vectors_) {
      Value& value = made.windows.values[one.first];
      value.kind = ValueKind::string;
      value.text = format_rfc3339_ms(one.second);
      for (std::size_t i = 0; i < tests_.size(); ++i) {
        if (truths[i] == 't') made.windows.tests[i].certain.set(one.first);
        if (truths[i] == 'u') made.windows.tests[i].undecidable.set(one.first);
      }
      for (std::size_t i = 0; i < ends_.size(); ++i) {
        if (truths[tests_.size() + i] == 't') made.before_end[i].set(one.first);
      }
    }
    // At an instant that nobody says no rule has ended; at one that nobody knows each has.
    for (TestTruth& test : made.windows.tests) {
      test.undecidable.set(instants);
      test.undecidable.set(instants + 1);
    }
    for (Bits& before : made.before_end) before.set(instants);
    return made;
  }

 private:
  void change(std::int64_t at) {
    if (at >= begin_ && at < end_) changes_.insert(at);
  }

  void collect() {
    changes_.insert(begin_);
    for (const std::int64_t at : ends_) change(at);
    for (const ir::Atom* test : tests_) {
      const ir::Operand& operand = test->operands.at(0);
      if (operand.kind == ir::OperandKind::instant) {
        change(first_after(*test));
        continue;
      }
      auto [zone, fresh] = zones_.try_emplace(operand.text);
      if (fresh) zone->second = spans_of(operand.text, begin_, end_);
      for (const ZoneSpan& span : zone->second) collect(operand.window, span);
    }
  }

  // The instants at which a window begins and ends while a zone's clocks do not change.
  void collect(const Window& window, const ZoneSpan& span) {
    const std::int64_t from = std::max(span.from_ms, begin_);
    const std::int64_t until = std::min(span.until_ms, end_);
    const std::int64_t offset_ms = std::int64_t{span.offset_s} * 1000;
    change(from);
    const bool next_day = window.until <= window.from;
    // What began the day before may end in the span.
    for (std::int64_t day = floor_day(from + offset_ms) - 1;
         day * limits::kDayMs - offset_ms < until; ++day) {
      const auto weekday = static_cast<std::uint32_t>((day % 7 + 10) % 7);  // day 0: a Thursday
      if ((window.days >> weekday & 1u) == 0) continue;
      const std::int64_t midnight = day * limits::kDayMs - offset_ms;
      const std::int64_t begins = midnight + window.from * kMinuteMs;
      const std::int64_t ends =
          midnight + (next_day ? limits::kDayMs : 0) + window.until * kMinuteMs;
      for (const std::int64_t at : {begins, ends}) {
        if (at >= from && at < until) change(at);
      }
    }
  }

  // The first instant that a comparison tells from those before it.
  [[nodiscard]] static std::int64_t first_after(const ir::Atom& test) {
    const bool included = test.op == ir::AtomOp::less_equal || test.op == ir::AtomOp::greater;
    return parse_rfc3339(test.operands.at(0).text)->unix_ms + (included ? 1 : 0);
  }

  [[nodiscard]] char truth_of(const ir::Atom& test, std::int64_t at) const {
    const ir::Operand& operand = test.operands.at(0);
    if (operand.kind == ir::OperandKind::instant) {
      const bool before = test.op == ir::AtomOp::less || test.op == ir::AtomOp::less_equal;
      return (at < first_after(test)) == before ? 't' : 'f';
    }
    const std::vector<ZoneSpan>& spans = zones_.at(operand.text);
    const auto after = std::ranges::upper_bound(spans, at, {}, &ZoneSpan::from_ms);
    if (after == spans.begin()) return 'u';
    const std::uint32_t minute = minute_of_week(at, std::prev(after)->offset_s);
    return is_within(operand.window, minute) ? 't' : 'f';
  }

  void add(std::int64_t at) {
    std::string truths;
    for (const ir::Atom* test : tests_) truths += truth_of(*test, at);
    for (const std::int64_t end : ends_) truths += at < end ? 't' : 'f';
    vectors_.try_emplace(std::move(truths), static_cast<std::uint32_t>(vectors_.size()), at);
  }

  std::span<const ir::Atom* const> tests_;
  std::span<const std::int64_t> ends_;
  std::int64_t begin_;
  std::int64_t end_;
  std::map<std::string, std::vector<ZoneSpan>> zones_;
  std::set<std::int64_t> changes_;
  // By the truths of tests and ends: the class, and its first instant.
  std::map<std::string, std::pair<std::uint32_t, std::int64_t>> vectors_;
};

}  // namespace

void set_horizon(Instant begin) {
  the_horizon() = begin;
}

std::optional<TimeClasses> time_classes(std::span<const ir::Atom* const> tests,
                                        std::span<const std::int64_t> ends) {
  return Builder(tests, ends).run();
}

}  // namespace sentrail::compiler::analysis
