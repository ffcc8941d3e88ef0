// Lays out the steps of each kind of test. See text_matchers.hpp.
#include "compiler/analysis/text_matchers.hpp"

#include <string>
#include <string_view>

#include "compiler/regex/compile.hpp"
#include "compiler/regex/sets.hpp"
#include "core/check.hpp"
#include "core/text.hpp"

namespace sentrail::compiler::analysis {
namespace {

using regex::Range;

class Layout {
 public:
  explicit Layout(char separator) : separator_(static_cast<unsigned char>(separator)) {
    any_ = set_of({{0, kEndOfText - 1}});
    end_ = set_of({{kEndOfText, kEndOfText}});
    inner_ = set_of(without_separator());
    terminator_ = set_of({{separator_, separator_}, {kEndOfText, kEndOfText}});
  }

  void add(const TextMatcher& matcher) {
    number_ = static_cast<std::uint32_t>(made_.begins.size());
    made_.begins.push_back(here());
    switch (matcher.test) {
      case TextTest::literal:
        take_all(matcher.text);
        take(end_);
        return finish(TextOp::end);
      case TextTest::pattern:
        return add_pattern(matcher.text);
      case TextTest::starts_with:
        take_all(matcher.text);
        return finish(TextOp::found);
      case TextTest::ends_with:
        skip_any(any_);
        take_all(matcher.text);
        take(end_);
        return finish(TextOp::end);
      case TextTest::contains:
        skip_any(any_);
        take_all(matcher.text);
        return finish(TextOp::found);
      case TextTest::search:
        return add_search(matcher.text);
      case TextTest::at_least:
        for (int left = std::stoi(matcher.text); left > 0; --left) take(any_);
        return finish(TextOp::found);
      case TextTest::odd:
        return add_odd();
    }
  }

  TextAutomaton take_result() { return std::move(made_); }

 private:
  [[nodiscard]] std::uint32_t here() const {
    return static_cast<std::uint32_t>(made_.steps.size());
  }

  std::vector<Range> without_separator() const {
    return {{0, separator_ - 1}, {separator_ + 1, kEndOfText - 1}};
  }

  std::uint32_t set_of(std::vector<Range> ranges) {
    const auto next = static_cast<std::uint32_t>(made_.sets.size());
    const auto [found, is_new] = numbers_.try_emplace(ranges, next);
    if (is_new) made_.sets.push_back(std::move(ranges));
    return found->second;
  }

  void put(TextOp op, std::uint32_t a = 0, std::uint32_t b = 0) {
    made_.steps.push_back({op, a, b});
  }
  void take(std::uint32_t set) { put(TextOp::take, set); }
  void take_one(char32_t c) { take(set_of({{c, c}})); }
  void finish(TextOp op) { put(op, number_); }

  void take_all(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
      const CodePoint point = decode_utf8(text, i);
      take_one(point.value);
      i += point.size;
    }
  }

  // Any number of letters of a set.
  void skip_any(std::uint32_t set) {
    put(TextOp::split, here() + 3, here() + 1);
    take(set);
    put(TextOp::split, here() - 2, here() - 2);
  }

  // L7.2, L7.3: each segment is read with the separator or end behind it.
  void add_pattern(std::string_view text) {
    while (true) {
      const std::size_t end = segment_end(text);
      const std::string_view segment = text.substr(0, end);
      if (segment == "**") {
        add_globstar();
      } else {
        add_segment(segment);
        take(terminator_);
      }
      if (end == text.size()) break;
      text.remove_prefix(end + 1);
    }
    finish(TextOp::end);
  }

  [[nodiscard]] std::size_t segment_end(std::string_view text) const {
    const std::size_t end = text.find(static_cast<char>(separator_));
    return end == std::string_view::npos ? text.size() : end;
  }

  // Any number of whole segments.
  void add_globstar() {
    const std::uint32_t begin = here();
    put(TextOp::split, begin + 6, begin + 1);
    skip_any(inner_);
    take(terminator_);
    put(TextOp::split, begin, begin);
  }

  void add_segment(std::string_view segment) {
    for (std::size_t i = 0; i < segment.size();) {
      const char c = segment[i];
      if (c == '*') {
        skip_any(inner_);
        ++i;
      } else if (c == '?') {
        take(inner_);
        ++i;
      } else {
        if (c == '\\') ++i;
        const CodePoint point = decode_utf8(segment, i);
        take_one(point.value);
        i += point.size;
      }
    }
  }

  void add_search(std::string_view text) {
    const auto tree = regex::parse(text);
    SENTRAIL_CHECK(tree.has_value());
    const auto program = regex::compile(*tree);
    SENTRAIL_CHECK(program.has_value());
    skip_any(any_);
    const std::uint32_t begin = here();
    for (const RegexStepRow& row : program->steps) {
      switch (static_cast<RegexOp>(row.op)) {
        case RegexOp::set:
          take(set_of(program->sets[row.a]));
          break;
        case RegexOp::assertion:
          put(TextOp::assertion, row.a);
          made_.has_assertions = true;
          break;
        case RegexOp::split:
          put(TextOp::split, begin + row.a, begin + row.b);
          break;
        case RegexOp::jump:
          put(TextOp::split, begin + row.a, begin + row.a);
          break;
        case RegexOp::match:
          finish(TextOp::found);
          break;
      }
    }
  }

  // `\`, NUL, `//`, or a segment `.` or `..`.
  void add_odd() {
    const std::uint32_t bad = set_of({{0, 0}, {'\\', '\\'}});
    const std::uint32_t begin = here();
    put(TextOp::split, begin + 1, begin + 6);
    skip_any(any_);
    take(bad);
    finish(TextOp::found);
    put(TextOp::split, begin + 7, begin + 13);  // begin + 6
    skip_any(any_);
    take_one(separator_);
    take_one(separator_);
    finish(TextOp::found);
    // begin + 13: the first segment, or one behind a separator
    put(TextOp::split, begin + 14, begin + 18);
    skip_any(any_);
    take_one(separator_);
    take_one('.');
    put(TextOp::split, begin + 20, begin + 21);
    take_one('.');
    take(terminator_);
    finish(TextOp::found);
  }

  char32_t separator_;
  std::uint32_t number_ = 0;
  std::uint32_t any_ = 0;
  std::uint32_t end_ = 0;
  std::uint32_t inner_ = 0;
  std::uint32_t terminator_ = 0;
  std::map<std::vector<Range>, std::uint32_t> numbers_;
  TextAutomaton made_;
};

}  // namespace

TextAutomaton text_automaton(std::span<const TextMatcher> matchers, char separator) {
  Layout layout(separator);
  for (const TextMatcher& matcher : matchers) layout.add(matcher);
  return layout.take_result();
}

}  // namespace sentrail::compiler::analysis
