// The lists, and asking them. See gate_headers.hpp.
#include "core/gate_headers.hpp"

#include <algorithm>

namespace sentrail {
namespace {

constexpr std::string_view kHopByHop[] = {
    "connection", "keep-alive",          "proxy-authenticate", "proxy-authentication-info",
    "te",         "proxy-authorization", "proxy-connection",   "trailer",
    "upgrade",    "transfer-encoding",
};

constexpr std::string_view kDroppedRequest[] = {
    "authorization",           // the agent's key to us; the connection's credential takes its place
    "cookie",                  // as good as a credential
    "expect",                  // answered by us
    "forwarded",               // tells of our network
    "http2-settings",          //
    "via",                     //
    "x-agent-id",              // ours
    "x-api-key",               // a credential by custom
    "x-forwarded-for",         //
    "x-forwarded-host",        // some frameworks take it for Host
    "x-forwarded-port",        //
    "x-forwarded-proto",       //
    "x-http-method",           // the method that policy saw must be the one that acts
    "x-http-method-override",  //
    "x-method-override",       //
    "x-original-url",          // the target that policy saw must be the one that acts
    "x-real-ip",               //
    "x-rewrite-url",           //
};

constexpr std::string_view kOwnPrefix = "x-sentrail-";

constexpr char plain_of(char c) noexcept {
  if (c == '_') return '-';
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string_view without_blanks(std::string_view text) noexcept {
  const std::size_t begin = std::min(text.find_first_not_of(" \t"), text.size());
  return text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

}  // namespace

std::span<const std::string_view> hop_by_hop_names() noexcept {
  return kHopByHop;
}
std::span<const std::string_view> dropped_request_names() noexcept {
  return kDroppedRequest;
}

bool is_same_header(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char one, char other) { return plain_of(one) == plain_of(other); });
}

bool is_gate_header(std::string_view name) noexcept {
  return name.size() > kOwnPrefix.size() &&
         is_same_header(name.substr(0, kOwnPrefix.size()), kOwnPrefix);
}

bool is_header_among(std::span<const std::string_view> names, std::string_view name) noexcept {
  return std::any_of(names.begin(), names.end(), [name](std::string_view candidate) {
    return is_same_header(candidate, name);
  });
}

bool ends_at_gate(std::string_view name,
                  std::span<const std::string_view> connection_options) noexcept {
  return is_header_among(kHopByHop, name) || is_header_among(connection_options, name) ||
         is_header_among(kDroppedRequest, name) || is_gate_header(name);
}

void add_connection_options(std::string_view value, std::vector<std::string_view>& names) {
  while (!value.empty()) {
    const std::size_t comma = std::min(value.find(','), value.size());
    names.push_back(without_blanks(value.substr(0, comma)));
    value.remove_prefix(std::min(comma + 1, value.size()));
  }
}

}  // namespace sentrail
