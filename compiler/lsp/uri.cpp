// Percent-encoding of bytes. See uri.hpp.
#include "compiler/lsp/uri.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>

namespace sentrail::compiler::lsp {
namespace {

constexpr std::string_view kScheme = "file://";

std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    unsigned value = 0;
    const char* end = text.data() + at + 3;
    if (text[at] == '%' && at + 2 < text.size()) {
      const auto [rest, error] = std::from_chars(text.data() + at + 1, end, value, 16);
      if (error == std::errc{} && rest == end) {
        out += static_cast<char>(value);
        at += 2;
        continue;
      }
    }
    out += text[at];
  }
  return out;
}

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("/-._~").find(c) != std::string_view::npos;
}

}  // namespace

std::string path_of(std::string_view uri) {
  if (!uri.starts_with(kScheme)) return std::string(uri);
  const std::string_view rest = uri.substr(kScheme.size());
  const std::size_t path = std::min(rest.find('/'), rest.size());  // behind the host
  return std::filesystem::path(decoded(rest.substr(path))).lexically_normal().string();
}

std::string uri_of(std::string_view path) {
  if (!path.starts_with('/')) return std::string(path);
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out(kScheme);
  for (const char c : path) {
    if (is_plain(c)) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
  }
  return out;
}

}  // namespace sentrail::compiler::lsp
