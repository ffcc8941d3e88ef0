// Our own reading of a head, stricter than any parser's: the framing check.
//
// Neighbours: codec.cpp feeds it; tokenise.cpp's reading must equal this one. Must not know:
// Beast, bodies. A head that two readers could take differently is refused with its reason; nothing
// is repaired, because what was repaired is not what policy would have seen.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "core/limits.hpp"
#include "runtime/http/message.hpp"
#include "runtime/http/refusal.hpp"

namespace sentrail::http {

// Bounds of one message. The defaults are core/limits.hpp's.
struct ParserLimits {
  std::size_t head_bytes_max = limits::kHttpHeaderBytesMax;
  std::size_t fields_max = limits::kHttpHeaderCountMax;
  std::size_t target_bytes_max = limits::kHttpTargetBytesMax;
  std::uint64_t body_bytes_max = limits::kBodyHeldBytesMax;
};

// Which kind of message a head opens.
enum class HeadKind : std::uint8_t { request, response };

// Walks a head line by line as its bytes arrive, so that a bad line is refused when it ends.
//
// in       scan() takes all bytes of the head so far, always from the same beginning
// cost     each byte is looked at once, however the bytes are cut
class HeadScanner {
 public:
  HeadScanner(HeadKind kind, ParserLimits limits) : kind_(kind), limits_(limits) {}

  // Reads the lines that are complete by now. out: the reason if a line is refused, else none
  [[nodiscard]] Refusal scan(std::string_view head);
  // The bytes of the head with its empty line, once that was seen; else 0.
  [[nodiscard]] std::size_t head_bytes() const noexcept { return head_bytes_; }
  // The first line and the fields as slices of `head`. REQUIRES: head_bytes() != 0
  [[nodiscard]] std::string_view start_line(std::string_view head) const noexcept;
  [[nodiscard]] HeaderField field(std::string_view head, std::size_t index) const noexcept;
  [[nodiscard]] std::size_t field_count() const noexcept { return fields_.size(); }
  // Where the fields stand in the head.
  [[nodiscard]] std::span<const FieldPlace> places() const noexcept { return fields_; }
  // Forgets everything: the next message.
  void reset() noexcept;

 private:
  [[nodiscard]] Refusal scan_line(std::string_view line, std::size_t begin);
  [[nodiscard]] Refusal check_first_byte(std::string_view head) const noexcept;
  [[nodiscard]] std::size_t start_line_bytes_max() const noexcept;
  [[nodiscard]] Refusal check_unfinished(std::string_view head) const noexcept;

  HeadKind kind_;
  ParserLimits limits_;
  std::size_t line_begin_ = 0;
  std::size_t scanned_ = 0;
  std::size_t head_bytes_ = 0;
  std::size_t start_line_bytes_ = 0;
  std::vector<FieldPlace> fields_;
};

// Checks one line `name: value` (a field or a trailer) and splits it.
[[nodiscard]] Refusal check_field_line(std::string_view line, HeaderField& field);
// Checks `METHOD target HTTP/1.x`.
[[nodiscard]] Refusal check_request_line(std::string_view line, std::size_t target_bytes_max);
// Checks `HTTP/1.x NNN reason`.
[[nodiscard]] Refusal check_status_line(std::string_view line);

// Reads from the fields how the body is framed, whether the connection stays open and whether the
// client waits for 100; refuses what is unclear. source: RFC 9112 §6, gateway.md "HTTP itself"
[[nodiscard]] Refusal check_request_framing(HttpRequest& request);
// The same for a response. `to_head`: it answers a HEAD request.
[[nodiscard]] Refusal check_response_framing(HttpResponse& response, bool to_head);

}  // namespace sentrail::http
