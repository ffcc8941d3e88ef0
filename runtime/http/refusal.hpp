// Why bytes are not accepted as a message: one name for each reason.
//
// Neighbours: framing.cpp, chunked.cpp and codec.cpp find them, server/ answers with them, logs and
// metrics count them. Must not know: how a refusal is shown. Boost 1.81's parser lets most of these
// pass; each is a way in which two readers can disagree about where a message ends or what it asks.
#pragma once

#include <cstdint>
#include <string_view>

namespace sentrail::http {

// A reason. The comment says what was seen.
enum class Refusal : std::uint8_t {
  none,
  // the bytes of the head
  bare_cr,             // CR without LF
  bare_lf,             // LF without CR
  control_character,   // NUL, DEL or another control in the head
  start_line_invalid,  // not `METHOD SP target SP HTTP/x.y`, or a status line's counterpart
  method_invalid,      // not a word of capital letters
  target_form,         // absolute-form, authority-form, `*` without OPTIONS
  target_fragment,     // `#` in the target
  target_character,    // a byte that is not visible ASCII
  target_too_long,
  version_unsupported,  // neither HTTP/1.0 nor HTTP/1.1
  head_too_large,
  fields_too_many,
  field_name_invalid,  // empty, or not a token
  field_space,         // white space between a name and its colon
  field_fold,          // a line that begins with white space
  field_ambiguous,     // `content_length` and its like: some readers take `_` for `-`
  readers_disagree,    // the tokeniser saw other fields than our own check
  // what the head says of framing
  host_missing,
  host_repeated,
  host_invalid,
  length_invalid,      // not plain digits
  length_repeated,     // twice, or a list
  coding_unsupported,  // Transfer-Encoding that is not exactly `chunked`
  coding_repeated,
  coding_with_length,
  coding_on_http10,
  connection_invalid,   // Connection names a header that must reach the other end
  upgrade_refused,      // WebSocket, h2c or any other
  expectation_unknown,  // Expect that is not 100-continue
  // the body
  body_too_large,
  chunk_size_invalid,
  chunk_extension_too_long,
  chunk_end_invalid,  // no CRLF where a chunk's data ends
  trailer_invalid,
  trailer_too_large,
  // responses
  status_invalid,
  ended_early,  // the connection ended inside a message
  // the transport's own
  head_timed_out,
  body_timed_out,
  handler_timed_out,
  handler_failed,
  overloaded,
  shutting_down,
};

// Stable lower-case name of a reason, for logs and JSON.
[[nodiscard]] std::string_view name_of(Refusal reason) noexcept;
// The status that answers it, 400 to 505.
[[nodiscard]] int status_of(Refusal reason) noexcept;
// One sentence for people: lower case, no period, names the remedy.
[[nodiscard]] std::string_view message_of(Refusal reason) noexcept;

// A refusal with what a client is told of it.
struct Refused {
  Refusal reason = Refusal::none;
  int status = 400;
  std::string_view message;
};

// Fills in status and message.
[[nodiscard]] inline Refused refused(Refusal reason) noexcept {
  return {reason, status_of(reason), message_of(reason)};
}

}  // namespace sentrail::http
