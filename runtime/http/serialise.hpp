// HTTP/1.1 to bytes, written by hand; nothing that could break out of its line is written.
//
// Neighbours: message.hpp in, server/ sends the bytes; codec.hpp is the way back. Must not know:
// sockets, clocks. Beast's serialiser is not used: it doubles the codec's compile time and checks
// no names or values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "runtime/http/message.hpp"

namespace sentrail::http {

// Writes a request's head: fields in their order and spelling, then the framing field that
// `request.framing` needs if it is not among them.
//
// fails  invalid_argument: a method, target, name or value with a byte that may not stand there; a
//        framing field that contradicts `framing`; not exactly one Host
[[nodiscard]] Result<std::string> serialise_request_head(const HttpRequest& request);
// Head and body; a chunked body goes out as one chunk. REQUIRES: content_length, if framing is
// length, equals the body's size
[[nodiscard]] Result<std::string> serialise_request(const HttpRequest& request);

// What the transport decided about a response's place on its connection.
struct ResponseFraming {
  BodyFraming framing = BodyFraming::length;
  std::uint64_t length = 0;
  bool keep_alive = true;
  bool to_http10 = false;   // the request was HTTP/1.0: `keep-alive` must be said
  std::string_view date{};  // of the Date field of a response without one; empty: none is written
};

// Writes a response's head. Content-Length, Transfer-Encoding, Connection and Keep-Alive among the
// fields are left out: `framing` is what holds. A framing of none writes neither length nor coding.
// fails  invalid_argument: a status outside 200 to 599, a name or value with a forbidden byte
[[nodiscard]] Result<std::string> serialise_response_head(const HttpResponse& response,
                                                          const ResponseFraming& framing);

// The line that opens a chunk of so many bytes, and what closes a chunk and a chunked body.
[[nodiscard]] std::string chunk_opening(std::uint64_t bytes);
inline constexpr std::string_view kChunkClosing = "\r\n";
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";
inline constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace sentrail::http
