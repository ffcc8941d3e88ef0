// Which bytes may stand where in HTTP/1.1, as tables of 256 answers.
//
// Neighbours: framing.cpp, chunked.cpp, serialise.cpp and headers.cpp read them. Must not know: any
// message. Names follow RFC 9110 §5.6 and RFC 9112 §3.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace sentrail::http {

// A set of bytes.
using ByteSet = std::array<bool, 256>;

// Builds the set of the bytes for which `belongs` holds. cost: compile time
template <class Belongs>
[[nodiscard]] consteval ByteSet byte_set(Belongs belongs) {
  ByteSet set{};
  for (int c = 0; c < 256; ++c) set[static_cast<std::size_t>(c)] = belongs(c);
  return set;
}

// Letters and digits of ASCII.
[[nodiscard]] constexpr bool is_alphanumeric(int c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

// `tchar`: names of headers.
inline constexpr ByteSet kTokenBytes = byte_set([](int c) {
  return is_alphanumeric(c) ||
         (c < 128 &&
          std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) != std::string_view::npos);
});
// `field-vchar`, space and tab: what a value may hold; includes obs-text, as agents send UTF-8.
inline constexpr ByteSet kValueBytes =
    byte_set([](int c) { return c == '\t' || (c >= 0x20 && c != 0x7f); });
// Visible ASCII less `#`: the target. What of it is a good path is the path law's business.
inline constexpr ByteSet kTargetBytes =
    byte_set([](int c) { return c > 0x20 && c < 0x7f && c != '#'; });
// Methods: capitals, `-` and `_`. Why not all tokens: some servers take `get` for GET.
inline constexpr ByteSet kMethodBytes =
    byte_set([](int c) { return (c >= 'A' && c <= 'Z') || c == '-' || c == '_'; });
// A name or IPv4 address in Host.
inline constexpr ByteSet kHostBytes =
    byte_set([](int c) { return is_alphanumeric(c) || c == '.' || c == '-' || c == '_'; });
// Inside the brackets of an IPv6 address in Host.
inline constexpr ByteSet kBracketBytes = byte_set([](int c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f') || c == ':' ||
         c == '.';
});

// Whether the byte belongs to the set.
[[nodiscard]] constexpr bool contains(const ByteSet& set, char c) noexcept {
  return set[static_cast<unsigned char>(c)];
}

// Whether all bytes belong to the set; true of no bytes.
[[nodiscard]] constexpr bool all_in(const ByteSet& set, std::string_view text) noexcept {
  for (const char c : text) {
    if (!contains(set, c)) return false;
  }
  return true;
}

// Without the spaces and tabs at both ends.
[[nodiscard]] constexpr std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace sentrail::http
