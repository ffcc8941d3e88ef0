// The framing check: one legal reading of a head, or a named refusal.
//
// Neighbours: framing.hpp. Must not know: Beast. Written from RFC 9110 and RFC 9112; wherever they
// let a recipient repair or guess, this refuses.
#include "runtime/http/framing.hpp"

#include <algorithm>
#include <optional>

#include "core/byte_scan.hpp"
#include "core/check.hpp"
#include "core/gate_headers.hpp"
#include "core/text.hpp"
#include "runtime/http/charset.hpp"

namespace sentrail::http {
namespace {

// Names that carry meaning to the other end: a Connection header that lists one would have it
// dropped after policy saw it.
constexpr std::string_view kEndToEnd[] = {"host",         "content-length",   "transfer-encoding",
                                          "content-type", "content-encoding", "authorization",
                                          "cookie",       "x-agent-id",       "expect",
                                          "if-match",     "if-none-match",    "accept",
                                          "range",        "location",         "link",
                                          "cache-control"};
// What decides where a message ends and whom it is for.
constexpr std::string_view kFramingNames[] = {"content-length", "transfer-encoding", "host",
                                              "connection"};

// Readers that speak CGI take `_` for `-`.
[[nodiscard]] bool is_framing_with_underscores(std::string_view name) noexcept {
  return name.find('_') != std::string_view::npos && is_header_among(kFramingNames, name);
}

// 1 to 19 digits without a leading zero: fits 64 bits, and octal readers see the same number.
[[nodiscard]] std::optional<std::uint64_t> plain_number(std::string_view text) noexcept {
  if (text.empty() || text.size() > 19 || (text.size() > 1 && text.front() == '0')) return {};
  std::uint64_t number = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return {};
    number = number * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return number;
}

[[nodiscard]] Refusal check_host(std::string_view host) noexcept {
  std::size_t end = 0;
  if (!host.empty() && host.front() == '[') {
    end = host.find(']');
    if (end == std::string_view::npos || end == 1) return Refusal::host_invalid;
    if (!all_in(kBracketBytes, host.substr(1, end - 1))) return Refusal::host_invalid;
    ++end;
  } else {
    end = std::min(host.find(':'), host.size());
    if (end == 0 || !all_in(kHostBytes, host.substr(0, end))) return Refusal::host_invalid;
  }
  if (end == host.size()) return Refusal::none;
  const auto port = plain_number(host.substr(end + 1));
  return host[end] == ':' && port && *port <= 65535 ? Refusal::none : Refusal::host_invalid;
}

// The fields that tell how a message is framed and what becomes of its connection.
struct FramingFields {
  Headers::Found host;
  Headers::Found content_length;
  Headers::Found transfer_encoding;
  Headers::Found connection;
  Headers::Found upgrade;
  Headers::Found http2_settings;
  Headers::Found expect;
};

struct FramingName {
  std::string_view name;
  Headers::Found FramingFields::* field;
};
constexpr FramingName kFramingFields[] = {
    {"host", &FramingFields::host},
    {"content-length", &FramingFields::content_length},
    {"transfer-encoding", &FramingFields::transfer_encoding},
    {"connection", &FramingFields::connection},
    {"upgrade", &FramingFields::upgrade},
    {"http2-settings", &FramingFields::http2_settings},
    {"expect", &FramingFields::expect},
};

// One walk over the fields: most heads have several, and few of these.
[[nodiscard]] FramingFields framing_fields(const Headers& headers) noexcept {
  FramingFields found;
  for (const HeaderField field : headers) {
    for (const FramingName& row : kFramingFields) {
      if (!equal_ignoring_ascii_case(field.name, row.name)) continue;
      (found.*row.field).meet(field.value);
      break;
    }
  }
  return found;
}

// What the Connection fields ask for.
struct ConnectionOptions {
  bool close = false;
  bool keep_alive = false;
  bool upgrade = false;
};

[[nodiscard]] Refusal read_option(std::string_view name, ConnectionOptions& options) noexcept {
  if (name.empty()) return Refusal::none;  // RFC 9110 §5.6.1: empty list elements are ignored
  if (!all_in(kTokenBytes, name) || is_header_among(kEndToEnd, name)) {
    return Refusal::connection_invalid;
  }
  options.close = options.close || equal_ignoring_ascii_case(name, "close");
  options.keep_alive = options.keep_alive || equal_ignoring_ascii_case(name, "keep-alive");
  options.upgrade = options.upgrade || equal_ignoring_ascii_case(name, "upgrade") ||
                    equal_ignoring_ascii_case(name, "http2-settings");
  return Refusal::none;
}

[[nodiscard]] Refusal read_connection(const Headers& headers, const FramingFields& fields,
                                      ConnectionOptions& options) {
  if (fields.connection.count == 0) return Refusal::none;
  for (const HeaderField field : headers) {
    if (!equal_ignoring_ascii_case(field.name, "connection")) continue;
    std::string_view rest = field.value;
    while (!rest.empty()) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      const Refusal reason = read_option(trimmed(rest.substr(0, comma)), options);
      if (reason != Refusal::none) return reason;
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
  return Refusal::none;
}

[[nodiscard]] bool stays_open(HttpVersion version, const ConnectionOptions& options) noexcept {
  if (options.close) return false;
  return version == HttpVersion::http11 || options.keep_alive;
}

// Transfer-Encoding and Content-Length of either direction.
template <class Message>
[[nodiscard]] Refusal read_framing(const FramingFields& fields, Message& message) {
  const std::size_t codings = fields.transfer_encoding.count;
  const std::size_t lengths = fields.content_length.count;
  message.framing = BodyFraming::none;
  message.content_length = 0;
  if (codings > 0) {
    if (message.version == HttpVersion::http10) return Refusal::coding_on_http10;
    if (lengths > 0) return Refusal::coding_with_length;
    if (codings > 1) return Refusal::coding_repeated;
    if (!equal_ignoring_ascii_case(fields.transfer_encoding.value, "chunked")) {
      return Refusal::coding_unsupported;
    }
    message.framing = BodyFraming::chunked;
    return Refusal::none;
  }
  if (lengths == 0) return Refusal::none;
  const std::string_view text = fields.content_length.value;
  if (lengths > 1 || text.find(',') != std::string_view::npos) return Refusal::length_repeated;
  const auto length = plain_number(text);
  if (!length) return Refusal::length_invalid;
  message.framing = BodyFraming::length;
  message.content_length = *length;
  return Refusal::none;
}

}  // namespace

Refusal check_field_line(std::string_view line, HeaderField& field) {
  if (line.empty()) return Refusal::field_name_invalid;
  if (line.front() == ' ' || line.front() == '\t') return Refusal::field_fold;
  for (const char c : line.substr(visible_ascii_run(line))) {
    if (c == '\r') return Refusal::bare_cr;
    if (!contains(kValueBytes, c)) return Refusal::control_character;
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return Refusal::field_name_invalid;
  const std::string_view name = line.substr(0, colon);
  if (name.back() == ' ' || name.back() == '\t') return Refusal::field_space;
  if (!all_in(kTokenBytes, name)) return Refusal::field_name_invalid;
  if (is_framing_with_underscores(name)) return Refusal::field_ambiguous;
  field = {name, trimmed(line.substr(colon + 1))};
  return Refusal::none;
}

Refusal check_request_line(std::string_view line, std::size_t target_bytes_max) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  for (const char c : line.substr(visible_ascii_run(line))) {
    if (c == '\r') return Refusal::bare_cr;
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return Refusal::control_character;
  }
  if (first == std::string_view::npos || first == last) return Refusal::start_line_invalid;
  const std::string_view method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);
  if (method.empty() || method.size() > limits::kHttpMethodBytesMax) return Refusal::method_invalid;
  if (!all_in(kMethodBytes, method)) return Refusal::method_invalid;
  if (target.empty() || target.find(' ') != std::string_view::npos) {
    return Refusal::start_line_invalid;
  }
  if (!version.starts_with("HTTP/")) return Refusal::start_line_invalid;
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return Refusal::version_unsupported;
  if (target.size() > target_bytes_max) return Refusal::target_too_long;
  if (target.find('#') != std::string_view::npos) return Refusal::target_fragment;
  if (!all_in(kTargetBytes, target)) return Refusal::target_character;
  if (target.front() == '/') return Refusal::none;
  return target == "*" && method == "OPTIONS" ? Refusal::none : Refusal::target_form;
}

Refusal check_status_line(std::string_view line) {
  for (const char c : line) {
    if (c == '\r') return Refusal::bare_cr;
    if (!contains(kValueBytes, c)) return Refusal::control_character;
  }
  if (!line.starts_with("HTTP/")) return Refusal::start_line_invalid;
  if (!line.starts_with("HTTP/1.1 ") && !line.starts_with("HTTP/1.0 ")) {
    return Refusal::version_unsupported;
  }
  const std::string_view status = line.substr(9, 3);
  const auto number = plain_number(status);
  if (status.size() != 3 || !number || *number < 100 || *number > 599) {
    return Refusal::status_invalid;
  }
  return line.size() == 12 || line[12] == ' ' ? Refusal::none : Refusal::status_invalid;
}

Refusal HeadScanner::scan(std::string_view head) {
  SENTRAIL_CHECK(head_bytes_ == 0 && head.size() >= scanned_);
  if (const Refusal reason = check_first_byte(head); reason != Refusal::none) return reason;
  while (true) {
    const std::size_t feed = head.find('\n', scanned_);
    if (feed == std::string_view::npos) {
      scanned_ = head.size();
      return check_unfinished(head);
    }
    if (feed + 1 > limits_.head_bytes_max) return Refusal::head_too_large;
    scanned_ = feed + 1;
    if (feed == line_begin_ || head[feed - 1] != '\r') return Refusal::bare_lf;
    const std::string_view line = head.substr(line_begin_, feed - 1 - line_begin_);
    if (line.empty() && start_line_bytes_ != 0) {
      head_bytes_ = scanned_;
      return Refusal::none;
    }
    const Refusal reason = scan_line(line, line_begin_);
    if (reason != Refusal::none) return reason;
    line_begin_ = scanned_;
  }
}

Refusal HeadScanner::scan_line(std::string_view line, std::size_t begin) {
  if (start_line_bytes_ == 0) {
    start_line_bytes_ = line.size();
    if (kind_ == HeadKind::request && line.size() > start_line_bytes_max()) {
      return Refusal::target_too_long;
    }
    return kind_ == HeadKind::request ? check_request_line(line, limits_.target_bytes_max)
                                      : check_status_line(line);
  }
  if (fields_.size() == limits_.fields_max) return Refusal::fields_too_many;
  HeaderField field;
  const Refusal reason = check_field_line(line, field);
  if (reason != Refusal::none) return reason;
  const auto value_at = static_cast<std::size_t>(field.value.data() - line.data());
  fields_.push_back({static_cast<std::uint32_t>(begin),
                     static_cast<std::uint32_t>(field.name.size()),
                     static_cast<std::uint32_t>(begin + value_at),
                     static_cast<std::uint32_t>(field.value.size())});
  return Refusal::none;
}

// A peer that speaks another protocol (TLS, say) is told at once, not when a line ends.
Refusal HeadScanner::check_first_byte(std::string_view head) const noexcept {
  if (kind_ != HeadKind::request || head.empty() || contains(kMethodBytes, head.front())) {
    return Refusal::none;
  }
  return head.front() == '\r' || head.front() == '\n' ? Refusal::start_line_invalid
                                                      : Refusal::method_invalid;
}

// The most bytes that a request line may have, without its CRLF.
std::size_t HeadScanner::start_line_bytes_max() const noexcept {
  return limits::kHttpMethodBytesMax + limits_.target_bytes_max + sizeof("  HTTP/1.1") - 1;
}

// A line that has not ended yet: refuses what no end can mend.
Refusal HeadScanner::check_unfinished(std::string_view head) const noexcept {
  const bool in_request_line = start_line_bytes_ == 0 && kind_ == HeadKind::request;
  if (in_request_line && head.size() > start_line_bytes_max() + 1) return Refusal::target_too_long;
  return head.size() >= limits_.head_bytes_max ? Refusal::head_too_large : Refusal::none;
}

std::string_view HeadScanner::start_line(std::string_view head) const noexcept {
  SENTRAIL_CHECK(head_bytes_ != 0);
  return head.substr(0, start_line_bytes_);
}

HeaderField HeadScanner::field(std::string_view head, std::size_t index) const noexcept {
  const FieldPlace& slice = fields_.at(index);
  return {head.substr(slice.name_begin, slice.name_bytes),
          head.substr(slice.value_begin, slice.value_bytes)};
}

void HeadScanner::reset() noexcept {
  line_begin_ = scanned_ = head_bytes_ = start_line_bytes_ = 0;
  fields_.clear();
}

Refusal check_request_framing(HttpRequest& request) {
  const FramingFields fields = framing_fields(request.headers);
  const std::size_t hosts = fields.host.count;
  if (hosts > 1) return Refusal::host_repeated;
  if (hosts == 0 && request.version == HttpVersion::http11) return Refusal::host_missing;
  if (hosts == 1) {
    const Refusal reason = check_host(fields.host.value);
    if (reason != Refusal::none) return reason;
  }
  ConnectionOptions options;
  if (const Refusal reason = read_connection(request.headers, fields, options);
      reason != Refusal::none) {
    return reason;
  }
  if (options.upgrade || fields.upgrade.count > 0 || fields.http2_settings.count > 0) {
    return Refusal::upgrade_refused;
  }
  request.keep_alive = stays_open(request.version, options);
  if (const Refusal reason = read_framing(fields, request); reason != Refusal::none) return reason;
  request.expects_continue = false;
  if (fields.expect.count > 0 && request.version == HttpVersion::http11) {
    if (fields.expect.count > 1 ||
        !equal_ignoring_ascii_case(fields.expect.value, "100-continue")) {
      return Refusal::expectation_unknown;
    }
    request.expects_continue = request.framing != BodyFraming::none;
  }
  return Refusal::none;
}

Refusal check_response_framing(HttpResponse& response, bool to_head) {
  const FramingFields fields = framing_fields(response.headers);
  ConnectionOptions options;
  if (const Refusal reason = read_connection(response.headers, fields, options);
      reason != Refusal::none) {
    return reason;
  }
  if (response.status == 101) return Refusal::upgrade_refused;
  if (const Refusal reason = read_framing(fields, response); reason != Refusal::none) return reason;
  response.keep_alive = stays_open(response.version, options);
  const bool bodiless =
      to_head || response.status < 200 || response.status == 204 || response.status == 304;
  if (bodiless) {
    response.framing = BodyFraming::none;  // content_length stays: HEAD and 304 tell it to clients
  } else if (response.framing == BodyFraming::none) {
    response.framing = BodyFraming::close;
    response.keep_alive = false;
  }
  return Refusal::none;
}

}  // namespace sentrail::http
