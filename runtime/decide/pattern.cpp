// Matches segments against segments and, within one, code points against code points. See
// pattern.hpp. Both levels keep one place to resume from, after the last `**` or `*`: an earlier
// one never needs another try, because what follows it matched at its first chance.
#include "runtime/decide/pattern.hpp"

#include <algorithm>
#include <cstring>
#include <span>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

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

// Sixteen bytes of a value, spaces behind its end: which of them are slashes and dots, a bit for
// each, and whether any is a control, a backslash or beyond ASCII.
struct Sixteen {
  std::uint32_t slashes = 0;
  std::uint32_t dots = 0;
  bool odd = false;
};

#if defined(__SSE2__)
Sixteen look_at(std::uint64_t low, std::uint64_t high) noexcept {
  const __m128i bytes =
      _mm_set_epi64x(static_cast<std::int64_t>(high), static_cast<std::int64_t>(low));
  const auto where = [bytes](char byte) noexcept {
    return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(byte));
  };
  // As signed bytes, what is beyond ASCII is less than a space, too.
  const __m128i odd = _mm_or_si128(_mm_cmplt_epi8(bytes, _mm_set1_epi8(' ')), where('\\'));
  return {static_cast<std::uint32_t>(_mm_movemask_epi8(where('/'))),
          static_cast<std::uint32_t>(_mm_movemask_epi8(where('.'))), _mm_movemask_epi8(odd) != 0};
}
#else
Sixteen look_at(std::uint64_t low, std::uint64_t high) noexcept {
  Sixteen seen;
  for (std::uint32_t i = 0; i < 16; ++i) {
    const auto byte = static_cast<unsigned char>((i < 8 ? low : high) >> i % 8 * 8);
    seen.slashes |= byte == '/' ? 1u << i : 0u;
    seen.dots |= byte == '.' ? 1u << i : 0u;
    seen.odd = seen.odd || byte < ' ' || byte >= 0x80 || byte == '\\';
  }
  return seen;
}
#endif

// The next at most eight bytes; spaces, which spoil nothing, behind the end.
std::uint64_t next_word(std::string_view value, std::size_t at) noexcept {
  constexpr std::uint64_t kSpaces = 0x2020202020202020u;
  if (at >= value.size()) return kSpaces;
  const std::size_t left = value.size() - at;
  if (left >= 8) return word_of(value.data() + at, 8);
  return word_of(value.data() + at, left) | kSpaces << left * 8;
}

// Whether all of `value` is plain, no segment begins with a dot, and there is no `//`: the common
// case.
bool is_plain_path(std::string_view value) noexcept {
  std::uint32_t slash_before = 0;
  for (std::size_t at = 0; at < value.size(); at += 16) {
    const Sixteen seen = look_at(next_word(value, at), next_word(value, at + 8));
    const std::uint32_t after_slash = seen.slashes << 1 | slash_before;
    const std::uint32_t first = at == 0 ? 1 : 0;  // the beginning is as good as a slash for a dot
    if (seen.odd || (seen.slashes & after_slash) != 0 || (seen.dots & (after_slash | first)) != 0) {
      return false;
    }
    slash_before = seen.slashes >> 15;
  }
  return true;
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
      if (o == segment.ops_end) return true;
      // What ends with a literal ends where the value does.
      const bool last = o + 1 == segment.ops_end && ops_[o].op == PatternOp::literal;
      if (last) return value.substr(at).ends_with(ops_[o].text);
      resume_at = at;
      continue;
    } else if (ops_[o].op == PatternOp::any_one) {
      fits = at < value.size();
      if (fits) at += code_point_bytes(value[at]);
    } else {
      fits = begins_with(value.substr(at), ops_[o].text);
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
