// Recursive descent over the text of a regular expression. See tree.hpp.
//
// What cannot be matched in linear time, or means different things to different engines, is refused
// with its reason instead of being read as something near it.
#include <algorithm>
#include <optional>
#include <utility>

#include "compiler/regex/sets.hpp"
#include "compiler/regex/tree.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"

namespace sentrail::compiler::regex {
namespace {

struct Flags {
  bool fold = false;       // i
  bool dot_all = false;    // s
  bool multiline = false;  // m
};

constexpr std::string_view kPunctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ ";

std::optional<std::uint32_t> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<std::uint32_t>(c - '0');
  const char lower = static_cast<char>(c | 0x20);
  if (lower >= 'a' && lower <= 'f') return static_cast<std::uint32_t>(lower - 'a' + 10);
  return std::nullopt;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  tl::expected<Tree, Problem> run();

 private:
  [[nodiscard]] bool failed() const { return problem_.has_value(); }
  [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }
  [[nodiscard]] bool next_is(std::string_view wanted) const {
    return text_.substr(at_).starts_with(wanted);
  }
  bool take(std::string_view wanted) {
    if (!next_is(wanted)) return false;
    at_ += wanted.size();
    return true;
  }
  void refuse(std::size_t offset, std::string what, std::string help) {
    if (!failed()) problem_ = Problem{std::move(what), std::move(help), offset};
  }
  NodeId add(Node node) { return tree_.nodes.push_back(std::move(node)); }
  NodeId add_set(std::vector<Range> ranges, bool negated);
  NodeId add_assertion(Assertion assertion);

  NodeId choice();
  NodeId sequence();
  NodeId repeated();
  NodeId atom();
  NodeId group();
  NodeId extension(std::size_t begin);
  bool read_flags(std::size_t begin);
  bool take_flags();
  NodeId escape();
  NodeId add_shorthand(std::vector<Range> ranges);
  NodeId bracketed();
  void add_item(std::vector<Range>& ranges);
  std::optional<char32_t> member();
  std::optional<char32_t> escaped_character();
  std::optional<char32_t> hex_character(std::size_t begin);
  char32_t plain_character();
  bool counts(Node& repeat);
  std::optional<std::uint32_t> count();

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  Flags flags_;
  Tree tree_;
  std::optional<Problem> problem_;
};

tl::expected<Tree, Problem> Parser::run() {
  if (text_.size() > limits::kRegexBytesMax) {
    refuse(limits::kRegexBytesMax,
           "has more than " + std::to_string(limits::kRegexBytesMax) + " bytes",
           "say it with several tests joined by `or`");
  }
  if (!failed() && !is_valid_utf8(text_)) refuse(0, "is not UTF-8", "write UTF-8");
  if (!failed()) {
    tree_.root = choice();
    if (!failed() && !at_end()) refuse(at_, "has a `)` that closes nothing", "write `\\)`");
  }
  if (failed()) return tl::make_unexpected(std::move(*problem_));
  return std::move(tree_);
}

NodeId Parser::add_set(std::vector<Range> ranges, bool negated) {
  Node node;
  node.kind = NodeKind::set;
  node.set = flags_.fold ? folded(std::move(ranges)) : normalised(std::move(ranges));
  if (negated) node.set = complement(node.set);
  return add(std::move(node));
}

NodeId Parser::add_assertion(Assertion assertion) {
  Node node;
  node.kind = NodeKind::assertion;
  node.assertion = assertion;
  return add(std::move(node));
}

NodeId Parser::choice() {
  Node node;
  node.kind = NodeKind::choice;
  do {
    node.children.push_back(sequence());
  } while (!failed() && take("|"));
  return node.children.size() == 1 ? node.children.front() : add(std::move(node));
}

NodeId Parser::sequence() {
  Node node;
  node.kind = NodeKind::sequence;
  while (!failed() && !at_end() && !next_is("|") && !next_is(")")) {
    if (take_flags()) {
      if (!failed() && !at_end() && std::string_view("*+?{").find(text_[at_]) != text_.npos) {
        refuse(at_, "repeats nothing", "write a backslash before it to mean the character itself");
      }
      continue;
    }
    node.children.push_back(repeated());
  }
  if (node.children.size() == 1) return node.children.front();
  if (node.children.empty()) node.kind = NodeKind::empty;
  return add(std::move(node));
}

NodeId Parser::repeated() {
  const NodeId child = atom();
  if (failed() || at_end()) return child;
  const std::size_t begin = at_;
  Node node;
  node.kind = NodeKind::repeat;
  node.children = {child};
  node.most = kUnbounded;
  if (take("+")) {
    node.least = 1;
  } else if (take("?")) {
    node.most = 1;
  } else if (take("{")) {
    if (!counts(node)) return child;
  } else if (!take("*")) {
    return child;
  }
  take("?");  // how much a repetition takes makes no difference to whether there is a match
  if (next_is("+")) {
    refuse(begin, "has a possessive repetition, which linear matching cannot honour",
           "write it without the last `+`");
  } else if (next_is("*") || next_is("?") || next_is("{")) {
    refuse(at_, "repeats a repetition", "put what is repeated in `(?:…)`");
  }
  return add(std::move(node));
}

// `n}`, `n,}` or `n,m}`.
bool Parser::counts(Node& repeat) {
  const std::size_t begin = at_ - 1;
  const std::optional<std::uint32_t> least = count();
  std::optional<std::uint32_t> most = least;
  if (least && take(",")) {
    most = next_is("}") ? std::optional(kUnbounded) : count();
  }
  if (!least || !most || !take("}")) {
    refuse(begin, "has a `{` that begins no repetition",
           "write `{2}`, `{2,}` or `{2,5}`, or `\\{`");
    return false;
  }
  const std::uint32_t larger = *most == kUnbounded ? *least : *most;
  if (larger > limits::kRegexRepeatMax) {
    refuse(begin, "repeats more than " + std::to_string(limits::kRegexRepeatMax) + " times",
           "repeat without an upper end: `{2,}`");
  } else if (*most < *least) {
    refuse(begin, "repeats at most fewer times than at least", "write the smaller number first");
  }
  repeat.least = *least;
  repeat.most = *most;
  return !failed();
}

std::optional<std::uint32_t> Parser::count() {
  std::uint32_t value = 0;
  const std::size_t begin = at_;
  for (; !at_end() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_) {
    value = std::min(value * 10 + static_cast<std::uint32_t>(text_[at_] - '0'), 1'000'000u);
  }
  return at_ == begin ? std::nullopt : std::optional(value);
}

NodeId Parser::atom() {
  const std::size_t begin = at_;
  switch (text_[at_]) {
    case '(':
      return group();
    case '[':
      return bracketed();
    case '\\':
      return escape();
    case '.':
      ++at_;
      return flags_.dot_all ? add_set({{0, kLastCodePoint}}, false) : add_set({{'\n', '\n'}}, true);
    case '^':
      ++at_;
      return add_assertion(flags_.multiline ? Assertion::line_begin : Assertion::text_begin);
    case '$':
      ++at_;
      return add_assertion(flags_.multiline ? Assertion::line_end : Assertion::text_end);
    case '*':
    case '+':
    case '?':
    case '{':
      refuse(begin, "repeats nothing", "write a backslash before it to mean the character itself");
      return {};
    case ']':
    case '}':
      refuse(begin, "has a bracket that closes nothing", "write a backslash before it");
      return {};
    default: {
      const char32_t point = plain_character();
      return add_set({{point, point}}, false);
    }
  }
}

char32_t Parser::plain_character() {
  const CodePoint point = decode_utf8(text_, at_);
  at_ += point.size;
  return point.value;
}

NodeId Parser::group() {
  const std::size_t begin = at_++;
  if (++depth_ > limits::kRegexDepthMax) {
    refuse(begin, "nests groups more than " + std::to_string(limits::kRegexDepthMax) + " deep",
           "take brackets away");
    return {};
  }
  const Flags outer = flags_;
  const NodeId inner = take("?") ? extension(begin) : choice();
  if (!failed() && !take(")")) refuse(begin, "has a `(` that is never closed", "write `\\(`");
  flags_ = outer;
  --depth_;
  return inner;
}

// What follows `(?`.
NodeId Parser::extension(std::size_t begin) {
  if (take(":")) return choice();
  if (next_is("=") || next_is("!") || next_is("<=") || next_is("<!")) {
    refuse(begin, "looks around, which cannot be matched in linear time",
           "use a second test, joined by `and` or `and not`");
  } else if (next_is(">")) {
    refuse(begin, "has an atomic group, which linear matching cannot honour", "write `(?:…)`");
  } else if (next_is("P<") || next_is("<") || next_is("'")) {
    refuse(begin, "names a group, and nothing can refer to it", "write `(…)`");
  }
  if (failed() || !read_flags(begin)) return {};
  if (take(":")) return choice();
  refuse(begin, "has an unknown kind of group", "the kinds are `(…)`, `(?:…)` and `(?i)`");
  return {};
}

// `ims`, `-ims` or both.
bool Parser::read_flags(std::size_t begin) {
  bool value = true;
  const std::size_t first = at_;
  for (; !at_end() && text_[at_] != ')' && text_[at_] != ':'; ++at_) {
    switch (text_[at_]) {
      case 'i':
        flags_.fold = value;
        break;
      case 's':
        flags_.dot_all = value;
        break;
      case 'm':
        flags_.multiline = value;
        break;
      case '-':
        value = false;
        break;
      default:
        refuse(begin, "has a group or flag that is not known", "the flags are `i`, `m` and `s`");
        return false;
    }
  }
  if (at_ == first) refuse(begin, "has a group without flags", "write `(?:…)` or `(?i)`");
  return !failed();
}

// `(?i)`: flags for the rest of the group around it. Whether that stood here.
bool Parser::take_flags() {
  if (!next_is("(?")) return false;
  const std::size_t close = text_.find_first_not_of("ims-", at_ + 2);
  if (close == text_.npos || close == at_ + 2 || text_[close] != ')') return false;
  const std::size_t begin = at_;
  at_ += 2;
  if (read_flags(begin)) ++at_;
  return true;
}

NodeId Parser::escape() {
  const std::size_t begin = at_++;
  if (at_end()) {
    refuse(begin, "ends with a backslash", "write `\\\\` for a backslash");
    return {};
  }
  const char letter = text_[at_];
  const std::vector<Range> ranges = shorthand(letter);
  if (!ranges.empty()) {
    ++at_;
    return add_shorthand(ranges);
  }
  switch (letter) {
    case 'b':
      ++at_;
      return add_assertion(Assertion::word_boundary);
    case 'B':
      ++at_;
      return add_assertion(Assertion::no_word_boundary);
    case 'A':
      ++at_;
      return add_assertion(Assertion::text_begin);
    case 'z':
      ++at_;
      return add_assertion(Assertion::text_end);
    default:
      break;
  }
  at_ = begin;
  const std::optional<char32_t> point = escaped_character();
  return point ? add_set({{*point, *point}}, false) : NodeId{};
}

// A shorthand means the same in either case.
NodeId Parser::add_shorthand(std::vector<Range> ranges) {
  Node node;
  node.kind = NodeKind::set;
  node.set = std::move(ranges);
  return add(std::move(node));
}

// A backslash and what makes one character of it.
std::optional<char32_t> Parser::escaped_character() {
  const std::size_t begin = at_++;
  if (at_end()) {
    refuse(begin, "ends with a backslash", "write `\\\\` for a backslash");
    return std::nullopt;
  }
  const char letter = text_[at_++];
  if (kPunctuation.find(letter) != kPunctuation.npos) {
    return static_cast<char32_t>(letter);
  }
  switch (letter) {
    case 'n':
      return U'\n';
    case 't':
      return U'\t';
    case 'r':
      return U'\r';
    case 'f':
      return U'\f';
    case 'v':
      return U'\v';
    case 'x':
    case 'u':
      return hex_character(begin);
    default:
      break;
  }
  if (letter >= '0' && letter <= '9') {
    refuse(begin, "refers back to a group, which cannot be matched in linear time",
           "say what may stand there; a character by its number is `\\x{0}`");
  } else if (letter == 'p' || letter == 'P') {
    refuse(begin, "asks for a property of Unicode, which classes do not know",
           "name the ranges: `[\\x{400}-\\x{4ff}]`");
  } else {
    refuse(begin, "has an unknown escape", "a letter or sign that means itself needs no backslash");
  }
  return std::nullopt;
}

// What follows `\x` or `\u`: two or four digits, or up to six in braces.
std::optional<char32_t> Parser::hex_character(std::size_t begin) {
  const std::size_t digits_written = text_[at_ - 1] == 'x' ? 2 : 4;
  const bool braced = take("{");
  std::uint32_t value = 0;
  std::size_t digits = 0;
  const std::size_t digits_max = braced ? 6 : digits_written;
  for (; digits < digits_max && !at_end(); ++digits, ++at_) {
    const std::optional<std::uint32_t> digit = hex_digit(text_[at_]);
    if (!digit) break;
    value = value * 16 + *digit;
  }
  const bool closed = braced ? take("}") && digits > 0 : digits == digits_written;
  const bool surrogate = value >= 0xd800 && value <= 0xdfff;
  if (!closed || value > kLastCodePoint || surrogate) {
    refuse(begin, "has an escape that names no character",
           "write `\\x41`, `\\u0041` or `\\x{1f600}`");
    return std::nullopt;
  }
  return value;
}

NodeId Parser::bracketed() {
  const std::size_t begin = at_++;
  const bool negated = take("^");
  std::vector<Range> ranges;
  if (next_is("]")) {
    refuse(begin, "has an empty class, or one that begins with `]`", "write `\\]`");
    return {};
  }
  while (!failed() && !take("]")) {
    if (at_end()) {
      refuse(begin, "has a `[` that is never closed", "write `\\[`");
      break;
    }
    add_item(ranges);
  }
  return failed() ? NodeId{} : add_set(std::move(ranges), negated);
}

// One entry of a class: a shorthand, a character or a range.
void Parser::add_item(std::vector<Range>& ranges) {
  const std::size_t begin = at_;
  if (next_is("\\") && at_ + 1 < text_.size()) {
    const std::vector<Range> short_ranges = shorthand(text_[at_ + 1]);
    if (!short_ranges.empty()) {
      at_ += 2;
      ranges.insert(ranges.end(), short_ranges.begin(), short_ranges.end());
      if (next_is("-") && !next_is("-]")) {
        refuse(begin, "has a range that begins with a class", "write `\\-` for the character");
      }
      return;
    }
  }
  const std::optional<char32_t> low = member();
  if (!low) return;
  char32_t high = *low;
  if (next_is("-") && !next_is("-]")) {
    ++at_;
    if (at_end()) return;  // never closed: said by the caller
    const std::optional<char32_t> end = member();
    if (!end) return;
    high = *end;
    if (high < *low) refuse(begin, "has a range that holds nothing", "write the smaller end first");
  }
  ranges.push_back({*low, high});
}

std::optional<char32_t> Parser::member() {
  if (next_is("[")) {
    refuse(at_, "has a `[` within a class", "write `\\[`");
    return std::nullopt;
  }
  return next_is("\\") ? escaped_character() : plain_character();
}

}  // namespace

tl::expected<Tree, Problem> parse(std::string_view text) {
  return Parser(text).run();
}

}  // namespace sentrail::compiler::regex
