// Divides patterns and values into segments and code points and matches them. See glob.hpp.
#include "compiler/oracle/glob.hpp"

#include <cstdint>
#include <optional>
#include <vector>

#include "core/limits.hpp"

namespace sentrail::compiler::oracle {
namespace {

using CodePoints = std::vector<std::uint32_t>;

// How many bytes a code point takes that begins with this one; 0 if none may begin so.
std::size_t length_from(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return 2;
  if (first >= 0xe0 && first <= 0xef) return 3;
  if (first >= 0xf0 && first <= 0xf4) return 4;
  return 0;
}

// The code points of UTF-8; nothing if it is not that (RFC 3629: shortest form, no surrogates).
std::optional<CodePoints> decode(std::string_view text) {
  constexpr std::uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  constexpr std::uint32_t kLeadBits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
  CodePoints points;
  for (std::size_t i = 0; i < text.size();) {
    const auto first = static_cast<unsigned char>(text[i]);
    const std::size_t length = length_from(first);
    if (length == 0 || i + length > text.size()) return std::nullopt;
    std::uint32_t point = first & kLeadBits[length];
    for (std::size_t k = 1; k < length; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      if ((next & 0xc0) != 0x80) return std::nullopt;
      point = point << 6 | (next & 0x3f);
    }
    const bool surrogate = point >= 0xd800 && point <= 0xdfff;
    if (point < kSmallest[length] || point > 0x10ffff || surrogate) return std::nullopt;
    points.push_back(point);
    i += length;
  }
  return points;
}

// One thing that a segment of a pattern asks for.
enum class Wants : std::uint8_t { this_point, one_point, any_points };
struct Token {
  Wants wants = Wants::this_point;
  std::uint32_t point = 0;
};

// A segment of a pattern: tokens, or (`**`) any number of whole segments.
struct PatternSegment {
  bool any_segments = false;
  std::vector<Token> tokens;
};

std::vector<PatternSegment> segments_of_pattern(const CodePoints& pattern, char separator) {
  std::vector<PatternSegment> segments(1);
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const std::uint32_t point = pattern[i];
    if (point == static_cast<unsigned char>(separator)) {
      segments.emplace_back();
    } else if (point == '\\' && i + 1 < pattern.size()) {
      segments.back().tokens.push_back({Wants::this_point, pattern[++i]});
    } else if (point == '*') {
      segments.back().tokens.push_back({Wants::any_points, 0});
    } else if (point == '?') {
      segments.back().tokens.push_back({Wants::one_point, 0});
    } else {
      segments.back().tokens.push_back({Wants::this_point, point});
    }
  }
  for (PatternSegment& segment : segments) {
    segment.any_segments = segment.tokens.size() == 2 &&
                           segment.tokens[0].wants == Wants::any_points &&
                           segment.tokens[1].wants == Wants::any_points;
  }
  return segments;
}

std::vector<CodePoints> segments_of_value(const CodePoints& value, char separator) {
  std::vector<CodePoints> segments(1);
  for (const std::uint32_t point : value) {
    if (point == static_cast<unsigned char>(separator)) {
      segments.emplace_back();
    } else {
      segments.back().push_back(point);
    }
  }
  return segments;
}

// reached[v] after p tokens: do the first p tokens match the first v points?
bool segment_matches(const std::vector<Token>& tokens, const CodePoints& value) {
  std::vector<bool> reached(value.size() + 1, false);
  reached[0] = true;
  for (const Token& token : tokens) {
    std::vector<bool> next(value.size() + 1, false);
    for (std::size_t v = 0; v <= value.size(); ++v) {
      if (token.wants == Wants::any_points) {
        next[v] = reached[v] || (v > 0 && next[v - 1]);
      } else if (v > 0 && reached[v - 1]) {
        next[v] = token.wants == Wants::one_point || token.point == value[v - 1];
      }
    }
    reached = next;
  }
  return reached[value.size()];
}

// reached[v] after p segments of the pattern: do they match the first v segments of the value?
bool all_match(const std::vector<PatternSegment>& pattern, const std::vector<CodePoints>& value) {
  std::vector<bool> reached(value.size() + 1, false);
  reached[0] = true;
  for (const PatternSegment& segment : pattern) {
    std::vector<bool> next(value.size() + 1, false);
    for (std::size_t v = 0; v <= value.size(); ++v) {
      if (segment.any_segments) {
        next[v] = reached[v] || (v > 0 && next[v - 1]);
      } else if (v > 0 && reached[v - 1]) {
        next[v] = segment_matches(segment.tokens, value[v - 1]);
      }
    }
    reached = next;
  }
  return reached[value.size()];
}

// Whether a value between `/` may not mean what it says: two readers may take it for two paths.
bool is_ambiguous_path(const std::vector<CodePoints>& segments) {
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const CodePoints& segment = segments[i];
    const bool inner = i > 0 && i + 1 < segments.size();
    if (segment.empty() && inner) return true;  // `//` inside
    if (segment == CodePoints{'.'} || segment == CodePoints{'.', '.'}) return true;
    for (const std::uint32_t point : segment) {
      if (point == '\\' || point == 0) return true;
    }
  }
  // `//` at either end leaves an outer and an inner empty segment, found above; alone it is three.
  return false;
}

}  // namespace

Truth matches(std::string_view pattern, std::string_view value, char separator) {
  if (value.size() > limits::kMatchedBytesMax) return Truth::u;
  const std::optional<CodePoints> wanted = decode(pattern);
  const std::optional<CodePoints> points = decode(value);
  if (!wanted || !points) return Truth::u;
  const std::vector<CodePoints> segments = segments_of_value(*points, separator);
  if (separator == '/' && is_ambiguous_path(segments)) return Truth::u;
  return certain(all_match(segments_of_pattern(*wanted, separator), segments));
}

}  // namespace sentrail::compiler::oracle
