// Matches segments against segments and, within one, code points against code points. See
// pattern.hpp. Both levels keep one place to resume from, after the last `**` or `*`: an earlier
// one never needs another try, because what follows it matched at its first chance.
#include "runtime/decide/pattern.hpp"

#include <algorithm>
#include <cstring>
#include <span>

#include "core/limits.hpp"
#include "core/text.hpp"
#include "runtime/decide/text_words.hpp"

namespace sentrail::decide {
namespace {

// Bytes of the code point that begins with `first`, in text known to be UTF-8.
constexpr std::size_t code_point_bytes(char first) noexcept {
  const auto byte = static_cast<unsigned char>(first);
  return byte < 0xc0 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

constexpr std::uint64_t repeated(unsigned char byte) noexcept {
  return 0x0101010101010101u * byte;
}

// Marks (0x80) the zero bytes of a word, and maybe bytes above a zero byte: none means none.
constexpr std::uint64_t zero_bytes(std::uint64_t word) noexcept {
  return (word - repeated(0x01)) & ~word & repeated(0x80);
}

// Whether no byte of `word` is a control, a backslash or beyond ASCII.
constexpr bool is_plain(std::uint64_t word) noexcept {
  const std::uint64_t odd = (word & repeated(0x80)) | zero_bytes(word & repeated(0xe0)) |
                            zero_bytes(word ^ repeated('\\'));
  return odd == 0;
}

bool has_dot_segment(std::string_view value) noexcept {
  for (std::size_t dot = value.find('.'); dot != std::string_view::npos;
       dot = value.find('.', dot + 1)) {
    if (dot > 0 && value[dot - 1] != '/') continue;
    const std::size_t after = dot + 1 < value.size() && value[dot + 1] == '.' ? dot + 2 : dot + 1;
    if (after == value.size() || value[after] == '/') return true;
  }
  return false;
}

// The next at most eight bytes; spaces, which spoil nothing, behind the end.
std::uint64_t next_word(std::string_view value, std::size_t at) noexcept {
  const std::size_t left = value.size() - at;
  if (left >= 8) return word_of(value.data() + at, 8);
  return word_of(value.data() + at, left) | repeated(' ') << left * 8;
}

// Whether all of `value` is plain, no segment begins with a dot, and there is no `//`: the common
// case, told eight bytes at a time.
bool is_plain_path(std::string_view value) noexcept {
  std::uint64_t slash_before = 0x80;  // the beginning is as good as one for a dot
  for (std::size_t at = 0; at < value.size(); at += 8) {
    const std::uint64_t word = next_word(value, at);
    // zero_bytes may mark too much above a slash or dot, never too little: then the slow way
    // decides.
    const std::uint64_t slashes = zero_bytes(word ^ repeated('/'));
    const std::uint64_t after_slash = slashes << 8 | slash_before;
    const std::uint64_t twice = slashes & (at == 0 ? slashes << 8 : after_slash);
    const std::uint64_t dots = zero_bytes(word ^ repeated('.')) & after_slash;
    if (!is_plain(word) || (twice | dots) != 0) return false;
    slash_before = slashes >> 56;
  }
  return true;
}

}  // namespace

bool is_matchable(std::string_view value, char separator) noexcept {
  if (value.size() > limits::kMatchedBytesMax) return false;
  if (is_plain_path(value)) return true;
  if (!is_valid_utf8(value)) return false;
  if (separator != '/') return true;
  const bool odd = value.find('\\') != value.npos || value.find('\0') != value.npos ||
                   value.find("//") != value.npos;
  return !odd && !has_dot_segment(value);
}

TextHead TextHead::of(std::string_view text) noexcept {
  const std::size_t first = std::min<std::size_t>(text.size(), 8);
  const std::size_t second = std::min<std::size_t>(text.size() - first, 8);
  return {word_of(text.data(), first), word_of(text.data() + first, second)};
}

PatternSet::PatternSet(const Program& verified) {
  patterns_.reserve(verified.patterns.size());
  ops_.reserve(verified.pattern_ops.size());
  for (const PatternRow& row : verified.patterns) add(verified, row);
}

void PatternSet::add(const Program& program, const PatternRow& row) {
  Pattern pattern;
  pattern.separator = static_cast<char>(row.separator);
  pattern.segments_begin = static_cast<std::uint32_t>(segments_.size());
  auto segment_ops = static_cast<std::uint32_t>(ops_.size());
  std::string head;
  bool head_open = true;
  for (std::uint32_t i = 0; i < row.ops_count; ++i) {
    const PatternOpRow& op = program.pattern_ops[row.ops_begin + i];
    const auto kind = static_cast<PatternOp>(op.op);
    if (kind == PatternOp::separator) {
      close_segment(segment_ops);
      segment_ops = static_cast<std::uint32_t>(ops_.size());
      // `a/**` also matches `a`: the separator is part of the head only if a segment must follow.
      const bool followed = i + 1 == row.ops_count ||
                            static_cast<PatternOp>(program.pattern_ops[row.ops_begin + i + 1].op) !=
                                PatternOp::globstar;
      head_open = head_open && followed;
      if (head_open) head += pattern.separator;
      continue;
    }
    ops_.push_back({kind, program.view(op.text)});
    head_open = head_open && kind == PatternOp::literal;
    if (head_open) head += program.view(op.text);
  }
  close_segment(segment_ops);
  pattern.segments_end = static_cast<std::uint32_t>(segments_.size());
  pattern.shape = shape_of(pattern);
  pattern.literal_begin = static_cast<std::uint32_t>(literals_.size());
  if (pattern.shape != Shape::other) literals_ += head;
  pattern.literal_bytes = static_cast<std::uint32_t>(literals_.size()) - pattern.literal_begin;
  pattern.head = TextHead::of(head);
  pattern.mask = TextHead::of(std::string(head.size(), '\xff'));
  patterns_.push_back(pattern);
}

// Makes a segment of the ops from `ops_begin`.
void PatternSet::close_segment(std::uint32_t ops_begin) {
  Segment segment;
  segment.ops_begin = ops_begin;
  segment.ops_end = static_cast<std::uint32_t>(ops_.size());
  if (segment.ops_end - ops_begin == 1) {
    const Op& only = ops_[ops_begin];
    switch (only.op) {
      case PatternOp::literal:
        segment.text = only.text;
        break;
      case PatternOp::any_run:
        segment.kind = Kind::any_one_segment;
        break;
      case PatternOp::globstar:
        segment.kind = Kind::globstar;
        break;
      default:
        segment.kind = Kind::glob;
    }
  } else if (segment.ops_end > ops_begin) {
    segment.kind = Kind::glob;
  }
  segments_.push_back(segment);
}

// Most patterns are a literal with one `*` or `**` at its end.
PatternSet::Shape PatternSet::shape_of(const Pattern& pattern) const noexcept {
  const auto segments = std::span(segments_).subspan(pattern.segments_begin);
  const auto literal = [](const Segment& one) { return one.kind == Kind::literal; };
  if (!std::ranges::all_of(segments.first(segments.size() - 1), literal)) return Shape::other;
  const Segment& last = segments.back();
  if (last.kind == Kind::globstar && segments.size() > 1) return Shape::below;
  if (last.kind == Kind::any_one_segment) return Shape::run;
  const bool run = last.kind == Kind::glob && last.ops_end - last.ops_begin == 2 &&
                   ops_[last.ops_begin].op == PatternOp::literal &&
                   ops_[last.ops_begin + 1].op == PatternOp::any_run;
  return run ? Shape::run : Shape::other;
}

bool PatternSet::matches(std::uint32_t index, std::string_view value) const noexcept {
  const Pattern& pattern = patterns_.data()[index];
  if (pattern.shape == Shape::other) return matches_segments(pattern, value);
  const std::string_view literal(literals_.data() + pattern.literal_begin, pattern.literal_bytes);
  if (!begins_with(value, literal)) return false;
  const std::string_view rest = value.substr(literal.size());
  if (pattern.shape == Shape::below) return rest.empty() || rest.front() == pattern.separator;
  return rest.find(pattern.separator) == rest.npos;
}

bool PatternSet::matches_segments(const Pattern& pattern, std::string_view value) const noexcept {
  const char* const end = value.data() + value.size();
  const char* at = value.data();  // where the next segment of the value begins
  bool left = true;               // whether there is a next segment
  std::uint32_t p = pattern.segments_begin;
  std::uint32_t resume_p = kNoRow;
  const char* resume_at = nullptr;

  const auto end_of = [&](const char* from) {
    const auto room = static_cast<std::size_t>(end - from);
    const void* found = room == 0 ? nullptr : std::memchr(from, pattern.separator, room);
    return found == nullptr ? end : static_cast<const char*>(found);
  };
  const auto step = [&](const char*& from, const char* segment_end) {
    left = segment_end != end;
    from = left ? segment_end + 1 : end;
  };

  while (left) {
    if (p < pattern.segments_end && segments_[p].kind == Kind::globstar) {
      resume_p = ++p;
      resume_at = at;
      if (p == pattern.segments_end) return true;
      continue;
    }
    const char* const segment_end = end_of(at);
    if (p < pattern.segments_end &&
        segment_matches(segments_[p], {at, static_cast<std::size_t>(segment_end - at)})) {
      ++p;
      step(at, segment_end);
      continue;
    }
    if (resume_p == kNoRow) return false;
    step(resume_at, end_of(resume_at));
    at = resume_at;
    p = resume_p;
  }
  while (p < pattern.segments_end && segments_[p].kind == Kind::globstar) ++p;
  return p == pattern.segments_end;
}

bool PatternSet::segment_matches(const Segment& segment, std::string_view value) const noexcept {
  switch (segment.kind) {
    case Kind::literal:
      return are_equal(value, segment.text);
    case Kind::any_one_segment:
      return true;
    case Kind::glob:
      return glob_matches(segment, value);
    case Kind::globstar:
      return false;  // matches() has dealt with it
  }
  return false;
}

bool PatternSet::glob_matches(const Segment& segment, std::string_view value) const noexcept {
  std::size_t at = 0;
  std::uint32_t o = segment.ops_begin;
  std::uint32_t resume_o = kNoRow;
  std::size_t resume_at = 0;
  for (;;) {
    bool fits = false;
    if (o == segment.ops_end) {
      if (at == value.size()) return true;
    } else if (ops_[o].op == PatternOp::any_run) {
      resume_o = ++o;
      resume_at = at;
      if (o == segment.ops_end) return true;
      continue;
    } else if (ops_[o].op == PatternOp::any_one) {
      fits = at < value.size();
      if (fits) at += code_point_bytes(value[at]);
    } else {
      fits = value.substr(at).starts_with(ops_[o].text);
      if (fits) at += ops_[o].text.size();
    }
    if (fits) {
      ++o;
      continue;
    }
    if (resume_o == kNoRow || resume_at == value.size()) return false;
    resume_at += code_point_bytes(value[resume_at]);
    at = resume_at;
    o = resume_o;
  }
}

}  // namespace sentrail::decide
