// The header rules of docs/approval_hash.md.
//
// Neighbours: headers.hpp. Must not know: what a field means beyond who may see it.
#include "runtime/approvals/headers.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/text.hpp"

namespace sentrail::approvals {
namespace {

using std::literals::operator""sv;

// Sorted, so that a reader finds a name at once.
constexpr std::array kNeverForwarded = {
    "authorization"sv,        // the agent's key to the gate
    "connection"sv,           // hop-by-hop
    "content-length"sv,       // written from the stored body
    "cookie"sv,               // a credential that no agent should hold
    "expect"sv,               // answered by the gate
    "host"sv,                 // written from the pinned connection
    "http2-settings"sv,       // hop-by-hop
    "keep-alive"sv,           // hop-by-hop
    "proxy-authenticate"sv,   // hop-by-hop
    "proxy-authorization"sv,  // hop-by-hop
    "proxy-connection"sv,     // hop-by-hop, never standardised
    "te"sv,                   // hop-by-hop
    "trailer"sv,              // trailers are dropped
    "transfer-encoding"sv,    // hop-by-hop
    "upgrade"sv,              // hop-by-hop
    "x-agent-id"sv,           // meant for the gate
};
static_assert(std::is_sorted(kNeverForwarded.begin(), kNeverForwarded.end()));

constexpr std::string_view kOwnPrefix = "x-sentrail-";

// source: RFC 9110 §5.6.2.
constexpr bool is_token_char(char c) noexcept {
  if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) return true;
  return "!#$%&'*+-.^_`|~"sv.find(c) != std::string_view::npos;
}

constexpr bool is_blank(char c) noexcept {
  return c == ' ' || c == '\t';
}

std::string_view trim(std::string_view text) noexcept {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

bool is_token(std::string_view name) noexcept {
  return !name.empty() && std::all_of(name.begin(), name.end(), is_token_char);
}

bool is_value(std::string_view value) noexcept {
  return value.find_first_of("\0\r\n"sv) == std::string_view::npos;
}

// The names that the Connection fields list, in lower case.
std::vector<std::string> names_in_connection(std::span<const HeaderField> received) {
  std::vector<std::string> names;
  for (const HeaderField& field : received) {
    if (to_lower_ascii(field.name) != "connection") continue;
    std::string_view rest = field.value;
    while (!rest.empty()) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      const std::string_view name = trim(rest.substr(0, comma));
      if (!name.empty()) names.push_back(to_lower_ascii(name));
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
  return names;
}

}  // namespace

bool is_never_forwarded(std::string_view name) noexcept {
  return std::binary_search(kNeverForwarded.begin(), kNeverForwarded.end(), name) ||
         name.starts_with(kOwnPrefix);
}

std::vector<HeaderField> forwarded_headers(std::span<const HeaderField> received,
                                           std::span<const std::string_view> injected) {
  const std::vector<std::string> listed = names_in_connection(received);
  std::vector<HeaderField> kept;
  kept.reserve(received.size());
  for (const HeaderField& field : received) {
    const std::string name = to_lower_ascii(field.name);
    if (is_never_forwarded(name)) continue;
    if (std::find(listed.begin(), listed.end(), name) != listed.end()) continue;
    if (std::find(injected.begin(), injected.end(), name) != injected.end()) continue;
    kept.push_back(field);
  }
  return kept;
}

Result<std::vector<HeaderField>> canonical_headers(std::span<const HeaderField> fields) {
  std::vector<HeaderField> canonical;
  canonical.reserve(fields.size());
  for (const HeaderField& field : fields) {
    if (!is_token(field.name)) {
      return fail(Errc::invalid_argument, "header name `" + field.name + "` is not a token");
    }
    if (!is_value(field.value)) {
      return fail(Errc::invalid_argument,
                  "value of header `" + field.name + "` holds a NUL, CR or LF; remove it");
    }
    HeaderField lowered{to_lower_ascii(field.name), std::string(trim(field.value))};
    // Behind its equals, so that repeats keep their order; a request has few fields.
    const auto place = std::upper_bound(
        canonical.begin(), canonical.end(), lowered,
        [](const HeaderField& a, const HeaderField& b) { return a.name < b.name; });
    canonical.insert(place, std::move(lowered));
  }
  return canonical;
}

bool is_canonical(std::span<const HeaderField> fields) noexcept {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const HeaderField& field = fields[i];
    if (!is_token(field.name) || !is_value(field.value)) return false;
    if (trim(field.value) != field.value) return false;
    if (std::any_of(field.name.begin(), field.name.end(),
                    [](char c) { return c >= 'A' && c <= 'Z'; })) {
      return false;
    }
    if (i > 0 && fields[i].name < fields[i - 1].name) return false;
  }
  return true;
}

}  // namespace sentrail::approvals
