// Reads expressions known to be well formed. See regex_reader.hpp.
#include "compiler/oracle/regex_reader.hpp"

#include <optional>
#include <string>

#include "core/check.hpp"

namespace sentrail::compiler::oracle {
namespace {

// The flags that hold where reading is.
struct Modes {
  bool fold = false;
  bool every_character = false;
  bool lines = false;
};

class Reader {
 public:
  explicit Reader(CodePoints text) : text_(std::move(text)) {}

  Part all(Modes modes) {
    Part choice;
    choice.kind = PartKind::one_of;
    choice.parts.emplace_back();
    while (at_ < text_.size() && text_[at_] != ')') {
      if (take('|')) {
        choice.parts.emplace_back();
      } else if (!take_modes(modes)) {
        choice.parts.back().parts.push_back(times(one(modes)));
      }
    }
    return choice;
  }

 private:
  [[nodiscard]] std::uint32_t peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : 0;
  }
  bool take(std::uint32_t point) {
    if (at_ >= text_.size() || text_[at_] != point) return false;
    ++at_;
    return true;
  }

  // `(?i-s)`: changes the modes of what follows.
  bool take_modes(Modes& modes) {
    if (peek() != '(' || peek(1) != '?') return false;
    std::size_t end = at_ + 2;
    while (text_.at(end) != ')' && text_.at(end) != ':') ++end;
    if (text_.at(end) == ':') return false;
    at_ += 2;
    set_modes(modes);
    ++at_;
    return true;
  }
  void set_modes(Modes& modes) {
    bool on = true;
    for (; peek() != ')' && peek() != ':'; ++at_) {
      if (peek() == '-') on = false;
      if (peek() == 'i') modes.fold = on;
      if (peek() == 's') modes.every_character = on;
      if (peek() == 'm') modes.lines = on;
    }
  }

  Part times(Part part) {
    Part repeated;
    repeated.kind = PartKind::repeated;
    repeated.open = true;
    if (take('+')) {
      repeated.least = 1;
    } else if (take('?')) {
      repeated.open = false;
      repeated.most = 1;
    } else if (take('{')) {
      repeated.least = number();
      repeated.open = false;
      repeated.most = repeated.least;
      if (take(',')) {
        repeated.open = peek() == '}';
        repeated.most = number();
      }
      take('}');
    } else if (!take('*')) {
      return part;
    }
    take('?');
    repeated.parts.push_back(std::move(part));
    return repeated;
  }

  std::size_t number() {
    std::size_t value = 0;
    while (peek() >= '0' && peek() <= '9') value = value * 10 + (text_[at_++] - '0');
    return value;
  }

  Part one(Modes modes) {
    if (take('(')) {
      if (take('?')) {
        set_modes(modes);
        take(':');
      }
      Part inner = all(modes);
      take(')');
      return inner;
    }
    if (take('[')) return bracketed(modes);
    if (take('.')) return character({{'\n', '\n'}}, true, modes, modes.every_character);
    if (take('^')) return place(modes.lines ? '^' : 'A');
    if (take('$')) return place(modes.lines ? '$' : 'z');
    if (peek() == '\\') {
      const std::uint32_t letter = peek(1);
      if (letter == 'b' || letter == 'B' || letter == 'A' || letter == 'z') {
        at_ += 2;
        return place(static_cast<char>(letter));
      }
      Part made = character({}, false, modes, false);
      if (add_letter_class(made)) return made;
      const std::uint32_t point = point_here();
      made.ranges.emplace_back(point, point);
      return made;
    }
    const std::uint32_t point = text_.at(at_++);
    return character({{point, point}}, false, modes, false);
  }

  static Part place(char letter) {
    Part made;
    made.kind = PartKind::place;
    made.letter = letter;
    return made;
  }

  static Part character(std::vector<std::pair<std::uint32_t, std::uint32_t>> ranges, bool other,
                        Modes modes, bool every) {
    Part made;
    made.kind = PartKind::character;
    if (!every) made.ranges = std::move(ranges);
    made.other = other;
    made.fold = modes.fold;
    return made;
  }

  // `\d` and its like; those with a capital letter are all that the small one is not.
  bool add_letter_class(Part& to) {
    if (peek() != '\\') return false;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> ranges;
    const std::uint32_t letter = peek(1);
    if (letter == 'd' || letter == 'D') ranges = {{'0', '9'}};
    if (letter == 'w' || letter == 'W') ranges = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
    if (letter == 's' || letter == 'S') ranges = {{'\t', '\r'}, {' ', ' '}};
    if (ranges.empty()) return false;
    at_ += 2;
    if (letter <= 'Z') {
      std::uint32_t next = 0;
      for (const auto& [low, high] : ranges) {
        if (low > next) to.ranges.emplace_back(next, low - 1);
        next = high + 1;
      }
      to.ranges.emplace_back(next, 0x10ffff);
    } else {
      to.ranges.insert(to.ranges.end(), ranges.begin(), ranges.end());
    }
    return true;
  }

  // One character, escaped or not.
  std::uint32_t point_here() {
    const std::uint32_t point = text_.at(at_++);
    if (point != '\\') return point;
    const std::uint32_t letter = text_.at(at_++);
    switch (letter) {
      case 'n':
        return '\n';
      case 't':
        return '\t';
      case 'r':
        return '\r';
      case 'f':
        return '\f';
      case 'v':
        return '\v';
      case 'x':
      case 'u':
        return point_by_number(letter == 'x' ? 2 : 4);
      default:
        return letter;
    }
  }

  std::uint32_t point_by_number(std::size_t count) {
    const bool braces = take('{');
    std::string digits;
    while (braces ? peek() != '}' : digits.size() < count) {
      digits += static_cast<char>(text_.at(at_++));
    }
    if (braces) ++at_;
    return static_cast<std::uint32_t>(std::stoul(digits, nullptr, 16));
  }

  Part bracketed(Modes modes) {
    Part made = character({}, take('^'), modes, false);
    while (!take(']')) {
      if (add_letter_class(made)) continue;
      const std::uint32_t low = point_here();
      std::uint32_t high = low;
      if (peek() == '-' && peek(1) != ']') {
        ++at_;
        high = point_here();
      }
      made.ranges.emplace_back(low, high);
    }
    return made;
  }

  CodePoints text_;
  std::size_t at_ = 0;
};

}  // namespace

Part read_expression(std::string_view expression) {
  std::optional<CodePoints> text = code_points_of(expression);
  SENTRAIL_CHECK(text.has_value());
  return Reader(std::move(*text)).all({});
}

}  // namespace sentrail::compiler::oracle
