// Which header fields pass the gate, in either direction, and how those that name places are
// rewritten.
//
// Neighbours: core/gate_headers.hpp has what requests lose; the gateway builds what it forwards
// with these; log lines use redacted(). Must not know: policy, credentials themselves. What is
// dropped on the way up is dropped before policy sees the request, so that what policy saw is what
// is forwarded.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "runtime/http/message.hpp"

namespace sentrail::http {

// Names (lower case, sorted) that a response loses besides those about one connection: cookies and
// policies that would bind to our origin.
[[nodiscard]] std::span<const std::string_view> dropped_response_names() noexcept;

// The fields of a client's request that go to an upstream, in their order and spelling. Host is
// given its new value in place; Content-Length stays where it was.
[[nodiscard]] Headers forwarded_request_headers(const Headers& client, std::string_view host);
// The fields of an upstream's response that go to the client. Content-Length is left to the
// transport, `X-Sentrail-*` to the gateway.
[[nodiscard]] Headers passed_response_headers(const Headers& upstream);

// Where a pinned upstream appears under the gate's own address.
struct PublicPlace {
  std::string_view host;  // the upstream's, as pinned
  std::uint16_t port = 443;
  bool tls = true;
  std::string_view public_base;  // `https://gate.example/gateway-proxy/github`, no final `/`
};

// The URL under the public base if it names the pinned host (absolute, `//host/…` or `/…`), else
// unchanged.
[[nodiscard]] std::string rewrite_url(std::string_view url, const PublicPlace& place);
// A Link value with each target rewritten; unchanged where it is not well-formed.
// source: RFC 8288 §3
[[nodiscard]] std::string rewrite_link(std::string_view value, const PublicPlace& place);
// Rewrites Link, Location and Content-Location in place.
void rewrite_places(Headers& headers, const PublicPlace& place);

// The value as a log may show it: credentials, cookies and signatures become `[redacted]`.
[[nodiscard]] std::string_view redacted(std::string_view name, std::string_view value) noexcept;

}  // namespace sentrail::http
