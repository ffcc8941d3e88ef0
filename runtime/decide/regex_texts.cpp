// Finds unavoidable steps and follows them. See regex_texts.hpp.
#include "runtime/decide/regex_texts.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/limits.hpp"
#include "core/text.hpp"

namespace sentrail::decide {
namespace {

// Steps that are looked at to find where ways lead from one step.
constexpr std::size_t kClosureMax = 64;

class Finder {
 public:
  Finder(const Program& program, const RegexRow& row)
      : program_(program),
        row_(row),
        steps_(program.regex_steps.subspan(row.steps_begin, row.steps_count)),
        covered_(row.steps_count) {}

  std::vector<TextChoice> run() {
    const std::vector<char> avoidable = avoidable_steps();
    for (std::uint32_t at = 0; at < steps_.size() && choices_.size() < kChoicesMax; ++at) {
      if (avoidable[at] == 0 && covered_[at] == 0) add_choice(at);
    }
    return std::move(choices_);
  }

 private:
  // A step at which characters begin, and whether nothing stands before them in the value.
  struct Start {
    std::uint32_t step = 0;
    bool at_head = false;
  };

  [[nodiscard]] RegexOp op(std::uint32_t step) const {
    return static_cast<RegexOp>(steps_[step].op);
  }
  [[nodiscard]] bool is_assertion(std::uint32_t step, RegexAssertion wanted) const {
    return op(step) == RegexOp::assertion && static_cast<RegexAssertion>(steps_[step].a) == wanted;
  }

  // Runs go to the next step, or to where a split or jump leads. So whatever no way forward leads
  // past, and lies before each match, is on the way of every run.
  [[nodiscard]] std::vector<char> avoidable_steps() const {
    std::vector<char> avoidable(steps_.size());
    std::uint32_t reach = 0;  // the furthest step that a step before leads to
    bool matched = false;
    for (std::uint32_t at = 0; at < steps_.size(); ++at) {
      avoidable[at] = reach > at || matched ? 1 : 0;
      matched = matched || op(at) == RegexOp::match;
      const bool split = op(at) == RegexOp::split;
      if (split || op(at) == RegexOp::jump) reach = std::max(reach, steps_[at].a);
      if (split) reach = std::max(reach, steps_[at].b);
    }
    return avoidable;
  }

  // Where the next characters begin on all ways from a step; nothing if a way leads to a match
  // without any, or if there are too many.
  [[nodiscard]] std::optional<std::vector<Start>> starts_from(std::uint32_t from) const {
    std::vector<Start> starts;
    std::vector<Start> seen{{from, false}};
    for (std::size_t i = 0; i < seen.size(); ++i) {
      const Start here = seen[i];
      const auto lead = [&](std::uint32_t step, bool at_head) {
        const auto same = [&](const Start& one) {
          return one.step == step && one.at_head == at_head;
        };
        if (std::ranges::none_of(seen, same)) seen.push_back({step, at_head});
      };
      const RegexStepRow& step = steps_[here.step];
      switch (op(here.step)) {
        case RegexOp::match:
          return std::nullopt;
        case RegexOp::set:
          starts.push_back(here);
          break;
        case RegexOp::assertion:
          lead(here.step + 1, here.at_head || is_assertion(here.step, RegexAssertion::text_begin));
          break;
        case RegexOp::split:
          lead(step.a, here.at_head);
          lead(step.b, here.at_head);
          break;
        case RegexOp::jump:
          lead(step.a, here.at_head);
          break;
      }
      if (starts.size() > kChoiceTextsMax || seen.size() > kClosureMax) return std::nullopt;
    }
    return starts;
  }

  void add_choice(std::uint32_t from) {
    const auto starts = starts_from(from);
    if (!starts) return;
    TextChoice choice;
    for (const Start& start : *starts) {
      std::optional<DemandedText> text = text_from(start, starts->size() == 1);
      if (!text) return;
      choice.push_back(*std::move(text));
    }
    std::ranges::sort(choice);
    const auto twins = std::ranges::unique(choice);
    choice.erase(twins.begin(), twins.end());
    // A set that nothing fits leads nowhere.
    if (!choice.empty()) choices_.push_back(std::move(choice));
  }

  // The characters that must follow from a step on; nothing if there is a choice at once.
  std::optional<DemandedText> text_from(const Start& start, bool covers) {
    DemandedText out;
    if (start.at_head) out.place = TextPlace::head;
    std::uint32_t at = start.step;
    for (std::size_t looks = 0; looks < steps_.size(); ++looks) {
      if (is_assertion(at, RegexAssertion::text_end)) {
        if (out.place == TextPlace::anywhere) out.place = TextPlace::tail;
        break;
      }
      if (op(at) == RegexOp::set) {
        const std::optional<char32_t> point = only_character(steps_[at].a, out.folded);
        if (!point) break;
        std::string next = out.text;
        append_utf8(next, *point);
        if (next.size() > limits::kTextLookedForMax) break;
        out.text = std::move(next);
        if (covers) covered_[at] = 1;
        ++at;
      } else if (op(at) == RegexOp::assertion) {
        ++at;
      } else if (op(at) == RegexOp::jump) {
        at = steps_[at].a;
      } else {
        break;
      }
    }
    if (out.text.empty()) return std::nullopt;
    if (out.folded) out.text = to_lower_ascii(out.text);
    return out;
  }

  // The one character of a set, or the small letter of the two cases of one.
  [[nodiscard]] std::optional<char32_t> only_character(std::uint32_t set, bool& folded) const {
    const RegexSetRow& sets = program_.regex_sets[row_.sets_begin + set];
    const auto ranges = program_.regex_ranges.subspan(sets.ranges_begin, sets.ranges_count);
    const auto is_one = [](const RegexRangeRow& range) { return range.low == range.high; };
    if (ranges.empty() || !std::ranges::all_of(ranges, is_one)) return std::nullopt;
    if (ranges.size() == 1) {
      // Half of a pair of UTF-16 is no character: no value has it.
      if (ranges[0].low >= 0xd800 && ranges[0].low <= 0xdfff) return std::nullopt;
      return static_cast<char32_t>(ranges[0].low);
    }
    const std::uint32_t upper = ranges[0].low;
    const bool cases =
        ranges.size() == 2 && upper >= 'A' && upper <= 'Z' && ranges[1].low == upper + ('a' - 'A');
    if (!cases) return std::nullopt;
    folded = true;
    return static_cast<char32_t>(ranges[1].low);
  }

  const Program& program_;
  const RegexRow& row_;
  std::span<const RegexStepRow> steps_;
  std::vector<char> covered_;  // steps that are part of a text already
  std::vector<TextChoice> choices_;
};

}  // namespace

std::vector<TextChoice> texts_of(const Program& verified, std::uint32_t regex) {
  return Finder(verified, verified.regexes[regex]).run();
}

}  // namespace sentrail::decide
