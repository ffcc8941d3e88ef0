// Where a body ends, and its bytes without the chunks.
//
// Neighbours: codec.cpp feeds it after a head. Must not know: heads, messages. Chunked bodies are
// read by our own state machine and not by Beast's, so that extensions and trailers are bounded,
// lines end with CRLF alone and the same code serves both directions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/http/message.hpp"
#include "runtime/http/refusal.hpp"

namespace sentrail::http {

// Reads one body.
//
// cost   each byte is copied once; memory is the caller's string, bounded by limit()
class BodyReader {
 public:
  // Begins a body of that framing, of at most `bytes_max` decoded bytes.
  void start(BodyFraming framing, std::uint64_t length, std::uint64_t bytes_max) noexcept;
  // Changes the bound; a body that is already known to be longer is refused by the next feed.
  void limit(std::uint64_t bytes_max) noexcept { bytes_max_ = bytes_max; }

  // Reads some bytes and appends what they hold of the body. Stops at the body's end.
  // out: how many bytes were used
  [[nodiscard]] std::size_t feed(std::string_view bytes, std::string& body);
  // Whether the end was seen; of a body framed by close, never.
  [[nodiscard]] bool done() const noexcept { return state_ == State::done; }
  // Whether the body ends when the connection does.
  [[nodiscard]] bool ends_with_connection() const noexcept { return state_ == State::until_close; }
  // Why the body was refused, or none.
  [[nodiscard]] Refusal refusal() const noexcept { return refusal_; }

 private:
  enum class State : std::uint8_t {
    done,
    counted,  // remaining_ bytes of a body of known length
    until_close,
    size_first,  // the first digit of a chunk size
    size_more,
    extension,
    size_lf,  // CR of the size line was seen
    data,     // remaining_ bytes of a chunk
    data_cr,
    data_lf,
    trailer,  // inside a trailer line, kept in line_
    trailer_lf,
  };

  [[nodiscard]] std::size_t take(std::string_view bytes, std::string& body);
  void step(char c);
  void step_size(char c);
  void step_extension(char c);
  void step_trailer(char c);
  void end_size_line(char c);
  void end_trailer_line(char c);
  void refuse(Refusal reason) noexcept { refusal_ = reason; }

  State state_ = State::done;
  Refusal refusal_ = Refusal::none;
  std::uint64_t remaining_ = 0;
  std::uint64_t decoded_ = 0;
  std::uint64_t bytes_max_ = 0;
  std::size_t size_digits_ = 0;
  std::size_t extension_bytes_ = 0;
  bool extension_empty_ = false;  // a `;` was seen, and no name after it
  std::size_t trailer_bytes_ = 0;
  std::string line_;
};

}  // namespace sentrail::http
