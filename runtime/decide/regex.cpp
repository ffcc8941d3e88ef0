// Thompson's simulation on fixed memory. See regex.hpp.
#include "runtime/decide/regex.hpp"

#include <algorithm>

#include "core/limits.hpp"
#include "core/text.hpp"

namespace sentrail::decide {
namespace {

bool is_word(char32_t point) noexcept {
  return (point >= U'a' && point <= U'z') || (point >= U'A' && point <= U'Z') ||
         (point >= U'0' && point <= U'9') || point == U'_';
}

// What stands around a place of the text.
struct Place {
  bool text_begin = false;
  bool text_end = false;
  char32_t before = 0;  // REQUIRES: not text_begin
  char32_t after = 0;   // REQUIRES: not text_end

  [[nodiscard]] bool holds(RegexAssertion assertion) const noexcept {
    const bool boundary = (!text_begin && is_word(before)) != (!text_end && is_word(after));
    switch (assertion) {
      case RegexAssertion::text_begin:
        return text_begin;
      case RegexAssertion::text_end:
        return text_end;
      case RegexAssertion::line_begin:
        return text_begin || before == U'\n';
      case RegexAssertion::line_end:
        return text_end || after == U'\n';
      case RegexAssertion::word_boundary:
        return boundary;
      case RegexAssertion::no_word_boundary:
        return !boundary;
    }
    return false;
  }
};

}  // namespace

// One search. INVARIANT: `waiting_` holds steps of kind `set` alone, each once.
class RegexSet::Search {
 public:
  Search(const RegexSet& all, const Regex& regex) noexcept : all_(all), regex_(regex) {}

  // Follows what takes no character from the first step and from where the last character led;
  // whether a match is among it.
  bool arrive(const Place& place) noexcept {
    ++visit_;
    std::size_t waiting = 0;
    std::size_t open = 0;
    const auto push = [&](std::uint32_t step) noexcept {
      if (visited_[step] == visit_) return;
      visited_[step] = visit_;
      open_[open++] = step;  // each step once a visit: there is room
    };
    push(0);
    for (std::size_t i = 0; i < led_count_; ++i) push(led_[i]);
    while (open > 0) {
      const std::uint32_t at = open_[--open];
      const RegexStepRow& step = all_.steps_.data()[regex_.steps_begin + at];
      ++looks_;
      switch (static_cast<RegexOp>(step.op)) {
        case RegexOp::match:
          return true;
        case RegexOp::set:
          waiting_[waiting++] = at;
          break;
        case RegexOp::assertion:
          if (place.holds(static_cast<RegexAssertion>(step.a))) push(at + 1);
          break;
        case RegexOp::split:
          push(step.a);
          push(step.b);
          break;
        case RegexOp::jump:
          push(step.a);
          break;
      }
    }
    waiting_count_ = waiting;
    return false;
  }

  // Takes a character with every step that waits for it.
  void take(char32_t point) noexcept {
    led_count_ = 0;
    for (std::size_t i = 0; i < waiting_count_; ++i) {
      const RegexStepRow& step = all_.steps_.data()[regex_.steps_begin + waiting_[i]];
      const Set& set = all_.sets_.data()[regex_.sets_begin + step.a];
      if (all_.has(set, point)) led_[led_count_++] = waiting_[i] + 1;
    }
  }

  [[nodiscard]] std::uint64_t looks() const noexcept { return looks_; }

 private:
  using Steps = std::array<std::uint32_t, limits::kRegexStepsMax>;

  const RegexSet& all_;
  const Regex& regex_;
  std::uint64_t looks_ = 0;
  std::uint32_t visit_ = 0;  // a text is too short for it to come round
  Steps visited_{};
  Steps open_;
  Steps waiting_;
  Steps led_;
  std::size_t waiting_count_ = 0;
  std::size_t led_count_ = 0;
};

RegexSet::RegexSet(const Program& verified)
    : steps_(verified.regex_steps.begin(), verified.regex_steps.end()),
      ranges_(verified.regex_ranges.begin(), verified.regex_ranges.end()) {
  regexes_.reserve(verified.regexes.size());
  for (const RegexRow& row : verified.regexes) {
    regexes_.push_back({row.steps_begin, row.steps_count, row.sets_begin});
  }
  sets_.reserve(verified.regex_sets.size());
  for (const RegexSetRow& row : verified.regex_sets) {
    Set set{{}, row.ranges_begin, row.ranges_begin + row.ranges_count};
    for (std::uint32_t r = set.ranges_begin; r < set.ranges_end && ranges_[r].low < 0x80; ++r) {
      for (std::uint32_t c = ranges_[r].low; c <= std::min(ranges_[r].high, 0x7fu); ++c) {
        set.ascii[c / 64] |= std::uint64_t{1} << c % 64;
      }
    }
    sets_.push_back(set);
  }
}

bool RegexSet::has(const Set& set, char32_t point) const noexcept {
  if (point < 0x80) return (set.ascii[point / 64] >> point % 64 & 1) != 0;
  const RegexRangeRow* const begin = ranges_.data() + set.ranges_begin;
  const RegexRangeRow* const end = ranges_.data() + set.ranges_end;
  const RegexRangeRow* const after = std::upper_bound(
      begin, end, point,
      [](char32_t wanted, const RegexRangeRow& range) { return wanted < range.low; });
  return after != begin && point <= after[-1].high;
}

bool RegexSet::is_searchable(std::string_view text) noexcept {
  return text.size() <= limits::kRegexValueBytesMax && is_valid_utf8(text);
}

Truth RegexSet::search(std::uint32_t regex, std::string_view text,
                       std::uint64_t* looks) const noexcept {
  if (!is_searchable(text)) return Truth::u;
  Search search(*this, regexes_.data()[regex]);
  Place place;
  place.text_begin = true;
  bool found = false;
  for (std::size_t at = 0;;) {
    place.text_end = at == text.size();
    const CodePoint next = place.text_end ? CodePoint{} : decode_utf8(text, at);
    place.after = next.value;
    found = search.arrive(place);
    if (found || place.text_end) break;
    search.take(next.value);
    place.text_begin = false;
    place.before = next.value;
    at += next.size;
  }
  if (looks != nullptr) *looks = search.looks();
  return certain(found);
}

}  // namespace sentrail::decide
