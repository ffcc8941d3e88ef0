// Divides patterns and values into segments and code points and matches them. See glob.hpp.
#include "compiler/oracle/glob.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "compiler/oracle/code_points.hpp"
#include "core/limits.hpp"

namespace sentrail::compiler::oracle {
namespace {

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
  segments[0].tokens.reserve(pattern.size());
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
  segments[0].reserve(value.size());
  for (const std::uint32_t point : value) {
    if (point == static_cast<unsigned char>(separator)) {
      segments.emplace_back();
    } else {
      segments.back().push_back(point);
    }
  }
  return segments;
}

// reached[v] after p tokens: do the first p tokens match the first v points? What stands before the
// first wildcard can match in one way only.
bool segment_matches(const std::vector<Token>& tokens, const CodePoints& value) {
  std::size_t fixed = 0;
  for (; fixed < tokens.size() && tokens[fixed].wants == Wants::this_point; ++fixed) {
    if (fixed == value.size() || tokens[fixed].point != value[fixed]) return false;
  }
  std::vector<bool> reached(value.size() + 1, false);
  reached[fixed] = true;
  for (std::size_t p = fixed; p < tokens.size(); ++p) {
    const Token& token = tokens[p];
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
    if (std::find(reached.begin(), reached.end(), true) == reached.end()) return false;
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
  const std::optional<CodePoints> wanted = code_points_of(pattern);
  const std::optional<CodePoints> points = code_points_of(value);
  if (!wanted || !points) return Truth::u;
  const std::vector<CodePoints> segments = segments_of_value(*points, separator);
  if (separator == '/' && is_ambiguous_path(segments)) return Truth::u;
  return certain(all_match(segments_of_pattern(*wanted, separator), segments));
}

}  // namespace sentrail::compiler::oracle
