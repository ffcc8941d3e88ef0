// Matches segments against segments and, within one, code points against code points. See
// pattern.hpp. Both levels keep one place to resume from, after the last `**` or `*`: an earlier
// one never needs another try, because what follows it matched at its first chance.
#include "runtime/decide/pattern.hpp"

#include <algorithm>
#include <bit>
#include <span>

#include "runtime/decide/text_words.hpp"

namespace sentrail::decide {
namespace {

// Bytes of the code point that begins with `first`, in text known to be UTF-8.
constexpr std::size_t code_point_bytes(char first) noexcept {
  const auto byte = static_cast<unsigned char>(first);
  return byte < 0xc0 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

}  // namespace

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
  for (std::uint32_t i = pattern.segments_begin; i < pattern.segments_end; ++i) {
    if (segments_[i].kind == Kind::globstar) pattern.last_globstar = i;
  }
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

bool PatternSet::matches_segments(const Pattern& pattern, const MatchedText& value) const noexcept {
  const std::string_view text = value.text;
  std::size_t at = 0;  // where the next segment of the value begins
  bool left = true;    // whether there is a next segment
  std::uint32_t p = pattern.segments_begin;
  std::uint32_t resume_p = kNoRow;
  std::size_t resume_at = 0;

  const auto step = [&](std::size_t& from, std::size_t end) noexcept {
    left = end != text.size();
    from = left ? end + 1 : end;
  };

  while (left) {
    if (p < pattern.segments_end && segments_[p].kind == Kind::globstar) {
      if (p + 1 == pattern.segments_end) return true;
      if (p == pattern.last_globstar && value.is_short()) {
        return matches_last(pattern, p + 1, value, at);
      }
      resume_p = ++p;
      resume_at = at;
      continue;
    }
    const std::size_t end = value.segment_end(at, pattern.separator);
    if (p < pattern.segments_end && segment_matches(segments_[p], text.substr(at, end - at))) {
      ++p;
      step(at, end);
      continue;
    }
    if (resume_p == kNoRow) return false;
    step(resume_at, value.segment_end(resume_at, pattern.separator));
    at = resume_at;
    p = resume_p;
  }
  while (p < pattern.segments_end && segments_[p].kind == Kind::globstar) ++p;
  return p == pattern.segments_end;
}

// Whether the last segments of a value, which may begin at a byte or later, are those of a pattern
// from `p`: what follows the last `**` needs no search. REQUIRES: value.is_short().
bool PatternSet::matches_last(const Pattern& pattern, std::uint32_t p, const MatchedText& value,
                              std::size_t at) const noexcept {
  std::uint64_t separators = value.separators_from(at);
  const auto there = static_cast<std::uint32_t>(std::popcount(separators)) + 1;
  const std::uint32_t wanted = pattern.segments_end - p;
  if (there < wanted) return false;
  const std::size_t base = at;
  for (std::uint32_t more = there - wanted; more > 0; --more) {
    at = base + static_cast<std::size_t>(std::countr_zero(separators)) + 1;
    separators &= separators - 1;
  }
  for (; p < pattern.segments_end; ++p) {
    const std::size_t end = value.segment_end(at, pattern.separator);
    if (!segment_matches(segments_[p], value.text.substr(at, end - at))) return false;
    at = end + 1;
  }
  return true;
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
      if (last) return ends_with(value.substr(at), ops_[o].text);
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
