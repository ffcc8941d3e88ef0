// The header rules of docs/approval_hash.md.
//
// Neighbours: headers.hpp; core/gate_headers.hpp has the lists. Must not know: what a field means
// beyond who may see it.
#include "runtime/approvals/headers.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/gate_headers.hpp"
#include "core/text.hpp"

namespace sentrail::approvals {
namespace {

using std::literals::operator""sv;

// Written from the stored body and from the pinned connection.
constexpr std::array kWrittenByTheGate = {"content-length"sv, "host"sv};

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

}  // namespace

bool is_never_forwarded(std::string_view name) noexcept {
  return ends_at_gate(name, {}) || is_header_among(kWrittenByTheGate, name);
}

std::vector<HeaderField> forwarded_headers(std::span<const HeaderField> received,
                                           std::span<const std::string_view> injected) {
  std::vector<std::string_view> listed;
  for (const HeaderField& field : received) {
    if (equal_ignoring_ascii_case(field.name, "connection")) {
      add_connection_options(field.value, listed);
    }
  }
  std::vector<HeaderField> kept;
  kept.reserve(received.size());
  for (const HeaderField& field : received) {
    if (is_never_forwarded(field.name) || is_header_among(listed, field.name) ||
        is_header_among(injected, field.name)) {
      continue;
    }
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
