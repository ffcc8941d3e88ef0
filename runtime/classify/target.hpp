// The target of a request read once and for all: decoded path segments and query parameters, or a
// refusal where two readers could disagree.
//
// Neighbours: classify.cpp matches the segments against a catalog. Must not know: catalogs, policy.
// What is decoded here is for judging only; the raw target is what is forwarded.
// source: docs/catalog_format.md, The path law; RFC 3986 §2.1, §3.3; RFC 9112 §3.2.1.
#pragma once

#include <forward_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/facts.hpp"
#include "core/result.hpp"

namespace sentrail::classify {

// Texts that others point into: they never move, also when their owner is moved.
class TextStore {
 public:
  // Keeps a text.
  std::string& add(std::string text = {}) { return texts_.emplace_front(std::move(text)); }

 private:
  std::forward_list<std::string> texts_;
};

// One decoded path segment, a piece of Target::path.
struct Segment {
  std::string_view text;
  bool has_slash = false;    // a `/` that was encoded
  bool placeholder = false;  // an alias left its value unsaid
};

// A target that has one reading.
struct Target {
  std::string_view path;  // `/` and the decoded segments joined by `/`
  std::vector<Segment> segments;
  bool ends_with_slash = false;  // then the last segment is empty
  std::vector<NamedText> query;  // decoded, `+` is a space
  bool query_unreadable = false;
};

// Splits and decodes `target`, keeping decoded text in `texts`; what has no escape is a piece of
// `target`, which outlives the answer. cost: linear. fails:
// invalid_argument (the gate answers 400) for anything but an absolute path in visible ASCII; for
// empty, `.` and `..` segments, backslashes, control characters, bad or doubled percent-encoding,
// bytes that are not UTF-8; limit_exceeded (414) past kHttpTargetBytesMax or kPathSegmentsMax.
[[nodiscard]] Result<Target> decode_target(std::string_view target, TextStore& texts);

}  // namespace sentrail::classify
