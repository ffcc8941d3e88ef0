// Sets of places, part by part. See regex.hpp.
#include "compiler/oracle/regex.hpp"

#include <optional>
#include <vector>

#include "compiler/oracle/code_points.hpp"
#include "compiler/oracle/regex_reader.hpp"
#include "core/limits.hpp"

namespace sentrail::compiler::oracle {
namespace {

// By place of the text, whether it is in the set. Place i is before character i.
using Places = std::vector<bool>;

bool is_word(std::uint32_t point) {
  return (point >= 'a' && point <= 'z') || (point >= 'A' && point <= 'Z') ||
         (point >= '0' && point <= '9') || point == '_';
}

bool in_ranges(const Part& part, std::uint32_t point) {
  for (const auto& [low, high] : part.ranges) {
    if (point >= low && point <= high) return true;
  }
  return false;
}

// Whether a character is one of those that a part names, in either case if it folds.
bool names(const Part& part, std::uint32_t point) {
  bool named = in_ranges(part, point);
  if (part.fold && point >= 'a' && point <= 'z') named = named || in_ranges(part, point - 32);
  if (part.fold && point >= 'A' && point <= 'Z') named = named || in_ranges(part, point + 32);
  return named != part.other;
}

class Matcher {
 public:
  explicit Matcher(CodePoints text) : text_(std::move(text)) {}

  [[nodiscard]] Places everywhere() const { return Places(text_.size() + 1, true); }

  // Where matches of a part end that begin at one of `begins`.
  [[nodiscard]] Places ends(const Part& part, const Places& begins) const {
    Places found(begins.size(), false);
    switch (part.kind) {
      case PartKind::character:
        for (std::size_t i = 0; i < text_.size(); ++i) {
          if (begins[i] && names(part, text_[i])) found[i + 1] = true;
        }
        return found;
      case PartKind::place:
        for (std::size_t i = 0; i < begins.size(); ++i) found[i] = begins[i] && holds(part, i);
        return found;
      case PartKind::one_after_other:
        found = begins;
        for (const Part& one : part.parts) found = ends(one, found);
        return found;
      case PartKind::one_of:
        for (const Part& one : part.parts) add(found, ends(one, begins));
        return found;
      case PartKind::repeated:
        return ends_of_repeated(part, begins);
    }
    return found;
  }

 private:
  static bool add(Places& to, const Places& more) {
    bool grown = false;
    for (std::size_t i = 0; i < to.size(); ++i) {
      grown = grown || (more[i] && !to[i]);
      if (more[i]) to[i] = true;
    }
    return grown;
  }

  [[nodiscard]] Places ends_of_repeated(const Part& part, const Places& begins) const {
    const Part& one = part.parts.at(0);
    Places reached = begins;
    for (std::size_t i = 0; i < part.least; ++i) reached = ends(one, reached);
    Places found = reached;
    // Once more, as often as may be, or until nothing new is reached.
    for (std::size_t i = part.least; part.open || i < part.most; ++i) {
      reached = ends(one, reached);
      if (!add(found, reached)) break;
    }
    return found;
  }

  [[nodiscard]] bool holds(const Part& part, std::size_t at) const {
    const bool first = at == 0;
    const bool last = at == text_.size();
    const bool word_before = !first && is_word(text_[at - 1]);
    const bool word_after = !last && is_word(text_[at]);
    switch (part.letter) {
      case 'A':
        return first;
      case 'z':
        return last;
      case '^':
        return first || text_[at - 1] == '\n';
      case '$':
        return last || text_[at] == '\n';
      case 'b':
        return word_before != word_after;
      default:
        return word_before == word_after;
    }
  }

  CodePoints text_;
};

}  // namespace

Truth search(std::string_view expression, std::string_view value) {
  if (value.size() > limits::kRegexValueBytesMax) return Truth::u;
  std::optional<CodePoints> text = code_points_of(value);
  if (!text) return Truth::u;
  const Matcher matcher(std::move(*text));
  const Places found = matcher.ends(read_expression(expression), matcher.everywhere());
  for (const bool end : found) {
    if (end) return Truth::t;
  }
  return Truth::f;
}

}  // namespace sentrail::compiler::oracle
