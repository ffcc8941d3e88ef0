// Segments first, then texts of segments. See text_classes.hpp.
#include "compiler/analysis/text_classes.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "compiler/analysis/budgets.hpp"
#include "compiler/analysis/glob_automaton.hpp"
#include "compiler/analysis/text_product.hpp"
#include "core/check.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"

namespace sentrail::compiler::analysis {
namespace {

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == separator) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

// L7.5: whether the match of any pattern with this text is undecidable.
bool is_odd(std::string_view text, char separator) {
  if (text.size() > limits::kMatchedBytesMax || !is_valid_utf8(text)) return true;
  if (separator != '/') return false;
  if (text.find('\\') != text.npos || text.find('\0') != text.npos) return true;
  const std::vector<std::string> parts = split(text, separator);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i] == "." || parts[i] == "..") return true;
    if (parts[i].empty() && i > 0 && i + 1 < parts.size()) return true;
  }
  return false;
}

// Code points, but those that a segment cannot have.
class Characters : public GlobAlphabet {
 public:
  explicit Characters(bool path) : path_(path) {}

  std::optional<std::uint32_t> other_than(std::span<const std::uint32_t> named) const override {
    constexpr std::string_view kNatural = "xyzabcdefghijklmnopqrstuvw0123456789";
    const auto is_named = [&](std::uint32_t c) {
      return std::binary_search(named.begin(), named.end(), c);
    };
    for (const char c : kNatural) {
      if (!is_named(static_cast<unsigned char>(c))) return static_cast<unsigned char>(c);
    }
    for (std::uint32_t c = 0xc0; c < 0xd800; ++c) {
      if (!is_named(c)) return c;
    }
    return std::nullopt;
  }
  std::span<const std::uint32_t> letters_of(const std::uint32_t& token) const override {
    return {&token, 1};
  }
  std::optional<std::uint32_t> mode_after(std::uint32_t, std::uint32_t letter) const override {
    if (path_ && (letter == '\\' || letter == 0)) return std::nullopt;
    return 0;
  }

 private:
  bool path_;
};

// Classes of segments, by which segment patterns match them.
class Segments : public GlobAlphabet {
 public:
  Segments(bool path, std::vector<std::string> witnesses,
           std::vector<std::vector<std::uint32_t>> of_pattern)
      : path_(path), witnesses_(std::move(witnesses)), of_pattern_(std::move(of_pattern)) {
    for (std::uint32_t i = 0; i < witnesses_.size(); ++i) {
      if (witnesses_[i].empty()) empty_.push_back(i);
    }
  }

  std::optional<std::uint32_t> other_than(std::span<const std::uint32_t> named) const override {
    std::uint32_t other = 0;
    for (const std::uint32_t letter : named) {
      if (letter != other) break;
      ++other;
    }
    if (other < witnesses_.size()) return other;
    return std::nullopt;
  }
  std::span<const std::uint32_t> letters_of(const std::uint32_t& token) const override {
    return of_pattern_[token];
  }
  std::span<const std::uint32_t> always_named() const override { return empty_; }
  // Modes: 0 nothing yet, 1 more may follow, 2 an empty segment that must be the last.
  std::optional<std::uint32_t> mode_after(std::uint32_t mode, std::uint32_t letter) const override {
    if (mode == 2) return std::nullopt;
    const bool empty = !empty_.empty() && letter == empty_[0];
    return path_ && empty && mode == 1 ? 2u : 1u;
  }

  [[nodiscard]] const std::string& witness(std::uint32_t segment) const {
    return witnesses_[segment];
  }

 private:
  bool path_;
  std::vector<std::string> witnesses_;
  std::vector<std::vector<std::uint32_t>> of_pattern_;
  std::vector<std::uint32_t> empty_;
};

GlobTokens characters_of(std::string_view segment, bool pattern) {
  GlobTokens tokens;
  for (std::size_t i = 0; i < segment.size();) {
    const char c = segment[i];
    if (pattern && (c == '*' || c == '?')) {
      tokens.push_back({c == '*' ? GlobStep::any_many : GlobStep::any_one, 0});
      ++i;
      continue;
    }
    if (pattern && c == '\\') ++i;
    const CodePoint point = decode_utf8(segment, i);
    tokens.push_back({GlobStep::letter, static_cast<std::uint32_t>(point.value)});
    i += point.size;
  }
  return tokens;
}

// Builds the two automata.
class Partition {
 public:
  Partition(std::span<const TextMatcher> tests, char separator)
      : tests_(tests), separator_(separator) {
    for (std::uint32_t i = 0; i < tests.size(); ++i) {
      (tests[i].test == TextTest::pattern ? patterns_ : literals_).push_back(i);
    }
  }

  std::optional<TextClasses> run() {
    for (const std::uint32_t pattern : patterns_) add(pattern);
    for (const std::uint32_t literal : literals_) {
      if (!is_odd(tests_[literal].text, separator_)) add(literal);
    }
    const std::optional<Segments> segments = classes_of_segments();
    if (!segments) return std::nullopt;
    const auto words = explore(texts_, *segments, false, budget_);
    if (!words) return std::nullopt;
    return classes_of(*words, *segments);
  }

 private:
  void add(std::uint32_t test) {
    GlobTokens tokens;
    const bool pattern = tests_[test].test == TextTest::pattern;
    for (const std::string& segment : split(tests_[test].text, separator_)) {
      if (pattern && segment == "**") {
        tokens.push_back({GlobStep::any_many, 0});
      } else if (pattern && segment == "*") {
        tokens.push_back({GlobStep::any_one, 0});
      } else {
        tokens.push_back({GlobStep::letter, segment_number(segment, pattern)});
      }
    }
    texts_.push_back(std::move(tokens));
    test_of_.push_back(test);
  }

  std::uint32_t segment_number(const std::string& segment, bool pattern) {
    const auto next = static_cast<std::uint32_t>(segments_.size());
    const auto [found, is_new] = numbers_.try_emplace({segment, pattern}, next);
    if (is_new) segments_.push_back(characters_of(segment, pattern));
    return found->second;
  }

  std::optional<Segments> classes_of_segments() {
    const bool path = separator_ == '/';
    const auto asked = static_cast<std::uint32_t>(segments_.size());
    // Empty segments are told apart because they look odd in witnesses; those that make a path
    // undecidable because they must.
    segments_.push_back(characters_of("", false));
    if (path) {
      segments_.push_back(characters_of(".", false));
      segments_.push_back(characters_of("..", false));
    }
    const Characters characters(path);
    const auto words = explore(segments_, characters, true, budget_);
    if (!words) return std::nullopt;
    std::vector<std::string> witnesses;
    std::vector<std::vector<std::uint32_t>> of_pattern(asked);
    for (const GlobWord& word : *words) {
      if (!word.matching.empty() && word.matching.back() > asked) continue;  // `.` and `..`
      for (const std::uint32_t pattern : word.matching) {
        if (pattern < asked) {
          of_pattern[pattern].push_back(static_cast<std::uint32_t>(witnesses.size()));
        }
      }
      std::string& witness = witnesses.emplace_back();
      for (const std::uint32_t letter : word.letters) append_utf8(witness, letter);
    }
    return Segments(path, std::move(witnesses), std::move(of_pattern));
  }

  TextClasses classes_of(const std::vector<GlobWord>& words, const Segments& segments) const {
    TextClasses found;
    found.of_test.resize(tests_.size());
    for (const GlobWord& word : words) {
      const auto number = static_cast<std::uint32_t>(found.classes.size());
      for (const std::uint32_t item : word.matching)
        found.of_test[test_of_[item]].push_back(number);
      std::string witness;
      for (std::size_t i = 0; i < word.letters.size(); ++i) {
        if (i > 0) witness += separator_;
        witness += segments.witness(word.letters[i]);
      }
      found.classes.push_back({std::move(witness)});
    }
    add_odd(found);
    return found;
  }

  void add_odd(TextClasses& found) const {
    std::set<std::string_view> taken;
    for (const std::uint32_t literal : literals_) {
      const std::string& text = tests_[literal].text;
      taken.insert(text);
      if (!is_odd(text, separator_)) continue;
      found.of_test[literal].push_back(static_cast<std::uint32_t>(found.classes.size()));
      found.classes.push_back({text, true});
    }
    std::string odd = separator_ == '/' ? "x//y" : std::string(limits::kMatchedBytesMax + 1, 'x');
    while (taken.contains(odd)) odd += 'y';
    found.classes.push_back({std::move(odd), true});
  }

  std::span<const TextMatcher> tests_;
  char separator_;
  GlobBudget budget_{limits::kAnalysisStatesMax, limits::kAnalysisPlacesMax};
  std::vector<std::uint32_t> literals_;
  std::vector<std::uint32_t> patterns_;
  std::vector<std::uint32_t> test_of_;  // by text
  std::vector<GlobTokens> texts_;       // patterns, then the literals that are not odd
  std::vector<GlobTokens> segments_;    // what stands between separators
  std::map<std::pair<std::string, bool>, std::uint32_t> numbers_;
};

// Without patterns every literal is a class, and all else is one.
TextClasses classes_of_literals(std::span<const TextMatcher> literals) {
  TextClasses found;
  std::set<std::string_view> taken;
  for (const TextMatcher& literal : literals) {
    found.of_test.push_back({static_cast<std::uint32_t>(found.classes.size())});
    found.classes.push_back({literal.text});
    taken.insert(literal.text);
  }
  std::string other = "x";
  for (std::size_t i = 1; taken.contains(other); ++i) other = "x" + std::to_string(i);
  found.classes.push_back({std::move(other)});
  return found;
}

std::optional<TextClasses> classes_of_product(std::span<const TextMatcher> tests, char separator) {
  auto product = text_product(tests, separator);
  if (!product) return std::nullopt;
  TextClasses found;
  found.of_test.resize(tests.size());
  for (ProductClass& one : *product) {
    const auto number = static_cast<std::uint32_t>(found.classes.size());
    for (const std::uint32_t test : one.matching) found.of_test[test].push_back(number);
    found.classes.push_back({std::move(one.witness), one.odd, one.past_limit, one.broken});
  }
  return found;
}

}  // namespace

std::optional<TextClasses> text_classes(std::span<const TextMatcher> tests, char separator) {
  const auto is = [](TextTest test) {
    return [test](const TextMatcher& one) { return one.test == test; };
  };
  if (std::ranges::all_of(tests, is(TextTest::literal))) return classes_of_literals(tests);
  const auto quick = [](const TextMatcher& one) {
    return one.test == TextTest::literal || one.test == TextTest::pattern;
  };
  if (std::ranges::all_of(tests, quick)) return Partition(tests, separator).run();
  return classes_of_product(tests, separator);
}

}  // namespace sentrail::compiler::analysis
