// The table of refusals: name, status, sentence.
//
// Neighbours: refusal.hpp. Must not know: who finds them.
#include "runtime/http/refusal.hpp"

#include "core/check.hpp"

namespace sentrail::http {
namespace {

struct Row {
  Refusal reason;
  std::string_view name;
  int status;
  std::string_view message;
};

constexpr Row kRows[] = {
    {Refusal::none, "none", 500, "nothing is wrong"},
    {Refusal::bare_cr, "bare_cr", 400, "a line has CR without LF; end lines with CRLF"},
    {Refusal::bare_lf, "bare_lf", 400, "a line has LF without CR; end lines with CRLF"},
    {Refusal::control_character, "control_character", 400,
     "a control character stands in the head; remove or encode it"},
    {Refusal::start_line_invalid, "start_line_invalid", 400,
     "the first line is not `METHOD target HTTP/1.1` with single spaces"},
    {Refusal::method_invalid, "method_invalid", 400, "the method is not a word of capital letters"},
    {Refusal::target_form, "target_form", 400,
     "the target does not begin with `/`; send the path alone and the host in Host"},
    {Refusal::target_fragment, "target_fragment", 400,
     "the target has a `#`; fragments are not sent to servers, encode it as %23"},
    {Refusal::target_character, "target_character", 400,
     "the target has a byte that is not visible ASCII; percent-encode it"},
    {Refusal::target_too_long, "target_too_long", 414, "the target is longer than 8 KiB"},
    {Refusal::version_unsupported, "version_unsupported", 505,
     "only HTTP/1.1 and HTTP/1.0 are spoken here"},
    {Refusal::head_too_large, "head_too_large", 431, "the head is longer than 32 KiB"},
    {Refusal::fields_too_many, "fields_too_many", 431, "there are more than 100 header fields"},
    {Refusal::field_name_invalid, "field_name_invalid", 400,
     "a header name is empty or has a character that names may not have"},
    {Refusal::field_space, "field_space", 400,
     "white space stands between a header name and its colon"},
    {Refusal::field_fold, "field_fold", 400,
     "a header line begins with white space; write each field on one line"},
    {Refusal::field_ambiguous, "field_ambiguous", 400,
     "a header name is a framing header written with underscores"},
    {Refusal::readers_disagree, "readers_disagree", 400, "two readings of the head differ"},
    {Refusal::host_missing, "host_missing", 400, "the Host header is missing"},
    {Refusal::host_repeated, "host_repeated", 400, "there is more than one Host header"},
    {Refusal::host_invalid, "host_invalid", 400, "Host is not a name or address with a port"},
    {Refusal::length_invalid, "length_invalid", 400,
     "Content-Length is not a plain decimal number"},
    {Refusal::length_repeated, "length_repeated", 400,
     "Content-Length is repeated or a list; send it once"},
    {Refusal::coding_unsupported, "coding_unsupported", 501,
     "Transfer-Encoding is not exactly `chunked`"},
    {Refusal::coding_repeated, "coding_repeated", 400,
     "Transfer-Encoding is repeated; send `chunked` once"},
    {Refusal::coding_with_length, "coding_with_length", 400,
     "Transfer-Encoding and Content-Length exclude each other"},
    {Refusal::coding_on_http10, "coding_on_http10", 400,
     "HTTP/1.0 has no Transfer-Encoding; use HTTP/1.1 or Content-Length"},
    {Refusal::connection_invalid, "connection_invalid", 400,
     "Connection names a header that must reach the other end, or is not a list of names"},
    {Refusal::upgrade_refused, "upgrade_refused", 501,
     "protocol upgrades are refused; speak HTTP/1.1 without Upgrade"},
    {Refusal::expectation_unknown, "expectation_unknown", 417, "Expect is not `100-continue`"},
    {Refusal::body_too_large, "body_too_large", 413, "the body is longer than this route takes"},
    {Refusal::chunk_size_invalid, "chunk_size_invalid", 400,
     "a chunk size is not a hexadecimal number of at most 15 digits"},
    {Refusal::chunk_extension_too_long, "chunk_extension_too_long", 400,
     "chunk extensions are longer than 4 KiB in all"},
    {Refusal::chunk_end_invalid, "chunk_end_invalid", 400,
     "a chunk's data is not followed by CRLF"},
    {Refusal::trailer_invalid, "trailer_invalid", 400, "a trailer line is malformed"},
    {Refusal::trailer_too_large, "trailer_too_large", 431, "trailers are longer than 4 KiB"},
    {Refusal::status_invalid, "status_invalid", 502, "the status is not a number 100 to 599"},
    {Refusal::ended_early, "ended_early", 400, "the connection ended inside a message"},
    {Refusal::head_timed_out, "head_timed_out", 408, "the head did not arrive in time"},
    {Refusal::body_timed_out, "body_timed_out", 408, "the body did not arrive in time"},
    {Refusal::handler_timed_out, "handler_timed_out", 503,
     "no answer was ready in time; ask again"},
    {Refusal::handler_failed, "handler_failed", 500, "the request was not answered"},
    {Refusal::overloaded, "overloaded", 503, "too many connections; try again later"},
    {Refusal::shutting_down, "shutting_down", 503, "the server is shutting down; try again later"},
};

const Row& row_of(Refusal reason) noexcept {
  const auto index = static_cast<std::size_t>(reason);
  SENTRAIL_CHECK(index < std::size(kRows) && kRows[index].reason == reason);
  return kRows[index];
}

}  // namespace

std::string_view name_of(Refusal reason) noexcept {
  return row_of(reason).name;
}
int status_of(Refusal reason) noexcept {
  return row_of(reason).status;
}
std::string_view message_of(Refusal reason) noexcept {
  return row_of(reason).message;
}

}  // namespace sentrail::http
