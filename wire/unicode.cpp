// Normal forms by utf8proc, host names by libidn2. See unicode.hpp.
#include "wire/unicode.hpp"

#include <idn2.h>
#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>

#include "core/limits.hpp"
#include "core/text.hpp"

namespace sentrail::wire {
namespace {

struct Free {
  void operator()(void* memory) const noexcept { std::free(memory); }
};

bool is_ascii(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(),
                     [](char byte) { return static_cast<unsigned char>(byte) < 0x80; });
}

// utf8proc's mapping of `text`; nothing if it is not UTF-8 or memory ran out.
std::optional<std::string> map(std::string_view text, unsigned options) {
  utf8proc_uint8_t* raw = nullptr;
  const auto* data = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  const auto size = utf8proc_map(data, static_cast<utf8proc_ssize_t>(text.size()), &raw,
                                 static_cast<utf8proc_option_t>(options));
  const std::unique_ptr<utf8proc_uint8_t, Free> owned(raw);
  if (size < 0) return std::nullopt;
  return std::string(reinterpret_cast<const char*>(raw), static_cast<std::size_t>(size));
}

bool is_label_byte(char byte) noexcept {
  return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '-' || byte == '_';
}

// What is wrong with a lower-case ASCII label, or null.
const char* label_fault(std::string_view label) noexcept {
  if (label.empty()) return "has an empty label";
  if (label.size() > limits::kHostLabelBytesMax) return "has a label of more than 63 bytes";
  if (label.front() == '-' || label.back() == '-') return "has a label with a hyphen at its edge";
  if (!std::all_of(label.begin(), label.end(), is_label_byte)) {
    return "has a character that no host name has";
  }
  return nullptr;
}

const char* host_fault(std::string_view host) noexcept {
  if (host.size() > limits::kHostBytesMax) return "has more than 253 bytes";
  while (true) {
    const std::size_t dot = std::min(host.find('.'), host.size());
    if (const char* fault = label_fault(host.substr(0, dot))) return fault;
    if (dot == host.size()) return nullptr;
    host.remove_prefix(dot + 1);
  }
}

tl::unexpected<Error> bad_host(std::string_view host, std::string_view fault) {
  return fail(Errc::invalid_argument, "`" + cap_characters(escape_display(host), 80) +
                                          "` is no host name: it " + std::string(fault));
}

// Whether the mapping of UTS #46 would drop or replace a character that nobody sees. The joiners
// are left to libidn2, which knows the scripts that need them.
bool hides_something(std::string_view host) noexcept {
  for (std::size_t at = 0; at < host.size();) {
    const CodePoint point = decode_utf8(host, at);
    const bool joiner = point.value == 0x200c || point.value == 0x200d;
    if (point.valid && is_invisible(point.value) && !joiner) return true;
    at += point.size;
  }
  return false;
}

// A label of the form `??--` is an A-label, or reserved.
bool has_reserved_label(std::string_view host) noexcept {
  for (std::size_t begin = 0; begin < host.size();) {
    if (host.substr(begin).size() >= 4 && host.substr(begin + 2, 2) == "--") return true;
    begin = std::min(host.find('.', begin), host.size() - 1) + 1;
  }
  return false;
}

}  // namespace

Result<std::string> to_nfc(std::string_view text) {
  if (is_ascii(text)) return std::string(text);
  auto mapped = map(text, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
  if (!mapped) return fail(Errc::invalid_argument, "text that is not UTF-8 has no normal form");
  return *std::move(mapped);
}

std::string fold_case(std::string_view text) {
  if (is_ascii(text)) return to_lower_ascii(text);
  return map(text, UTF8PROC_STABLE | UTF8PROC_CASEFOLD).value_or(to_lower_ascii(text));
}

Result<std::string> host_to_ascii(std::string_view host) {
  if (host.empty()) return bad_host(host, "is empty");
  // Mapping never makes a name shorter than a third; longer input need not reach libidn2.
  if (host.size() > limits::kHostBytesMax * 4) return bad_host(host, "is too long");
  if (hides_something(host)) return bad_host(host, "has a control or an invisible character");
  if (host.ends_with('.')) return bad_host(host, "ends in a dot; leave it out");
  std::string ascii = to_lower_ascii(host);
  if (!is_ascii(host) || has_reserved_label(ascii)) {
    char* raw = nullptr;
    const int status =
        idn2_to_ascii_8z(std::string(host).c_str(), &raw, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
    const std::unique_ptr<char, Free> owned(raw);
    if (status != IDN2_OK) return bad_host(host, idn2_strerror(status));
    ascii = to_lower_ascii(owned.get());
  }
  if (const char* fault = host_fault(ascii)) return bad_host(host, fault);
  return ascii;
}

}  // namespace sentrail::wire
