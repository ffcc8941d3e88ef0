// Splits and decodes request targets under the path law. See target.hpp.
#include "runtime/classify/target.hpp"

#include <optional>

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

Status check_raw(std::string_view target) {
  if (target.size() > limits::kHttpTargetBytesMax) {
    return fail(Errc::limit_exceeded, "the request target is longer than " +
                                          std::to_string(limits::kHttpTargetBytesMax) + " bytes");
  }
  if (target.empty() || target.front() != '/') return refuse("does not begin with `/`");
  for (const char c : target) {
    if (c <= 0x20 || c >= 0x7f) return refuse("has a byte that must be percent-encoded");
    if (c == '#') return refuse("has a fragment");
  }
  return {};
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
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
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

Status decode_path(std::string_view raw, Target& target, std::string& path) {
  path.reserve(raw.size());  // decoded text is never longer, so views into it stay
  target.segments.reserve(kSegmentsUsual);
  std::size_t at = 1;
  while (raw.size() > 1 && at <= raw.size()) {
    const std::size_t slash = std::min(raw.find('/', at), raw.size());
    if (target.segments.size() == limits::kPathSegmentsMax) {
      return fail(Errc::limit_exceeded, "the request target has more than " +
                                            std::to_string(limits::kPathSegmentsMax) +
                                            " path segments");
    }
    path += '/';
    const std::size_t begin = path.size();
    if (!append_decoded(path, raw.substr(at, slash - at), false)) {
      return refuse("has a `%` without two hexadecimal digits");
    }
    const bool last = slash == raw.size();
    target.ends_with_slash = last && begin == path.size();
    // Only a template that says so takes the empty segment behind a closing slash.
    Segment segment;
    segment.text = std::string_view(path).substr(begin);
    segment.has_slash = segment.text.find('/') != std::string_view::npos;
    if (!target.ends_with_slash) SENTRAIL_TRY(check_segment(segment.text));
    target.segments.push_back(segment);
    at = slash + 1;
  }
  if (path.empty()) path = "/";
  target.path = path;
  return {};
}

Status check_query_text(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return refuse("has a NUL in its query");
  if (!is_valid_utf8(text)) return refuse("has a query that is not UTF-8");
  return {};
}

Status decode_query(std::string_view raw, Target& target, std::string& out) {
  // Some readers split at `;` too: then only the upstream knows what the parameters are.
  target.query_unreadable = raw.find(';') != std::string_view::npos;
  out.reserve(raw.size());  // decoded text is never longer, so views into it stay
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
    const std::size_t name = out.size();
    bool sound = append_decoded(out, pair.substr(0, equals), true);
    const std::size_t value = out.size();
    if (equals < pair.size()) sound = append_decoded(out, pair.substr(equals + 1), true) && sound;
    if (!sound) return refuse("has a `%` without two hexadecimal digits");
    const std::string_view all = out;
    target.query.push_back({all.substr(name, value - name), all.substr(value)});
    SENTRAIL_TRY(check_query_text(all.substr(name, value - name)));
    SENTRAIL_TRY(check_query_text(all.substr(value)));
  }
  return {};
}

}  // namespace

Result<Target> decode_target(std::string_view raw, TextStore& texts) {
  SENTRAIL_TRY(check_raw(raw));
  Target target;
  const std::size_t question = std::min(raw.find('?'), raw.size());
  SENTRAIL_TRY(decode_path(raw.substr(0, question), target, texts.add()));
  if (question < raw.size()) {
    SENTRAIL_TRY(decode_query(raw.substr(question + 1), target, texts.add()));
  }
  return target;
}

}  // namespace sentrail::classify
