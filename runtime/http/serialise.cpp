// Writing heads and chunks.
//
// Neighbours: serialise.hpp. Must not know: sockets.
#include "runtime/http/serialise.hpp"

#include <array>
#include <charconv>

#include "core/check.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"
#include "runtime/http/charset.hpp"

namespace sentrail::http {
namespace {

constexpr std::string_view kTransportFields[] = {"content-length", "transfer-encoding",
                                                 "connection", "keep-alive"};

[[nodiscard]] bool is_transport_field(std::string_view name) noexcept {
  for (const std::string_view own : kTransportFields) {
    if (equal_ignoring_ascii_case(own, name)) return true;
  }
  return false;
}

[[nodiscard]] Status write_field(HeaderField field, std::string& out) {
  if (field.name.empty() || !all_in(kTokenBytes, field.name)) {
    return fail(Errc::invalid_argument, "a header name is empty or has a forbidden character");
  }
  if (!all_in(kValueBytes, field.value)) {
    return fail(Errc::invalid_argument,
                "the value of header " + std::string(field.name) + " has a control character");
  }
  out.append(field.name).append(": ").append(field.value).append("\r\n");
  return {};
}

[[nodiscard]] Status check_start_line(const HttpRequest& request) {
  if (request.method.empty() || request.method.size() > limits::kHttpMethodBytesMax ||
      !all_in(kMethodBytes, request.method)) {
    return fail(Errc::invalid_argument, "the method is not a word of capital letters");
  }
  const bool asterisk = request.target == "*" && request.method == "OPTIONS";
  if (!asterisk && !request.target.starts_with('/')) {
    return fail(Errc::invalid_argument, "the target does not begin with `/`");
  }
  if (!all_in(kTargetBytes, request.target)) {
    return fail(Errc::invalid_argument, "the target has a character that must be percent-encoded");
  }
  return {};
}

// Pair assertion to check_request_framing: what we write is what a strict reader would take.
[[nodiscard]] Status check_framing_fields(const HttpRequest& request) {
  const Headers& headers = request.headers;
  const std::size_t lengths = headers.count("content-length");
  const std::size_t codings = headers.count("transfer-encoding");
  if (headers.count("host") != 1) {
    return fail(Errc::invalid_argument, "a request needs exactly one Host");
  }
  if (request.framing == BodyFraming::close) {
    return fail(Errc::invalid_argument, "a request's body cannot end with the connection");
  }
  if (request.framing == BodyFraming::chunked && request.version == HttpVersion::http10) {
    return fail(Errc::invalid_argument, "HTTP/1.0 has no chunked bodies");
  }
  const bool counted = request.framing == BodyFraming::length;
  const bool chunked = request.framing == BodyFraming::chunked;
  if (lengths > (counted ? 1u : 0u) || codings > (chunked ? 1u : 0u)) {
    return fail(Errc::invalid_argument, "framing headers contradict the body's framing");
  }
  if (lengths == 1 && *headers.find("content-length") != std::to_string(request.content_length)) {
    return fail(Errc::invalid_argument, "Content-Length is not the body's length");
  }
  if (codings == 1 && !equal_ignoring_ascii_case(*headers.find("transfer-encoding"), "chunked")) {
    return fail(Errc::invalid_argument, "Transfer-Encoding is not exactly `chunked`");
  }
  return {};
}

}  // namespace

Result<std::string> serialise_request_head(const HttpRequest& request) {
  SENTRAIL_TRY(check_start_line(request));
  SENTRAIL_TRY(check_framing_fields(request));
  std::string out;
  out.reserve(512);
  out.append(request.method).append(" ").append(request.target);
  out.append(request.version == HttpVersion::http11 ? " HTTP/1.1\r\n" : " HTTP/1.0\r\n");
  for (const HeaderField field : request.headers) SENTRAIL_TRY(write_field(field, out));
  if (request.framing == BodyFraming::length && request.headers.count("content-length") == 0) {
    out.append("Content-Length: ").append(std::to_string(request.content_length)).append("\r\n");
  }
  if (request.framing == BodyFraming::chunked && request.headers.count("transfer-encoding") == 0) {
    out.append("Transfer-Encoding: chunked\r\n");
  }
  out.append("\r\n");
  return out;
}

Result<std::string> serialise_request(const HttpRequest& request) {
  SENTRAIL_ASSIGN_OR_RETURN(std::string out, serialise_request_head(request));
  if (request.framing == BodyFraming::length) {
    SENTRAIL_CHECK(request.body.size() == request.content_length);
    out.append(request.body);
  } else if (request.framing == BodyFraming::chunked) {
    if (!request.body.empty()) {
      out.append(chunk_opening(request.body.size())).append(request.body).append(kChunkClosing);
    }
    out.append(kLastChunk);
  } else {
    SENTRAIL_CHECK(request.body.empty());
  }
  return out;
}

Result<std::string> serialise_response_head(const HttpResponse& response,
                                            const ResponseFraming& framing) {
  if (response.status < 200 || response.status > 599) {
    return fail(Errc::invalid_argument, "a response's status lies between 200 and 599");
  }
  const std::string_view reason =
      response.reason.empty() ? reason_phrase(response.status) : response.reason;
  if (!all_in(kValueBytes, reason)) {
    return fail(Errc::invalid_argument, "the reason phrase has a control character");
  }
  std::string out;
  out.reserve(512);
  out.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ").append(reason);
  out.append("\r\n");
  bool dated = framing.date.empty();
  for (const HeaderField field : response.headers) {
    if (is_transport_field(field.name)) continue;
    SENTRAIL_TRY(write_field(field, out));
    dated = dated || equal_ignoring_ascii_case(field.name, "date");
  }
  if (framing.framing == BodyFraming::length) {
    out.append("Content-Length: ").append(std::to_string(framing.length)).append("\r\n");
  } else if (framing.framing == BodyFraming::chunked) {
    out.append("Transfer-Encoding: chunked\r\n");
  }
  if (!framing.keep_alive) {
    out.append("Connection: close\r\n");
  } else if (framing.to_http10) {
    out.append("Connection: keep-alive\r\n");
  }
  if (!dated) out.append("Date: ").append(framing.date).append("\r\n");
  out.append("\r\n");
  return out;
}

std::string chunk_opening(std::uint64_t bytes) {
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), bytes, 16);
  return std::string(digits.data(), end.ptr).append("\r\n");
}

}  // namespace sentrail::http
