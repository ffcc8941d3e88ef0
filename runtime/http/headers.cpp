// What passes, what is dropped, what is rewritten.
//
// Neighbours: headers.hpp. Must not know: policy. What a request loses is listed in
// core/gate_headers.hpp, what a response loses here: both are the documentation.
#include "runtime/http/headers.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include "core/gate_headers.hpp"
#include "core/text.hpp"
#include "runtime/http/charset.hpp"

namespace sentrail::http {
namespace {

constexpr std::string_view kDroppedResponse[] = {
    "alt-svc",                    // would lead clients past the gate
    "clear-site-data",            //
    "content-length",             // the transport's
    "public-key-pins",            //
    "set-cookie",                 // would be the console's cookie
    "strict-transport-security",  // would bind our host
};

constexpr std::string_view kSecret[] = {
    "authorization",     "cookie",           "proxy-authorization", "set-cookie",
    "x-api-key",         "x-hub-signature",  "x-hub-signature-256", "x-slack-signature",
    "webhook-signature", "linear-signature", "x-gitlab-token",
};

// What the Connection fields name.
[[nodiscard]] std::vector<std::string_view> connection_options(const Headers& headers) {
  std::vector<std::string_view> names;
  for (const HeaderField field : headers) {
    if (!equal_ignoring_ascii_case(field.name, "connection")) continue;
    add_connection_options(field.value, names);
  }
  return names;
}

// A URL's parts as far as they matter here.
struct UrlParts {
  std::string_view host;
  std::optional<std::uint16_t> port;
  std::string_view path_and_more;  // from the first `/`, `?` or `#` on
};

// Splits what follows `//`. out: nothing if it has user information or an odd port
[[nodiscard]] std::optional<UrlParts> split_authority(std::string_view text) {
  UrlParts parts;
  const std::size_t end = std::min(text.find_first_of("/?#"), text.size());
  std::string_view authority = text.substr(0, end);
  parts.path_and_more = text.substr(end);
  if (authority.find('@') != std::string_view::npos) return std::nullopt;
  const std::size_t colon = authority.rfind(':');
  const std::size_t bracket = authority.rfind(']');
  const bool has_port =
      colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
  if (has_port && colon + 1 < authority.size()) {
    const std::string_view digits = authority.substr(colon + 1);
    std::uint16_t port = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (read.ec != std::errc{} || read.ptr != digits.data() + digits.size()) return std::nullopt;
    parts.port = port;
  }
  parts.host = authority.substr(0, has_port ? colon : authority.size());
  return parts;
}

[[nodiscard]] std::optional<std::string_view> without_scheme(std::string_view url,
                                                             std::string_view scheme) {
  if (url.size() < scheme.size() ||
      !equal_ignoring_ascii_case(url.substr(0, scheme.size()), scheme)) {
    return std::nullopt;
  }
  return url.substr(scheme.size());
}

}  // namespace

std::span<const std::string_view> dropped_response_names() noexcept {
  return kDroppedResponse;
}

Headers forwarded_request_headers(const Headers& client, std::string_view host) {
  const std::vector<std::string_view> named = connection_options(client);
  Headers out;
  bool has_host = false;
  for (const HeaderField field : client) {
    if (equal_ignoring_ascii_case(field.name, "host")) {
      if (!has_host) out.add(field.name, host);
      has_host = true;
      continue;
    }
    if (ends_at_gate(field.name, named)) continue;
    out.add(field.name, field.value);
  }
  if (!has_host) out.add("Host", host);
  return out;
}

Headers passed_response_headers(const Headers& upstream) {
  const std::vector<std::string_view> named = connection_options(upstream);
  Headers out;
  for (const HeaderField field : upstream) {
    if (is_header_among(hop_by_hop_names(), field.name) || is_header_among(named, field.name) ||
        is_header_among(kDroppedResponse, field.name) || is_gate_header(field.name)) {
      continue;
    }
    out.add(field.name, field.value);
  }
  return out;
}

std::string rewrite_url(std::string_view url, const PublicPlace& place) {
  std::string_view rest = url;
  std::uint16_t default_port = place.tls ? 443 : 80;
  if (const auto secure = without_scheme(url, "https://")) {
    rest = *secure;
    default_port = 443;
  } else if (const auto plain = without_scheme(url, "http://")) {
    rest = *plain;
    default_port = 80;
  } else if (url.starts_with("//")) {
    rest = url.substr(2);
  } else {
    // A path from the root is the upstream's root; other references resolve under the public base.
    return url.starts_with('/') ? std::string(place.public_base).append(url) : std::string(url);
  }
  const auto parts = split_authority(rest);
  // The scheme is not compared: `http://` on the pinned host must not lead past the gate either.
  const bool same_port =
      parts && (parts->port.value_or(default_port) == place.port || !parts->port);
  if (!parts || !same_port || !equal_ignoring_ascii_case(parts->host, place.host)) {
    return std::string(url);
  }
  const bool needs_slash = !parts->path_and_more.starts_with('/');
  return std::string(place.public_base).append(needs_slash ? "/" : "").append(parts->path_and_more);
}

std::string rewrite_link(std::string_view value, const PublicPlace& place) {
  std::string out;
  std::size_t at = 0;
  bool quoted = false;
  while (at < value.size()) {
    const char c = value[at];
    const std::size_t close = value.find('>', at);
    if (quoted && c == '\\' && at + 1 < value.size()) {
      out.append(value.substr(at, 2));
      at += 2;
    } else if (!quoted && c == '<' && close != std::string_view::npos) {
      out.append("<").append(rewrite_url(value.substr(at + 1, close - at - 1), place)).append(">");
      at = close + 1;
    } else {
      quoted = quoted != (c == '"');
      out.push_back(c);
      ++at;
    }
  }
  return out;
}

void rewrite_places(Headers& headers, const PublicPlace& place) {
  Headers out;
  for (const HeaderField field : headers) {
    if (equal_ignoring_ascii_case(field.name, "link")) {
      out.add(field.name, rewrite_link(field.value, place));
    } else if (equal_ignoring_ascii_case(field.name, "location") ||
               equal_ignoring_ascii_case(field.name, "content-location")) {
      out.add(field.name, rewrite_url(field.value, place));
    } else {
      out.add(field.name, field.value);
    }
  }
  headers = std::move(out);
}

std::string_view redacted(std::string_view name, std::string_view value) noexcept {
  return is_header_among(kSecret, name) ? std::string_view("[redacted]") : value;
}

}  // namespace sentrail::http
