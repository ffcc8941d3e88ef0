// Splits and decodes request targets under the path law. See target.hpp.
#include "runtime/classify/target.hpp"

#include <optional>

#include "core/byte_scan.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"

namespace sentrail::classify {
namespace {

// A path has seldom more.
constexpr std::size_t kSegmentsUsual = 8;

Status refuse(std::string why) {
  return fail(Errc::invalid_argument, "the request target " + std::move(why));
}

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Appends `raw` decoded once; false on a `%` without two hexadecimal digits.
bool append_decoded(std::string& out, std::string_view raw, bool plus_is_space) {
  if (raw.find('%') == std::string_view::npos && !plus_is_space) {
    out.append(raw);
    return true;
  }
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] == '+' && plus_is_space) {
      out += ' ';
    } else if (raw[i] != '%') {
      out += raw[i];
    } else {
      const int high = i + 1 < raw.size() ? hex_value(raw[i + 1]) : -1;
      const int low = i + 2 < raw.size() ? hex_value(raw[i + 2]) : -1;
      if (high < 0 || low < 0) return false;
      out += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  return true;
}

// Bytes at the front that a target may have: visible ASCII less `#`.
std::size_t target_run(std::string_view text) noexcept {
  using namespace bytes_in_words;
  return run(text, [](std::uint64_t word) {
    return (word & kHighs) | below(word, 0x21) | equal(word, 0x7f) | equal(word, '#');
  });
}

// Bytes at the front of a segment that mean themselves alone.
std::size_t plain_run(std::string_view text) noexcept {
  using namespace bytes_in_words;
  return run(text, [](std::uint64_t word) {
    return (word & kHighs) | below(word, 0x20) | equal(word, 0x7f) | equal(word, '\\') |
           equal(word, '%') | equal(word, '/');
  });
}

Status check_raw(std::string_view target) {
  if (target.size() > limits::kHttpTargetBytesMax) {
    return fail(Errc::limit_exceeded, "the request target is longer than " +
                                          std::to_string(limits::kHttpTargetBytesMax) + " bytes");
  }
  if (target.empty() || target.front() != '/') return refuse("does not begin with `/`");
  const std::size_t sound = target_run(target);
  if (sound == target.size()) return {};
  if (target[sound] == '#') return refuse("has a fragment");
  return refuse("has a byte that must be percent-encoded");
}

bool is_encoded_again(std::string_view text, std::size_t at) noexcept {
  return text[at] == '%' && at + 2 < text.size() && hex_value(text[at + 1]) >= 0 &&
         hex_value(text[at + 2]) >= 0;
}

// A piece between slashes, encoded or not, that every reader takes for a name.
Status check_piece(std::string_view piece) {
  if (piece.empty()) return refuse("has an empty path segment");
  if (piece == "." || piece == "..") return refuse("has a path segment of dots");
  return {};
}

Status check_segment(std::string_view text) {
  const std::size_t plain = plain_run(text);
  if (plain == text.size()) return check_piece(text);
  std::size_t begin = 0;
  for (std::size_t i = plain; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte == 0x7f) return refuse("has a control character in its path");
    if (byte == '\\') return refuse("has a backslash in its path");
    if (is_encoded_again(text, i)) return refuse("is percent-encoded twice");
    if (byte != '/') continue;
    SENTRAIL_TRY(check_piece(text.substr(begin, i - begin)));
    begin = i + 1;
  }
  SENTRAIL_TRY(check_piece(text.substr(begin)));
  if (!is_valid_utf8(text)) return refuse("has a path that is not UTF-8");
  return {};
}

// The segments are pieces of one text: the raw path where it has no escape, else what is decoded.
Status decode_path(std::string_view raw, Target& target, TextStore& texts) {
  std::string* decoded = nullptr;
  if (raw.find('%') != std::string_view::npos) {
    decoded = &texts.add();
    decoded->reserve(raw.size());  // decoded text is never longer, so views into it stay
  }
  target.segments.reserve(kSegmentsUsual);
  std::size_t at = 1;
  while (raw.size() > 1 && at <= raw.size()) {
    const std::size_t slash = std::min(raw.find('/', at), raw.size());
    if (target.segments.size() == limits::kPathSegmentsMax) {
      return fail(Errc::limit_exceeded, "the request target has more than " +
                                            std::to_string(limits::kPathSegmentsMax) +
                                            " path segments");
    }
    Segment segment;
    segment.text = raw.substr(at, slash - at);
    if (decoded != nullptr) {
      *decoded += '/';
      const std::size_t begin = decoded->size();
      if (!append_decoded(*decoded, segment.text, false)) {
        return refuse("has a `%` without two hexadecimal digits");
      }
      segment.text = std::string_view(*decoded).substr(begin);
      segment.has_slash = segment.text.find('/') != std::string_view::npos;
    }
    target.ends_with_slash = slash == raw.size() && segment.text.empty();
    // Only a template that says so takes the empty segment behind a closing slash.
    if (!target.ends_with_slash) SENTRAIL_TRY(check_segment(segment.text));
    target.segments.push_back(segment);
    at = slash + 1;
  }
  target.path = decoded != nullptr ? std::string_view(*decoded) : raw;
  return {};
}

// Decodes a name or value of a query; without `decoded` the query has nothing to decode.
Status decode_query_text(std::string_view raw, std::string* decoded, std::string_view& text) {
  text = raw;
  if (decoded == nullptr) return {};
  const std::size_t begin = decoded->size();
  if (!append_decoded(*decoded, raw, true)) {
    return refuse("has a `%` without two hexadecimal digits");
  }
  text = std::string_view(*decoded).substr(begin);
  if (text.find('\0') != std::string_view::npos) return refuse("has a NUL in its query");
  if (!is_valid_utf8(text)) return refuse("has a query that is not UTF-8");
  return {};
}

Status decode_query(std::string_view raw, Target& target, TextStore& texts) {
  // Some readers split at `;` too: then only the upstream knows what the parameters are.
  target.query_unreadable = raw.find(';') != std::string_view::npos;
  std::string* decoded = nullptr;
  if (raw.find_first_of("%+") != std::string_view::npos) {
    decoded = &texts.add();
    decoded->reserve(raw.size());  // decoded text is never longer, so views into it stay
  }
  std::size_t at = 0;
  while (at < raw.size()) {
    const std::size_t end = std::min(raw.find('&', at), raw.size());
    const std::string_view pair = raw.substr(at, end - at);
    at = end + 1;
    if (pair.empty()) continue;
    if (target.query.size() == limits::kQueryParametersMax) {
      target.query_unreadable = true;
      break;
    }
    const std::size_t equals = std::min(pair.find('='), pair.size());
    NamedText parameter;
    SENTRAIL_TRY(decode_query_text(pair.substr(0, equals), decoded, parameter.name));
    if (equals < pair.size()) {
      SENTRAIL_TRY(decode_query_text(pair.substr(equals + 1), decoded, parameter.value));
    }
    target.query.push_back(parameter);
  }
  return {};
}

}  // namespace

Result<Target> decode_target(std::string_view raw, TextStore& texts) {
  SENTRAIL_TRY(check_raw(raw));
  Target target;
  const std::size_t question = std::min(raw.find('?'), raw.size());
  SENTRAIL_TRY(decode_path(raw.substr(0, question), target, texts));
  if (question < raw.size()) {
    SENTRAIL_TRY(decode_query(raw.substr(question + 1), target, texts));
  }
  return target;
}

}  // namespace sentrail::classify
